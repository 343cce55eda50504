"""Feeds, the page that explains them, the sitemap."""

from collections.abc import Iterator
from datetime import datetime
from html import escape
from itertools import chain

from flask import Blueprint, Response, current_app, render_template, url_for

from blog.core import catalogue, directory, permalinks, reading, shelves, years
from blog.core.errors import Missing
from blog.core.reading import Entry
from blog.core.sanitizing import PAGE, SITE
from blog.core.wording import shorten
from blog.feeds import build, sitemap
from blog.web import templating

ITEMS = 20
# Twenty items of full text are usually a tenth of this; a feed of giants carries fewer of them.
FEED_BYTES = 512 * 1024
CACHING = "public, max-age=300, stale-while-revalidate=3600"

bp = Blueprint("feeds", __name__)


@bp.get("/feed.xml")
def rss() -> Response:
    """The site's RSS feed: the newest posts, whole."""
    edition = templating.edition()
    site = edition.site
    channel = build.Channel(
        title=site.title,
        link=templating.absolute(url_for("reader.home")),
        address=templating.absolute(url_for("feeds.rss")),
        description=site.tagline,
        language=site.language,
        changed_at=edition.changed_at,
    )
    found = reading.entries(ITEMS)
    return _answer(build.rss(channel, _fitting([_item(post) for post in found])), "application/rss+xml")


@bp.get("/subscribe/")
def subscribe() -> Response:
    """What a feed is, and how to follow this site with one."""
    templating.edition()
    return Response(render_template("feeds/subscribe.html"), mimetype="text/html")


@bp.get("/sitemap.xml")
def site_map() -> Response:
    """Every public address, for search engines; the names of several sitemaps when one cannot hold them."""
    changed_at = templating.edition().changed_at
    others, total = _others(), shelves.total(shelves.ALL)
    if len(others) + total <= sitemap.LIMIT:
        return _xml(sitemap.sitemap(_whole(chain(others, _posts(0)))))
    parts = [
        (url_for("feeds.site_map_part", number=number), changed_at if file.holds == "others" else _changed(file.start))
        for number, file in enumerate(sitemap.files(len(others), total), 1)
    ]
    return _xml(sitemap.index(_whole(parts)))


@bp.get("/sitemap-<page:number>.xml")
def site_map_part(number: int) -> Response:
    """One of several sitemaps. Posts are numbered from the oldest: a file that is full names the same for good."""
    templating.edition()
    others, total = _others(), shelves.total(shelves.ALL)
    files = sitemap.files(len(others), total) if len(others) + total > sitemap.LIMIT else []
    if number > len(files):
        raise Missing("There are not that many sitemaps.")
    file = files[number - 1]
    held = others[file.start : file.start + sitemap.LIMIT] if file.holds == "others" else _posts(file.start)
    return _xml(sitemap.sitemap(_whole(held)))


def _others() -> list[tuple[str, datetime | None]]:
    """The paths of all that is no post, with the time of their last change where that is known."""
    found: list[tuple[str, datetime | None]] = [(url_for("reader.home"), templating.edition().changed_at)]
    found += [(url_for(name), None) for name in ("reader.archive", "reader.tags", "feeds.subscribe")]
    found += [(page.path, page.changed_at) for page in directory.of_pages()]
    found += [(url_for("reader.tag", slug=tag.slug), None) for tag in catalogue.tags()]
    counts = years.years(templating.zone())
    found += [(url_for("reader.archive_year", year=int(year.slug)), None) for year in counts]
    found += [(url_for("reader.author", slug=person.slug), None) for person in catalogue.authors()]
    return found


def _posts(start: int) -> Iterator[tuple[str, datetime]]:
    return ((post.path, post.changed_at) for post in directory.of_posts(start, sitemap.LIMIT))


def _changed(start: int) -> datetime | None:
    return directory.last_change(start, sitemap.LIMIT)


def _whole(entries: sitemap.Entries) -> sitemap.Entries:
    return ((templating.absolute(path), changed) for path, changed in entries)


def _xml(body: bytes) -> Response:
    return _answer(body, "application/xml")


@bp.get("/robots.txt")
def robots() -> Response:
    """What crawlers are asked to leave alone."""
    text = sitemap.robots(templating.absolute(url_for("feeds.site_map")))
    return _answer(text.encode(), "text/plain")


def _answer(body: bytes, kind: str) -> Response:
    response = Response(body, content_type=f"{kind}; charset=utf-8")
    response.headers["Cache-Control"] = CACHING
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response


def _item(post: Entry) -> build.Item:
    site, link = templating.site(), templating.absolute(permalinks.path_of(post))
    html = post.feed_html.replace(PAGE, link).replace(SITE, str(current_app.config["SITE_URL"]))
    return build.Item(
        guid=post.guid,
        link=link,
        title=post.title,
        summary=shorten(post.standfirst, 500),
        html=html,
        author=post.author or site.author,
        tags=list(post.tags),
        published_at=post.published_at,
        updated_at=post.revised_at,
    )


def _fitting(items: list[build.Item]) -> list[build.Item]:
    """The newest items that fit into a polite feed; the first one always does."""
    total = 0
    for number, item in enumerate(items):
        told = [item.title, item.summary, item.author, item.link, *item.tags]
        total += len(item.html.encode()) + sum(len(escape(text).encode()) + 30 for text in told) + 500
        if number and total > FEED_BYTES:
            return items[:number]
    return items
