"""The sitemap and robots.txt."""

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
    """Every public address, for search engines; the names of several sitemaps when one cannot hold them."""
    changed_at = templating.site_context().changed_at
    others, total = _others(), lists.count(lists.ALL)
    if len(others) + total <= sitemap.MAX_ADDRESSES:
        return _xml(sitemap.sitemap(_whole(chain(others, _posts(0)))))
    parts = [
        (url_for("feeds.site_map_part", number=number), changed_at if file.holds == "others" else _changed(file.start))
        for number, file in enumerate(sitemap.files(len(others), total), 1)
    ]
    return _xml(sitemap.index(_whole(parts)))


@bp.get("/sitemap-<page:number>.xml")
def site_map_part(number: int) -> Response:
    """One of several sitemaps. Posts are numbered from the oldest: a file that is full names the same for good."""
    templating.site_context()
    others, total = _others(), lists.count(lists.ALL)
    files = sitemap.files(len(others), total) if len(others) + total > sitemap.MAX_ADDRESSES else []
    if number > len(files):
        raise NotFound("There are not that many sitemaps.")
    file = files[number - 1]
    held = others[file.start : file.start + sitemap.MAX_ADDRESSES] if file.holds == "others" else _posts(file.start)
    return _xml(sitemap.sitemap(_whole(held)))


def _others() -> list[tuple[str, datetime | None]]:
    """The paths of all that is no post, with the time of their last change where that is known."""
    found: list[tuple[str, datetime | None]] = [(url_for("reader.home"), templating.site_context().changed_at)]
    found += [(url_for(name), None) for name in ("reader.archive", "reader.tags", "feeds.subscribe")]
    found += [(page.path, page.changed_at) for page in page_entries()]
    found += [(url_for("reader.tag", slug=tag.slug), None) for tag in taxonomy.tags()]
    counts = archive.years(templating.zone())
    found += [(url_for("reader.archive_year", year=int(year.slug)), None) for year in counts]
    found += [(url_for("reader.author", slug=person.slug), None) for person in taxonomy.authors()]
    return found


def _posts(start: int) -> Iterator[tuple[str, datetime]]:
    return ((post.path, post.changed_at) for post in post_entries(start, sitemap.MAX_ADDRESSES))


def _changed(start: int) -> datetime | None:
    return last_change(start, sitemap.MAX_ADDRESSES)


def _whole(entries: sitemap.Entries) -> sitemap.Entries:
    return ((templating.absolute_url(path), changed) for path, changed in entries)


def _xml(body: bytes) -> Response:
    return feed_response(body, "application/xml; charset=utf-8")


@bp.get("/robots.txt")
def robots() -> Response:
    """What crawlers are asked to leave alone."""
    text = sitemap.robots(templating.absolute_url(url_for("feeds.site_map")))
    return feed_response(text.encode(), "text/plain; charset=utf-8")
