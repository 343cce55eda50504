"""Readers' programs that a feed can be added to by a link. Pure."""

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import quote


@dataclass(frozen=True)
class AddLink:
    """A link that adds a feed to a reader's program."""

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
    # Installed on the reader's own machine: the scheme is theirs, and other programs' that took it over.
    "NetNewsWire": lambda url: f"feed:{url}",
}


def add_links(url: str) -> list[AddLink]:
    """Links that add the feed at `url` to what people read with."""
    return [AddLink(name, address(url)) for name, address in APPS.items()]
