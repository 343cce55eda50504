"""Parse any RSS 2.0, Atom or JSON Feed, as feed readers do, into the same dataclasses. Pure.

Values are taken from the feed unchanged; missing ones are empty strings. `rules` checks them.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from lxml import etree

ATOM = "{http://www.w3.org/2005/Atom}"
CONTENT = "{http://purl.org/rss/1.0/modules/content/}encoded"


class Unreadable(Exception):
    """The document is not a feed, or a broken one; the message says why."""


@dataclass(frozen=True)
class ParsedItem:
    """One item of a feed; `html` is its whole text."""

    id: str
    link: str
    title: str
    summary: str
    html: str
    published: str
    updated: str


@dataclass(frozen=True)
class ParsedFeed:
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
        return _json(body)
    root = _xml(body)
    channel = root.find("channel")
    if root.tag == "rss" and channel is not None:
        return _rss(channel)
    if root.tag == f"{ATOM}feed":
        return _atom(root)
    raise Unreadable(f"It is neither RSS nor Atom nor JSON Feed; it begins with <{etree.QName(root).localname}>.")


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


def _rss(channel: etree._Element) -> ParsedFeed:
    return ParsedFeed(
        format="RSS",
        id="",
        title=_text(channel, "title"),
        link=_text(channel, "link"),
        address=_link(channel, "self"),
        description=_text(channel, "description"),
        updated=_text(channel, "lastBuildDate"),
        next=_link(channel, "next"),
        items=tuple(
            ParsedItem(
                id=_text(item, "guid"),
                link=_text(item, "link"),
                title=_text(item, "title"),
                summary=_text(item, "description"),
                html=_text(item, CONTENT) or _text(item, "description"),
                published=_text(item, "pubDate"),
                updated=_text(item, f"{ATOM}updated"),
            )
            for item in channel.iterfind("item")
        ),
    )


def _atom(feed: etree._Element) -> ParsedFeed:
    return ParsedFeed(
        format="Atom",
        id=_text(feed, f"{ATOM}id"),
        title=_text(feed, f"{ATOM}title"),
        link=_link(feed, "alternate"),
        address=_link(feed, "self"),
        description=_text(feed, f"{ATOM}subtitle"),
        updated=_text(feed, f"{ATOM}updated"),
        next=_link(feed, "next"),
        items=tuple(
            ParsedItem(
                id=_text(entry, f"{ATOM}id"),
                link=_link(entry, "alternate"),
                title=_text(entry, f"{ATOM}title"),
                summary=_text(entry, f"{ATOM}summary"),
                html=_text(entry, f"{ATOM}content"),
                published=_text(entry, f"{ATOM}published") or _text(entry, f"{ATOM}updated"),
                updated=_text(entry, f"{ATOM}updated"),
            )
            for entry in feed.iterfind(f"{ATOM}entry")
        ),
    )


def _text(element: etree._Element, name: str) -> str:
    child = element.find(name)
    return "".join(child.itertext()).strip() if child is not None else ""


def _link(element: etree._Element, rel: str) -> str:
    links = element.iterfind(f"{ATOM}link")
    return next((str(link.get("href", "")) for link in links if link.get("rel", "alternate") == rel), "")


def _json(body: bytes) -> ParsedFeed:
    try:
        feed = json.loads(body.decode())
    except (ValueError, RecursionError) as error:
        raise Unreadable(f"It is not JSON in UTF-8: {error}.") from error
    if not isinstance(feed, dict) or "jsonfeed.org/version" not in _string(feed, "version"):
        raise Unreadable("It is JSON, but does not say that it is a JSON Feed.")
    items = feed.get("items")
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise Unreadable("It has no list of items.")
    return ParsedFeed(
        format="JSON Feed",
        id="",
        title=_string(feed, "title"),
        link=_string(feed, "home_page_url"),
        address=_string(feed, "feed_url"),
        description=_string(feed, "description"),
        updated="",
        next=_string(feed, "next_url"),
        items=tuple(
            ParsedItem(
                id=_string(item, "id"),
                link=_string(item, "url"),
                title=_string(item, "title"),
                summary=_string(item, "summary"),
                html=_string(item, "content_html") or _string(item, "content_text"),
                published=_string(item, "date_published"),
                updated=_string(item, "date_modified"),
            )
            for item in items
        ),
    )


def _string(fields: dict[str, Any], name: str) -> str:
    value = fields.get(name)
    return value if isinstance(value, str) else ""
