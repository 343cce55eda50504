"""Feed readers to which a link can add a feed. Pure."""

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import quote


@dataclass(frozen=True)
class AddLink:
    """A link that adds a feed to a feed reader."""

    name: str
    address: str


def _encoded(url: str) -> str:
    return quote(url, safe="")


APPS: dict[str, Callable[[str], str]] = {
    "Feedly": lambda url: f"https://feedly.com/i/subscription/feed/{_encoded(url)}",
    "Inoreader": lambda url: f"https://www.inoreader.com/?add_feed={_encoded(url)}",
    "NewsBlur": lambda url: f"https://www.newsblur.com/?url={_encoded(url)}",
    "The Old Reader": lambda url: f"https://theoldreader.com/feeds/subscribe?url={_encoded(url)}",
    "Miniflux": lambda url: f"https://reader.miniflux.app/bookmarklet?uri={_encoded(url)}",
    # Installed on the reader's own machine. Other apps use this scheme, too.
    "NetNewsWire": lambda url: f"feed:{url}",
}


def add_links(url: str) -> list[AddLink]:
    """Return links that add the feed at `url` to each app."""
    return [AddLink(name, address(url)) for name, address in APPS.items()]
