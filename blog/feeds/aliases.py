"""Addresses at which other engines have their feeds: whoever subscribed there is led to ours."""

import re
from dataclasses import dataclass
from itertools import chain

from flask import redirect
from werkzeug.routing import BaseConverter, ValidationError
from werkzeug.wrappers import Response

from blog.core.errors import NotFound
from blog.core.urls import permalinks
from blog.feeds.blueprint import bp
from blog.feeds.views import feed_path, feed_source

# Endpoint -> addresses. WordPress, Ghost, Hugo, Jekyll, Pelican, Blogger, Tumblr, Movable Type and their kin.
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
    """The expression that an address matches, with or without a slash at its end."""
    return VARIABLE.sub(r"(?P<\1>[^/]+)", re.escape(address.strip("/"))) + "/?"


@dataclass(frozen=True)
class Alias:
    """What an address of another engine means here: the feed's endpoint, and the tag or author."""

    endpoint: str
    place: dict[str, str]


class AliasConverter(BaseConverter):
    """Any of these addresses, as one rule: to learn a rule takes Flask a millisecond, at every start."""

    part_isolating = False
    weight = 10  # asked before the pages, whose slugs may be any words
    regex = "|".join(re.sub(r"\?P<\w+>", "?:", path_pattern(each)) for each in chain(*ALIASES.values()))

    def to_python(self, value: str) -> Alias:
        """What the address means."""
        for endpoint, addresses in ALIASES.items():
            for address in addresses:
                found = re.fullmatch(path_pattern(address), value)
                if found:
                    return Alias(endpoint, found.groupdict())
        raise ValidationError


# Flask would take the one among our articles for one of them that lacks its slash.
@bp.get("/posts/index.xml", endpoint="lead_from_posts", defaults={"alias": Alias("rss", {})})
@bp.get("/<alias:alias>")
def lead(alias: Alias) -> Response:
    """The way to the feed itself, for good. Raises Missing where there is none."""
    path = feed_path(alias.endpoint, alias.place)
    try:
        feed_source(**alias.place)
    except NotFound:
        if permalinks.find_redirect(path) is None:  # the feed of a tag that has another address now
            raise
    return redirect(path, 301)
