"""Feed readers to which a link can add a feed. Pure."""

from dataclasses import dataclass
from urllib.parse import quote


@dataclass(frozen=True)
class AddLink:
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
