"""The sitemap."""

from collections.abc import Iterator
from datetime import datetime
from itertools import chain

from flask import Response, url_for

from blog.core.errors import NotFound
from blog.core.posts import archive, lists, taxonomy
from blog.core.urls.sitemap import last_change, page_entries, post_entries
from blog.feeds import sitemap
from blog.feeds.blueprint import bp, feed_response
from blog.web import templating


@bp.get("/sitemap.xml")
def site_map() -> Response:
    """Return the sitemap of all public URLs; an index if one file cannot hold them."""
    changed_at = templating.site_context().changed_at
    others, total = _others(), lists.count(lists.ALL)
    if len(others) + total <= sitemap.MAX_ADDRESSES:
        return _xml(sitemap.sitemap(_absolute(chain(others, _posts(0)))))
    parts = [
        (
            url_for("feeds.site_map_part", number=number),
            changed_at if file.kind == "others" else last_change(file.start, sitemap.MAX_ADDRESSES),
        )
        for number, file in enumerate(sitemap.files(len(others), total), 1)
    ]
    return _xml(sitemap.index(_absolute(parts)))


@bp.get("/sitemap-<page:number>.xml")
def site_map_part(number: int) -> Response:
    """Return one of several sitemaps. The oldest posts come first, so that a full file never changes its URLs."""
    templating.site_context()
    others, total = _others(), lists.count(lists.ALL)
    files = sitemap.files(len(others), total) if len(others) + total > sitemap.MAX_ADDRESSES else []
    if number > len(files):
        raise NotFound("There are not that many sitemaps.")
    file = files[number - 1]
    entries = others[file.start : file.start + sitemap.MAX_ADDRESSES] if file.kind == "others" else _posts(file.start)
    return _xml(sitemap.sitemap(_absolute(entries)))


def _others() -> list[tuple[str, datetime | None]]:
    """Return the paths of all pages but posts, with the time of their last change if it is known."""
    entries: list[tuple[str, datetime | None]] = [(url_for("reader.home"), templating.site_context().changed_at)]
    entries += [(url_for(name), None) for name in ("reader.archive", "reader.tags", "feeds.subscribe")]
    entries += [(page.path, page.changed_at) for page in page_entries()]
    entries += [(url_for("reader.tag", slug=tag.slug), None) for tag in taxonomy.tags()]
    counts = archive.years(templating.zone())
    entries += [(url_for("reader.archive_year", year=int(year.slug)), None) for year in counts]
    entries += [(url_for("reader.author", slug=person.slug), None) for person in taxonomy.authors()]
    return entries


def _posts(start: int) -> Iterator[tuple[str, datetime]]:
    return ((post.path, post.changed_at) for post in post_entries(start, sitemap.MAX_ADDRESSES))


def _absolute(entries: sitemap.Entries) -> sitemap.Entries:
    return ((templating.absolute_url(path), changed_at) for path, changed_at in entries)


def _xml(body: bytes) -> Response:
    return feed_response(body, "application/xml; charset=utf-8")
