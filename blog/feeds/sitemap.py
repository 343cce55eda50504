"""The sitemap (https://www.sitemaps.org/protocol.html), divided into files.

A file may have at most 50,000 URLs and 50 MB. Each of our entries takes less than 1,000 bytes.
"""

from collections.abc import Iterable, Iterator
from itertools import chain

from flask import Response, render_template, url_for

from blog.core.errors import NotFound
from blog.core.posts import archive, lists, taxonomy
from blog.core.urls.sitemap import SitemapEntry, last_change, page_entries, post_entries
from blog.feeds.blueprint import bp, feed_response
from blog.web import templating

MAX_ADDRESSES = 50_000


@bp.get("/sitemap.xml")
def site_map() -> Response:
    """Return the sitemap of all public URLs; an index if one file cannot hold them."""
    changed_at = templating.site_context().changed_at
    others, total = _others(), lists.count(lists.ALL)
    files = _files(len(others), total)
    if not files:
        return _xml("feeds/sitemap.xml", chain(others, _posts(0)))
    parts = [
        SitemapEntry(
            url_for("feeds.site_map_part", number=number),
            changed_at if kind == "others" else last_change(start, MAX_ADDRESSES),
        )
        for number, (kind, start) in enumerate(files, 1)
    ]
    return _xml("feeds/sitemap-index.xml", parts)


@bp.get("/sitemap-<page:number>.xml")
def site_map_part(number: int) -> Response:
    """Return one of several sitemaps. The oldest posts come first, so that a full file never changes its URLs."""
    others, total = _others(), lists.count(lists.ALL)
    files = _files(len(others), total)
    if number > len(files):
        raise NotFound("There are not that many sitemaps.")
    kind, start = files[number - 1]
    entries = others[start : start + MAX_ADDRESSES] if kind == "others" else _posts(start)
    return _xml("feeds/sitemap.xml", entries)


def _files(others: int, posts: int) -> list[tuple[str, int]]:
    """Return the kind of each file's entries and the number of the first one; no files if one can hold all.

    Others than posts come first, so that new posts move nothing.
    """
    if others + posts <= MAX_ADDRESSES:
        return []
    counts = {"others": others, "posts": posts}
    return [(kind, start) for kind, number in counts.items() for start in range(0, number, MAX_ADDRESSES)]


def _others() -> list[SitemapEntry]:
    """Return the paths of all pages but posts, with the time of their last change if it is known."""
    entries = [SitemapEntry(url_for("reader.home"), templating.site_context().changed_at)]
    entries += [SitemapEntry(url_for(name)) for name in ("reader.archive", "reader.tags", "feeds.subscribe")]
    entries += page_entries()
    entries += [SitemapEntry(url_for("reader.tag", slug=tag.slug)) for tag in taxonomy.tags()]
    counts = archive.years(templating.zone())
    entries += [SitemapEntry(url_for("reader.archive_year", year=int(year.slug))) for year in counts]
    entries += [SitemapEntry(url_for("reader.author", slug=person.slug)) for person in taxonomy.authors()]
    return entries


def _posts(start: int) -> Iterator[SitemapEntry]:
    return post_entries(start, MAX_ADDRESSES)


def _xml(template: str, entries: Iterable[SitemapEntry]) -> Response:
    """Return a sitemap, or a list of sitemaps: absolute URLs, each with the time of its last change if it is known."""
    base = templating.absolute_url("")
    rows = ((base + path, changed_at and changed_at.isoformat(timespec="seconds")) for path, changed_at in entries)
    return feed_response(f"{render_template(template, entries=rows)}\n".encode(), "application/xml; charset=utf-8")
