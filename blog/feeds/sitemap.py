"""Sitemaps (https://www.sitemaps.org/protocol.html) and robots.txt. Pure.

A file may have at most 50,000 URLs and 50 MB. Each of our entries takes less than 1,000 bytes.
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
    """Return the sitemap of absolute URLs, each with the time of its last change."""
    return _document("urlset", "url", entries)


def index(entries: Entries) -> bytes:
    """Return the sitemap index: absolute URLs of sitemaps, each with the time of its last change."""
    return _document("sitemapindex", "sitemap", entries)


def _document(root: str, element: str, entries: Entries) -> bytes:
    return b"".join(line.encode() for line in _lines(root, element, entries))


def _lines(root: str, element: str, entries: Entries) -> Iterator[str]:
    yield f'<?xml version="1.0" encoding="UTF-8"?>\n<{root} xmlns="{NAMESPACE}">\n'
    for address, changed_at in entries:
        lastmod = f"<lastmod>{changed_at.replace(microsecond=0).isoformat()}</lastmod>" if changed_at else ""
        yield f"<{element}><loc>{escape(address)}</loc>{lastmod}</{element}>\n"
    yield f"</{root}>\n"


@dataclass(frozen=True)
class SitemapFile:
    """One of several sitemaps: the kind of its entries, and the number of the first one."""

    kind: Literal["others", "posts"]
    start: int


def files(others: int, posts: int) -> list[SitemapFile]:
    """Return the files for these numbers of addresses. Others than posts come first, so that new posts move nothing."""
    counts: dict[Literal["others", "posts"], int] = {"others": others, "posts": posts}
    return [SitemapFile(kind, start) for kind, number in counts.items() for start in range(0, number, MAX_ADDRESSES)]


def robots(sitemap_address: str) -> str:
    """Return robots.txt: crawlers may read everything but the admin pages, the search and the share forms."""
    closed = ("/admin/", "/preview/", "/search/", "/share/")
    return "\n".join(
        ["User-agent: *", *(f"Disallow: {path}" for path in closed), "", f"Sitemap: {sitemap_address}", ""]
    )
