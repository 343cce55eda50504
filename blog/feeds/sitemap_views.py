"""The sitemap."""

from collections.abc import Iterable, Iterator
from itertools import chain

from flask import Response, render_template, url_for

from blog.core.errors import NotFound
from blog.core.posts import archive, lists, taxonomy
from blog.core.urls.sitemap import SitemapEntry, last_change, page_entries, post_entries
from blog.feeds import sitemap
from blog.feeds.blueprint import bp, feed_response
from blog.web import templating


@bp.get("/sitemap.xml")
def site_map() -> Response:
    """Return the sitemap of all public URLs; an index if one file cannot hold them."""
    changed_at = templating.site_context().changed_at
    others, total = _others(), lists.count(lists.ALL)
    if len(others) + total <= sitemap.MAX_ADDRESSES:
        return _xml("feeds/sitemap.xml", chain(others, _posts(0)))
    parts = [
        SitemapEntry(
            url_for("feeds.site_map_part", number=number),
            changed_at if file.kind == "others" else last_change(file.start, sitemap.MAX_ADDRESSES),
        )
        for number, file in enumerate(sitemap.files(len(others), total), 1)
    ]
    return _xml("feeds/sitemap-index.xml", parts)


@bp.get("/sitemap-<page:number>.xml")
def site_map_part(number: int) -> Response:
    """Return one of several sitemaps. The oldest posts come first, so that a full file never changes its URLs."""
    others, total = _others(), lists.count(lists.ALL)
    files = sitemap.files(len(others), total) if len(others) + total > sitemap.MAX_ADDRESSES else []
    if number > len(files):
        raise NotFound("There are not that many sitemaps.")
    file = files[number - 1]
    entries = others[file.start : file.start + sitemap.MAX_ADDRESSES] if file.kind == "others" else _posts(file.start)
    return _xml("feeds/sitemap.xml", entries)


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
    return post_entries(start, sitemap.MAX_ADDRESSES)


def _xml(template: str, entries: Iterable[SitemapEntry]) -> Response:
    """Return a sitemap, or a list of sitemaps: absolute URLs, each with the time of its last change if it is known."""
    base = templating.absolute_url("")
    rows = ((base + path, changed_at and changed_at.isoformat(timespec="seconds")) for path, changed_at in entries)
    return feed_response(f"{render_template(template, entries=rows)}\n".encode(), "application/xml; charset=utf-8")
