"""Redirects from the feed addresses of other systems, so that their subscribers get our feeds."""

import re
from itertools import chain
from typing import NamedTuple

from flask import redirect
from werkzeug.routing import BaseConverter, ValidationError
from werkzeug.wrappers import Response

from blog.core.errors import NotFound
from blog.core.urls import permalinks
from blog.feeds.blueprint import bp
from blog.feeds.views import feed_path, feed_source

# Endpoint -> addresses. WordPress, Ghost, Hugo, Jekyll, Pelican, Blogger, Tumblr, Movable Type and others.
ALIASES = {
    "rss": (
        "/feed/", "/rss/", "/rss.xml", "/index.xml", "/index.rss", "/feed.rss", "/feed/rss/",
        "/feed/rss2/", "/feeds/all.rss.xml",
        "/tag/<tag>/rss/", "/tag/<tag>/feed/", "/tags/<tag>/index.xml", "/tags/<tag>/feed/", "/category/<tag>/feed/",
        "/category/<tag>/rss/", "/categories/<tag>/index.xml",
        "/author/<author>/rss/", "/author/<author>/feed/",
    ),
    "atom": (
        "/atom/", "/feed.atom", "/index.atom", "/feed/atom/", "/feeds/all.atom.xml", "/feeds/posts/default",
        "/tag/<tag>/feed/atom/", "/category/<tag>/feed/atom/", "/feeds/tag/<tag>.atom.xml",
        "/feeds/category/<tag>.atom.xml",
    ),
    "json": ("/feed/json/", "/index.json"),
}  # fmt: skip
VARIABLE = re.compile(r"<(\w+)>")


def path_pattern(address: str) -> str:
    """Return the regular expression of an address, with or without a final slash."""
    return VARIABLE.sub(r"(?P<\1>[^/]+)", re.escape(address.strip("/"))) + "/?"


class Alias(NamedTuple):
    """Our feed for an address of another system; `values` is empty, or holds the `tag` or `author`."""

    endpoint: str
    values: dict[str, str]


class AliasConverter(BaseConverter):
    """Converts any of these addresses. It is one rule, because each rule costs Flask a millisecond at every start."""

    part_isolating = False
    weight = 10  # before the pages, whose slugs may be any words
    regex = "|".join(re.sub(r"\?P<\w+>", "?:", path_pattern(address)) for address in chain(*ALIASES.values()))

    def to_python(self, value: str) -> Alias:
        for endpoint, addresses in ALIASES.items():
            for address in addresses:
                match = re.fullmatch(path_pattern(address), value)
                if match:
                    return Alias(endpoint, match.groupdict())
        raise ValidationError


# Flask would take this one for an article whose final slash is missing.
@bp.get("/posts/index.xml", endpoint="lead_from_posts", defaults={"alias": Alias("rss", {})})
@bp.get("/<alias:alias>")
def lead(alias: Alias) -> Response:
    """Redirect to the feed permanently. Raise NotFound if there is no such feed."""
    path = feed_path(alias.endpoint, alias.values)
    try:
        feed_source(**alias.values)
    except NotFound:
        if permalinks.find_redirect(path) is None:  # an old address of a tag that was renamed
            raise
    return redirect(path, 301)
