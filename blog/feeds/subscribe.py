"""The page /subscribe/, which explains feeds, and links that add a feed to a feed reader."""

from typing import NamedTuple
from urllib.parse import quote

from flask import render_template

from blog.core.posts import taxonomy
from blog.feeds.blueprint import bp

# The number of tags on the page, the most used first.
MAX_TAGS = 30


class AddLink(NamedTuple):
    """A link that adds a feed to a feed reader."""

    name: str
    address: str


# `{encoded}` is the percent-encoded URL of the feed.
APPS = {
    "Feedly": "https://feedly.com/i/subscription/feed/{encoded}",
    "Inoreader": "https://www.inoreader.com/?add_feed={encoded}",
    "NewsBlur": "https://www.newsblur.com/?url={encoded}",
    "The Old Reader": "https://theoldreader.com/feeds/subscribe?url={encoded}",
    "Miniflux": "https://reader.miniflux.app/bookmarklet?uri={encoded}",
    # Installed on the reader's own machine. Other apps use this scheme, too.
    "NetNewsWire": "feed:{url}",
}


def add_links(url: str) -> list[AddLink]:
    """Return links that add the feed at `url` to each app."""
    return [AddLink(name, address.format(url=url, encoded=quote(url, safe=""))) for name, address in APPS.items()]


@bp.get("/subscribe/")
def subscribe() -> str:
    """Show the page that explains feeds, and how to follow this site."""
    tags = sorted(taxonomy.tags(), key=lambda tag: -tag.posts)
    context = {"tags": tags[:MAX_TAGS], "more_tags": len(tags) > MAX_TAGS, "authors": taxonomy.authors()}
    return render_template("feeds/subscribe.html", **context, add_links=add_links)
