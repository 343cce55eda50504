"""The division of sitemaps (https://www.sitemaps.org/protocol.html) into files, and robots.txt. Pure.

A file may have at most 50,000 URLs and 50 MB. Each of our entries takes less than 1,000 bytes.
"""

from dataclasses import dataclass
from typing import Literal

MAX_ADDRESSES = 50_000


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
