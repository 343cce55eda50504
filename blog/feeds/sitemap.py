"""Sitemaps (https://www.sitemaps.org/protocol.html) and robots.txt. Pure.

A file names at most 50,000 addresses. Of ours each takes less than 1,000 bytes, so that none grows over 50 MB.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from xml.sax.saxutils import escape

MAX_ADDRESSES = 50_000
NAMESPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"
Entries = Iterable[tuple[str, datetime | None]]


def sitemap(entries: Entries) -> bytes:
    """The sitemap of whole addresses, each with the time its content last changed."""
    return _document("urlset", "url", entries)


def index(entries: Entries) -> bytes:
    """The list of sitemaps, each with the time anything in it last changed."""
    return _document("sitemapindex", "sitemap", entries)


def _document(whole: str, part: str, entries: Entries) -> bytes:
    return b"".join(line.encode() for line in _lines(whole, part, entries))


def _lines(whole: str, part: str, entries: Entries) -> Iterator[str]:
    yield f'<?xml version="1.0" encoding="UTF-8"?>\n<{whole} xmlns="{NAMESPACE}">\n'
    for address, changed in entries:
        stamp = f"<lastmod>{changed.replace(microsecond=0).isoformat()}</lastmod>" if changed else ""
        yield f"<{part}><loc>{escape(address)}</loc>{stamp}</{part}>\n"
    yield f"</{whole}>\n"


@dataclass(frozen=True)
class SitemapFile:
    """One of several sitemaps: what it holds, and from which on."""

    holds: Literal["others", "posts"]
    start: int


def files(others: int, posts: int) -> list[SitemapFile]:
    """The files that so many addresses fill. What is no post comes first, where a growing blog moves nothing."""
    counts: dict[Literal["others", "posts"], int] = {"others": others, "posts": posts}
    return [SitemapFile(holds, start) for holds, number in counts.items() for start in range(0, number, MAX_ADDRESSES)]


def robots(sitemap_address: str) -> str:
    """What crawlers are asked: everything may be read but the desk, the search and the share forms."""
    closed = ("/admin/", "/preview/", "/search/", "/share/")
    return "\n".join(
        ["User-agent: *", *(f"Disallow: {path}" for path in closed), "", f"Sitemap: {sitemap_address}", ""]
    )
