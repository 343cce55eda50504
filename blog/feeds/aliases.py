"""Addresses at which other engines have their feeds: whoever subscribed there is led to ours."""

from functools import partial
from typing import Any

from flask import redirect
from werkzeug.wrappers import Response

from blog.feeds.blueprint import bp
from blog.feeds.views import path_of, source_of

# Endpoint -> addresses. WordPress, Ghost, Hugo, Jekyll, Pelican, Blogger, Tumblr, Movable Type and their kin.
ALIASES = {
    "rss": (
        "/feed", "/feed/", "/rss", "/rss/", "/rss.xml", "/index.xml", "/index.rss", "/feed.rss", "/feed/rss/",
        "/feed/rss2/", "/posts/index.xml", "/feeds/all.rss.xml",
        "/tag/<tag>/rss/", "/tag/<tag>/feed/", "/tags/<tag>/index.xml", "/tags/<tag>/feed/", "/category/<tag>/feed/",
        "/category/<tag>/rss/", "/categories/<tag>/index.xml",
        "/author/<author>/rss/", "/author/<author>/feed/",
    ),
    "atom": (
        "/atom", "/atom/", "/feed.atom", "/index.atom", "/feed/atom/", "/feeds/all.atom.xml", "/feeds/posts/default",
        "/tag/<tag>/feed/atom/", "/category/<tag>/feed/atom/", "/feeds/tag/<tag>.atom.xml",
        "/feeds/category/<tag>.atom.xml",
    ),
    "json": ("/feed/json/", "/index.json"),
}  # fmt: skip


def alias(endpoint: str, **place: Any) -> Response:
    """The way to the feed itself, for good. Raises Missing where there is none."""
    source_of(**place)
    return redirect(path_of(endpoint, place), 301)


for name, addresses in ALIASES.items():
    view = partial(alias, name)
    for address in addresses:
        bp.add_url_rule(address, f"{name}_alias", view)
