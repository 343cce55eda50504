"""Parse any RSS 2.0, Atom or JSON Feed, as feed readers do, into the same dataclasses. Pure.

Values are taken from the feed unchanged; missing ones are empty strings. `rules` checks them.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple

from lxml import etree

NAMESPACES = {"atom": "http://www.w3.org/2005/Atom", "content": "http://purl.org/rss/1.0/modules/content/"}
ALTERNATE = "atom:link[not(@rel) or @rel='alternate']/@href"
SELF, NEXT = "atom:link[@rel='self']/@href", "atom:link[@rel='next']/@href"
# Where each format has a field: XPaths for RSS and Atom, a name for JSON Feed. The first that is not empty counts.
FEED_FIELDS = {
    "id": ((), ("atom:id",), ()),
    "title": (("title",), ("atom:title",), ("title",)),
    "link": (("link",), (ALTERNATE,), ("home_page_url",)),
    "address": ((SELF,), (SELF,), ("feed_url",)),
    "description": (("description",), ("atom:subtitle",), ("description",)),
    "updated": (("lastBuildDate",), ("atom:updated",), ()),
    "next": ((NEXT,), (NEXT,), ("next_url",)),
}
ITEM_FIELDS = {
    "id": (("guid",), ("atom:id",), ("id",)),
    "link": (("link",), (ALTERNATE,), ("url",)),
    "title": (("title",), ("atom:title",), ("title",)),
    "summary": (("description",), ("atom:summary",), ("summary",)),
    "html": (("content:encoded", "description"), ("atom:content",), ("content_html", "content_text")),
    "published": (("pubDate",), ("atom:published", "atom:updated"), ("date_published",)),
    "updated": (("atom:updated",), ("atom:updated",), ("date_modified",)),
}
FORMATS = ("RSS", "Atom", "JSON Feed")
FieldTable = Mapping[str, tuple[Sequence[str], Sequence[str], Sequence[str]]]


class Unreadable(Exception):
    """The document is not a feed, or a broken one; the message says why."""


class ParsedItem(NamedTuple):
    """One item of a feed; `html` is its whole text."""

    id: str
    link: str
    title: str
    summary: str
    html: str
    published: str
    updated: str


class ParsedFeed(NamedTuple):
    """One document of a feed; `address` is the URL that it gives as its own, `next` that of older items."""

    format: str
    id: str
    title: str
    link: str
    address: str
    description: str
    updated: str
    next: str
    items: Sequence[ParsedItem]


def parse_feed(body: bytes) -> ParsedFeed:
    """Parse a feed. Raise Unreadable if it is none, or is broken."""
    if body.lstrip()[:1] in (b"{", b"["):
        feed = _json(body)
        return _parsed("JSON Feed", feed, feed["items"], _string)
    root = _xml(body)
    channel = root.find("channel")
    if root.tag == "rss" and channel is not None:
        return _parsed("RSS", channel, channel.iterfind("item"), _text)
    if root.tag == f"{{{NAMESPACES['atom']}}}feed":
        return _parsed("Atom", root, root.iterfind("atom:entry", NAMESPACES), _text)
    raise Unreadable(f"It is neither RSS nor Atom nor JSON Feed; it begins with <{etree.QName(root).localname}>.")


def _parsed(name: str, feed: Any, items: Iterable[Any], text: Callable[[Any, str], str]) -> ParsedFeed:
    """Return a feed of the format `name`; `text` returns the text at a place in the feed or an item, or ""."""
    column = FORMATS.index(name)

    def fields(element: Any, table: FieldTable) -> dict[str, str]:
        texts = {field: [text(element, place) for place in places[column]] for field, places in table.items()}
        return {field: next(filter(None, values), "") for field, values in texts.items()}

    parsed_items = tuple(ParsedItem(**fields(item, ITEM_FIELDS)) for item in items)
    return ParsedFeed(format=name, items=parsed_items, **fields(feed, FEED_FIELDS))


def _xml(body: bytes) -> etree._Element:
    if not body.startswith(b"<?xml"):
        raise Unreadable("Its first bytes are not <?xml.")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(body, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise Unreadable(f"It is not well-formed XML: {' '.join(str(error).split())}.") from error
    if root.getroottree().docinfo.doctype:
        raise Unreadable("It has a DOCTYPE, which programs refuse for safety.")
    return root


@cache
def _xpath(path: str) -> etree.XPath:
    return etree.XPath(f"string({path})", namespaces=NAMESPACES)


def _text(element: etree._Element, path: str) -> str:
    """Return the text of the first element or attribute at an XPath."""
    return str(_xpath(path)(element)).strip()


def _json(body: bytes) -> dict[str, Any]:
    try:
        feed = json.loads(body.decode())
    except (ValueError, RecursionError) as error:
        raise Unreadable(f"It is not JSON in UTF-8: {error}.") from error
    if not isinstance(feed, dict) or "jsonfeed.org/version" not in _string(feed, "version"):
        raise Unreadable("It is JSON, but does not say that it is a JSON Feed.")
    items = feed.get("items")
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise Unreadable("It has no list of items.")
    return feed


def _string(fields: dict[str, Any], name: str) -> str:
    value = fields.get(name)
    return value if isinstance(value, str) else ""
