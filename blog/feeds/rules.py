"""Judge feeds: what is wrong with a document, a row of them, or beside the posts they should hold. Pure.

Each fault is a sentence that says what a subscriber would notice.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from itertools import pairwise
from urllib.parse import urljoin, urlsplit

from lxml import etree, html

from blog.core.text.validate import FORBIDDEN
from blog.feeds.channel import MAX_FEED_BYTES, to_seconds
from blog.feeds.parse import ParsedFeed, ParsedItem

# So many of the posts that one fault concerns are named.
MAX_TITLES = 3
RFC822 = re.compile(r"(\w{3}, )?\d{1,2} \w{3} \d{4} \d\d:\d\d(:\d\d)? ([+-]\d{4}|GMT|UT|UTC)", re.ASCII)
RFC3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)", re.ASCII)
ADDRESSES = ("href", "src", "srcset", "poster")
ACTIVE = {"script", "iframe", "object", "embed", "form"}


@dataclass(frozen=True)
class StoredPost:
    """A post as the database has it; `link` holds its path alone."""

    id: str
    link: str
    title: str
    published_at: datetime


def parse_date(text: str, form: str) -> datetime | None:
    """The moment that a feed of this format tells; None when it is not one as the format has them."""
    try:
        if form == "RSS":
            return parsedate_to_datetime(text) if RFC822.fullmatch(text) else None
        return datetime.fromisoformat(text) if RFC3339.fullmatch(text) else None
    except ValueError:
        return None


# -- one document ------------------------------------------------------------------------------------------


def check_document(feed: ParsedFeed, address: str, size: int) -> Iterator[str]:
    """What is wrong with a document of `size` bytes that was read at `address`."""
    needed = {"title": feed.title, "address of its site": feed.link}
    needed |= {"RSS": {"description": feed.description}, "Atom": {"id": feed.id}}.get(feed.format, {})
    for name, value in needed.items():
        if not value:
            yield f"It has no {name}."
    if feed.link and not _whole(feed.link):
        yield f"The address of its site is not a whole one: {feed.link}."
    if feed.address != address:
        yield f"It calls itself {feed.address or 'nothing'}: programs may subscribe to that instead."
    if feed.format == "Atom" and not parse_date(feed.updated, "Atom"):
        yield "It does not say when it last changed."
    if size > MAX_FEED_BYTES and len(feed.items) > 1:
        yield f"It has {size // 1024} KiB: some programs read {MAX_FEED_BYTES // 1024} KiB only."
    for fault, told in _of_items(feed).items():
        yield f"{fault}: {list_titles(told)}."


def _of_items(feed: ParsedFeed) -> dict[str, list[ParsedItem]]:
    """Fault -> the items that have it."""
    found: dict[str, list[ParsedItem]] = {}
    for item in feed.items:
        for fault in _of_item(item, feed.format):
            found.setdefault(fault, []).append(item)
    return found


def _of_item(item: ParsedItem, form: str) -> Iterator[str]:
    if not item.id:
        yield "No id, so that programs cannot tell what is new"
    if not item.title:
        yield "No title"
    if not _whole(item.link):
        yield "No whole address"
    if not parse_date(item.published, form):
        yield "No date that programs understand"
    if item.updated and not parse_date(item.updated, form if form != "RSS" else "Atom"):
        yield "No date of change that programs understand"
    if FORBIDDEN.search(item.title + item.summary + item.html):
        yield "Characters that other formats cannot carry"
    yield from _of_text(item.html)


def _of_text(text: str) -> Iterator[str]:
    if not text.strip():
        yield "No text"
        return
    try:
        tree = html.fragment_fromstring(FORBIDDEN.sub("", text), create_parent="div")
    except (etree.ParserError, ValueError):
        yield "A text that is not HTML"
        return
    elements = list(tree.iter(etree.Element))
    addresses = (part for element in elements for name in ADDRESSES for part in _parts(name, element.get(name)))
    if not all(_whole(address) for address in addresses):
        yield "Addresses in the text that lead nowhere outside the site"
    if any(element.tag in ACTIVE for element in elements):
        yield "Scripts or frames, which programs take away"


def _parts(name: str, value: str | None) -> list[str]:
    if value is None:
        return []
    return [part.split()[0] for part in value.split(",") if part.strip()] if name == "srcset" else [value.strip()]


def _whole(address: str) -> bool:
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    return bool(parts.scheme in ("http", "https") and parts.netloc) or parts.scheme in ("mailto", "tel")


# -- all documents of a feed -------------------------------------------------------------------------------


def check_items(items: Sequence[ParsedItem], form: str, now: datetime) -> Iterator[str]:
    """What is wrong with all items of a feed, from the newest to the oldest."""
    counts = Counter(item.id for item in items if item.id)
    yield from _about("More than once", [item for item in items if counts.pop(item.id, 1) > 1])
    dated = [(item, moment) for item in items if (moment := parse_date(item.published, form))]
    yield from _about("Dated in the future", [item for item, moment in dated if moment > now])
    later = [item for (_, before), (item, moment) in pairwise(dated) if moment > before]
    yield from _about("Newer than what comes before", later)


def check_against_posts(items: Sequence[ParsedItem], feed: ParsedFeed, kept: Iterable[StoredPost]) -> Iterator[str]:
    """How the items of a feed differ from the posts that the database has, at the host that the feed names."""
    here = urljoin(feed.address, "/").rstrip("/")
    posts = {post.id: replace(post, link=here + post.link) for post in kept}
    links = {post.link for post in posts.values()}
    told = {item.id: item for item in items}
    unknown = [item for item in items if item.id not in posts]
    renamed = [item for item in unknown if item.link in links]
    yield from _about("Another id than in the database, so that programs show it as new", renamed)
    yield from _about("Not in the database", [item for item in unknown if item.link not in links])
    changed = {item.link for item in renamed}
    lost = [post for post in posts.values() if post.id not in told and post.link not in changed]
    yield from _about("Missing, so that no subscriber sees it", lost)
    known = [(item, posts[item.id]) for item in items if item.id in posts]
    yield from _about("Another address than in the database", [item for item, post in known if item.link != post.link])
    yield from _about("Another title than in the database", [item for item, post in known if item.title != post.title])
    redated = [item for item, post in known if parse_date(item.published, feed.format) != to_seconds(post.published_at)]
    yield from _about("Another date than in the database", redated)


def compare_formats(
    one: ParsedFeed, items: Sequence[ParsedItem], other: ParsedFeed, others: Sequence[ParsedItem]
) -> Iterator[str]:
    """How two formats of one feed differ."""
    told = [(item.id, item.title, parse_date(item.published, one.format)) for item in items]
    if told != [(item.id, item.title, parse_date(item.published, other.format)) for item in others]:
        yield f"Its items, titles or dates are not those of {one.format}."


def _about(fault: str, told: Sequence[ParsedItem | StoredPost]) -> list[str]:
    return [f"{fault}: {list_titles(told)}."] if told else []


def list_titles(told: Sequence[ParsedItem | StoredPost]) -> str:
    """The first of these by their titles, and how many more there are."""
    names = [f"“{(each.title or each.link or each.id)[:60]}”" for each in told[:MAX_TITLES]]
    more = len(told) - len(names)
    return ", ".join(names) + (f" and {more} more" if more else "")


# -- over HTTP ---------------------------------------------------------------------------------------------

TYPES = {"RSS": "application/rss+xml", "Atom": "application/atom+xml", "JSON Feed": "application/feed+json"}


def check_response(form: str, headers: dict[str, str], again: int) -> Iterator[str]:
    """What is wrong with how a feed is served: its headers (names in lower case), and the status when asked `again`."""
    said = headers.get("content-type", "")
    if said.partition(";")[0].strip().lower() != TYPES[form]:
        yield f"It is served as {said or 'nothing'}, not as {TYPES[form]}."
    if not re.fullmatch(r'(W/)?"[^"]*"', headers.get("etag", "")):
        yield "It has no ETag: programs must read it whole each time."
    elif again != 304:
        yield f"Asked whether it has changed, the server says {again}, not 304: programs must read it whole each time."
    if "set-cookie" in headers or "cookie" in headers.get("vary", "").lower():
        yield "It comes with cookies, which keep caches from sharing it."


def day(moment: datetime) -> str:
    """The day of a moment."""
    return f"{moment.astimezone(UTC):%Y-%m-%d}"
