"""Beyond what one sitemap may name, there are several, and a list of them."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import chain
from math import ceil

import pytest
from flask import Flask, render_template
from sqlalchemy import text

from blog.core.db.transaction import write_transaction
from blog.core.editor import publish
from blog.core.editor.fields import Fields
from blog.feeds import sitemap
from tests.world import LONG_AGO, SITE_URL, Blog

SPACE = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
NOW = datetime(2031, 1, 2, 3, 4, 5, tzinfo=UTC)
# Home, archive, tags, subscribe, a year, a page, a tag.
OTHERS = {f"{SITE_URL}{path}" for path in ("/", "/archive/", "/tags/", "/subscribe/", "/archive/2024/", "/about/")}
FIXED = len(OTHERS)
MANY = """
    INSERT INTO post (guid, kind, slug, title, summary, unlisted, version, created_at, published_at, words, extract,
                      renderer, body, html, feed_html, contents, links, pictures)
    WITH RECURSIVE numbers(number) AS (SELECT 1 UNION ALL SELECT number + 1 FROM numbers WHERE number < :posts)
    SELECT number, 'post', 'post-' || number, 'Post', '', 0, 1, '2024-01-01 00:00:00.000000',
           datetime('2004-01-01', '+' || (number * 3) || ' hours') || '.000000', 1, '', 1, '', '', '', '[]', '[]', '[]'
    FROM numbers
"""


def named(blog: Blog, path: str) -> dict[str, str | None]:
    """Address and lastmod of all that a sitemap, or a list of them, names."""
    return {entry.findtext(f"{SPACE}loc"): entry.findtext(f"{SPACE}lastmod") for entry in blog.feed(path)}


def fill(blog: Blog, posts: int) -> None:
    blog.make_post("About", kind="page", slug="about")
    for number in range(1, posts + 1):
        blog.make_post(slug=f"post-{number}", published_at=LONG_AGO + timedelta(hours=number))


def test_one_sitemap_names_as_much_as_it_may(blog: Blog, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sitemap, "MAX_ADDRESSES", FIXED + 3)
    fill(blog, 3)
    assert blog.feed("/sitemap.xml").tag == f"{SPACE}urlset"
    assert len(named(blog, "/sitemap.xml")) == FIXED + 3
    blog.read("/sitemap-1.xml", 404)
    blog.make_post()
    assert blog.feed("/sitemap.xml").tag == f"{SPACE}sitemapindex"


def test_a_list_names_the_sitemaps_and_they_name_everything(blog: Blog, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sitemap, "MAX_ADDRESSES", 4)
    fill(blog, 9)
    files = list(named(blog, "/sitemap.xml"))
    assert files == [f"{SITE_URL}/sitemap-{number}.xml" for number in range(1, len(files) + 1)]
    held = [list(named(blog, file.removeprefix(SITE_URL))) for file in files]
    others, posts = held[:-3], held[-3:]
    assert len(others) == ceil(FIXED / 4) and {len(addresses) for addresses in others[:-1]} == {4}
    assert {address for addresses in others for address in addresses} == OTHERS
    assert [len(addresses) for addresses in posts] == [4, 4, 1]
    assert list(chain(*posts)) == [f"{SITE_URL}/posts/post-{number}/" for number in range(1, 10)]
    for addresses in held:
        for address in addresses:
            assert blog.get(address.removeprefix(SITE_URL)).status_code == 200


@pytest.mark.parametrize("number", ["0", "6", "01", "999999", "9999999", "x", "-1", ""])
def test_a_number_that_no_sitemap_has_is_not_found(blog: Blog, monkeypatch: pytest.MonkeyPatch, number: str) -> None:
    monkeypatch.setattr(sitemap, "MAX_ADDRESSES", 4)
    fill(blog, 9)
    blog.read(f"/sitemap-{number}.xml", 404)


def test_a_full_sitemap_stays_as_it_is(blog: Blog, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sitemap, "MAX_ADDRESSES", FIXED)
    fill(blog, FIXED + 2)
    before = blog.get("/sitemap-2.xml").data
    for _ in range(FIXED):
        blog.make_post(published_at=LONG_AGO + timedelta(days=30))
    assert blog.get("/sitemap-2.xml").data == before
    assert len(named(blog, "/sitemap-3.xml")) == FIXED


def test_the_list_tells_when_a_sitemap_last_changed(
    blog: Blog, monkeypatch: pytest.MonkeyPatch, at: Callable[[datetime], None]
) -> None:
    monkeypatch.setattr(sitemap, "MAX_ADDRESSES", FIXED)
    at(LONG_AGO + timedelta(days=1))
    fill(blog, FIXED + 2)
    first, second = ((LONG_AGO + timedelta(hours=hours)).isoformat() for hours in (FIXED, FIXED + 2))
    assert list(named(blog, "/sitemap.xml").values())[1:] == [first, second]
    at(NOW)
    publish.edit(publish.create(Fields(title="Draft")).id, Fields(body="No reader sees it."))
    publish.edit(2, Fields(body="Other."))
    assert list(named(blog, "/sitemap.xml").values())[1:] == ["2031-01-02T03:04:05+00:00", second]


def test_scheduled_posts_are_in_none(
    blog: Blog, monkeypatch: pytest.MonkeyPatch, at: Callable[[datetime], None]
) -> None:
    monkeypatch.setattr(sitemap, "MAX_ADDRESSES", FIXED)
    at(LONG_AGO + timedelta(hours=FIXED + 1, minutes=30))
    fill(blog, 20)
    assert len(named(blog, "/sitemap.xml")) == 3
    assert len(named(blog, "/sitemap-3.xml")) == 1
    blog.read("/sitemap-4.xml", 404)


def test_fifty_thousand_addresses_are_one_file_and_more_are_several(blog: Blog) -> None:
    with write_transaction() as session:
        session.execute(text(MANY), {"posts": 50_100})
    files = named(blog, "/sitemap.xml")
    assert list(files) == [f"{SITE_URL}/sitemap-{number}.xml" for number in (1, 2, 3)]
    first, second = blog.get("/sitemap-2.xml").data, blog.get("/sitemap-3.xml").data
    assert (first.count(b"<loc>"), second.count(b"<loc>")) == (50_000, 100)
    assert len(first) < 50_000_000
    assert b"/posts/post-1/<" in first and b"/posts/post-50000/<" in first and b"/posts/post-50001/<" in second


def test_no_address_is_so_long_that_a_file_grows_too_large(app: Flask) -> None:
    row = f"https://{'x' * 250}.example/posts/{'y' * 120}/", NOW.isoformat()
    empty, one_row = (render_template("feeds/sitemap.xml", entries=rows) for rows in ([], [row]))
    one = len(one_row) - len(empty)
    assert one * sitemap.MAX_ADDRESSES < 50_000_000
