"""Check feeds: one document, all items, the stored posts, the HTTP response. Pure.

Each fault is a sentence that says what a subscriber would notice.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from email.utils import parsedate_to_datetime
from itertools import pairwise
from typing import NamedTuple
from urllib.parse import urljoin, urlsplit

from lxml import etree, html

from blog.core.text.validate import FORBIDDEN
from blog.feeds.channel import MAX_FEED_BYTES, to_seconds
from blog.feeds.parse import ParsedFeed, ParsedItem

# The number of posts that a fault names.
MAX_TITLES = 3
RFC822 = re.compile(r"(\w{3}, )?\d{1,2} \w{3} \d{4} \d\d:\d\d(:\d\d)? ([+-]\d{4}|GMT|UT|UTC)", re.ASCII)
RFC3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)", re.ASCII)
ADDRESSES = ("href", "src", "srcset", "poster")
ACTIVE = {"script", "iframe", "object", "embed", "form"}


class StoredPost(NamedTuple):
    """A post in the database; `link` is only a path."""

    id: str
    link: str
    title: str
    published_at: datetime


def parse_date(text: str, feed_format: str) -> datetime | None:
    """Return the date that a feed of this format gives; None if it is not valid in the format."""
    try:
        if feed_format == "RSS":
            return parsedate_to_datetime(text) if RFC822.fullmatch(text) else None
        return datetime.fromisoformat(text) if RFC3339.fullmatch(text) else None
    except ValueError:
        return None


# -- one document ------------------------------------------------------------------------------------------


def check_document(feed: ParsedFeed, address: str, size: int) -> Iterator[str]:
    """Yield the faults of a document of `size` bytes at `address`."""
    required = {"title": feed.title, "address of its site": feed.link}
    required |= {"RSS": {"description": feed.description}, "Atom": {"id": feed.id}}.get(feed.format, {})
    for name, value in required.items():
        if not value:
            yield f"It has no {name}."
    if feed.link and not _is_absolute(feed.link):
        yield f"The address of its site is not a whole one: {feed.link}."
    if feed.address != address:
        yield f"It calls itself {feed.address or 'nothing'}: programs may subscribe to that instead."
    if feed.format == "Atom" and not parse_date(feed.updated, "Atom"):
        yield "It does not say when it last changed."
    if size > MAX_FEED_BYTES and len(feed.items) > 1:
        yield f"It has {size // 1024} KiB: some programs read {MAX_FEED_BYTES // 1024} KiB only."
    for fault, items in _items_by_fault(feed).items():
        yield f"{fault}: {list_titles(items)}."


def _items_by_fault(feed: ParsedFeed) -> dict[str, list[ParsedItem]]:
    items: dict[str, list[ParsedItem]] = {}
    for item in feed.items:
        for fault in _item_faults(item, feed.format):
            items.setdefault(fault, []).append(item)
    return items


def _item_faults(item: ParsedItem, feed_format: str) -> Iterator[str]:
    if not item.id:
        yield "No id, so that programs cannot tell what is new"
    if not item.title:
        yield "No title"
    if not _is_absolute(item.link):
        yield "No whole address"
    if not parse_date(item.published, feed_format):
        yield "No date that programs understand"
    if item.updated and not parse_date(item.updated, feed_format if feed_format != "RSS" else "Atom"):
        yield "No date of change that programs understand"
    if FORBIDDEN.search(item.title + item.summary + item.html):
        yield "Characters that other formats cannot carry"
    yield from _text_faults(item.html)


def _text_faults(text: str) -> Iterator[str]:
    if not text.strip():
        yield "No text"
        return
    try:
        tree = html.fragment_fromstring(FORBIDDEN.sub("", text), create_parent="div")
    except (etree.ParserError, ValueError):
        yield "A text that is not HTML"
        return
    elements = list(tree.iter(etree.Element))
    addresses = (url for element in elements for name in ADDRESSES for url in _urls(name, element.get(name)))
    if not all(_is_absolute(address) for address in addresses):
        yield "Addresses in the text that lead nowhere outside the site"
    if any(element.tag in ACTIVE for element in elements):
        yield "Scripts or frames, which programs take away"


def _urls(name: str, value: str | None) -> list[str]:
    if value is None:
        return []
    return [part.split()[0] for part in value.split(",") if part.strip()] if name == "srcset" else [value.strip()]


def _is_absolute(address: str) -> bool:
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    return bool(parts.scheme in ("http", "https") and parts.netloc) or parts.scheme in ("mailto", "tel")


# -- all documents of a feed -------------------------------------------------------------------------------


def check_items(items: Sequence[ParsedItem], feed_format: str, now: datetime) -> Iterator[str]:
    """Yield the faults of all items of a feed, in order from the newest to the oldest."""
    counts = Counter(item.id for item in items if item.id)
    yield from _about("More than once", [item for item in items if counts.pop(item.id, 1) > 1])
    dated = [(item, moment) for item in items if (moment := parse_date(item.published, feed_format))]
    yield from _about("Dated in the future", [item for item, moment in dated if moment > now])
    later = [item for (_, before), (item, moment) in pairwise(dated) if moment > before]
    yield from _about("Newer than what comes before", later)


def check_against_posts(
    items: Sequence[ParsedItem], feed: ParsedFeed, stored_posts: Iterable[StoredPost]
) -> Iterator[str]:
    """Yield how the items differ from the stored posts, whose links get the host that the feed names."""
    site_url = urljoin(feed.address, "/").rstrip("/")
    posts = {post.id: post._replace(link=site_url + post.link) for post in stored_posts}
    links = {post.link for post in posts.values()}
    item_ids = {item.id for item in items}
    unknown = [item for item in items if item.id not in posts]
    new_ids = [item for item in unknown if item.link in links]
    yield from _about("Another id than in the database, so that programs show it as new", new_ids)
    yield from _about("Not in the database", [item for item in unknown if item.link not in links])
    new_id_links = {item.link for item in new_ids}
    missing = [post for post in posts.values() if post.id not in item_ids and post.link not in new_id_links]
    yield from _about("Missing, so that no subscriber sees it", missing)
    pairs = [(item, posts[item.id]) for item in items if item.id in posts]
    yield from _about("Another address than in the database", [item for item, post in pairs if item.link != post.link])
    yield from _about("Another title than in the database", [item for item, post in pairs if item.title != post.title])
    other_dates = [
        item for item, post in pairs if parse_date(item.published, feed.format) != to_seconds(post.published_at)
    ]
    yield from _about("Another date than in the database", other_dates)


def compare_formats(
    first: ParsedFeed, items: Sequence[ParsedItem], second: ParsedFeed, second_items: Sequence[ParsedItem]
) -> Iterator[str]:
    """Yield a fault if two formats of one feed differ."""
    values = [(item.id, item.title, parse_date(item.published, first.format)) for item in items]
    if values != [(item.id, item.title, parse_date(item.published, second.format)) for item in second_items]:
        yield f"Its items, titles or dates are not those of {first.format}."


def _about(fault: str, posts: Sequence[ParsedItem | StoredPost]) -> list[str]:
    return [f"{fault}: {list_titles(posts)}."] if posts else []


def list_titles(posts: Sequence[ParsedItem | StoredPost]) -> str:
    """Return the titles of the first posts, and how many more there are."""
    titles = [f"“{(post.title or post.link or post.id)[:60]}”" for post in posts[:MAX_TITLES]]
    more = len(posts) - len(titles)
    return ", ".join(titles) + (f" and {more} more" if more else "")


# -- over HTTP ---------------------------------------------------------------------------------------------

TYPES = {"RSS": "application/rss+xml", "Atom": "application/atom+xml", "JSON Feed": "application/feed+json"}


def check_response(feed_format: str, headers: dict[str, str], again: int) -> Iterator[str]:
    """Yield the faults of the headers (names in lower case); `again` is the status of a second, conditional request."""
    content_type = headers.get("content-type", "")
    if content_type.partition(";")[0].strip().lower() != TYPES[feed_format]:
        yield f"It is served as {content_type or 'nothing'}, not as {TYPES[feed_format]}."
    if not re.fullmatch(r'(W/)?"[^"]*"', headers.get("etag", "")):
        yield "It has no ETag: programs must read it whole each time."
    elif again != 304:
        yield f"Asked whether it has changed, the server says {again}, not 304: programs must read it whole each time."
    if "set-cookie" in headers or "cookie" in headers.get("vary", "").lower():
        yield "It comes with cookies, which keep caches from sharing it."
