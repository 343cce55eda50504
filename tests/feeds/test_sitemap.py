"""Sitemap and robots."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from flask import Flask, render_template

from blog.core.editor import publish
from blog.core.editor.fields import Fields
from tests.world import LONG_AGO, SITE_URL, Blog

NOW = datetime(2031, 1, 2, 3, 4, 5, tzinfo=UTC)
SPACE = "{http://www.sitemaps.org/schemas/sitemap/0.9}"


def entries(blog: Blog) -> dict[str, str | None]:
    """Address and lastmod of all entries."""
    return {url.findtext(f"{SPACE}loc"): url.findtext(f"{SPACE}lastmod") for url in blog.feed("/sitemap.xml")}


def test_it_names_every_public_address_whole(blog: Blog) -> None:
    blog.make_post("Post", slug="post", tags=["Rivers"])
    blog.make_post("About", kind="page", slug="about")
    paths = ("/", "/posts/post/", "/about/", "/tags/", "/tags/rivers/", "/archive/", "/archive/2024/", "/subscribe/")
    assert set(entries(blog)) == {SITE_URL + path for path in paths}
    for address in entries(blog):
        assert blog.get(address.removeprefix(SITE_URL)).status_code == 200


def test_it_names_the_pages_of_several_authors(blog: Blog) -> None:
    ana = blog.author("Ana")
    blog.make_post()
    blog.make_post(author_id=ana)
    assert f"{SITE_URL}/authors/ana/" in entries(blog)


def test_it_leaves_out_what_is_not_listed(blog: Blog, at: Callable[[datetime], None]) -> None:
    at(NOW)
    blog.make_post("Unlisted", slug="x-unlisted", unlisted=True, tags=["x"])
    blog.make_post("Page", slug="x-page", kind="page", unlisted=True)
    blog.make_post("Draft", slug="x-draft", published_at=None, tags=["x"])
    blog.make_post("Later", slug="x-later", published_at=NOW + timedelta(days=1), tags=["x"])
    publish.delete(blog.make_post("Gone", slug="x-gone", tags=["x"]).id)
    assert not [address for address in entries(blog) if "x" in address.removeprefix(SITE_URL)]


def test_it_dates_posts_by_their_last_material_change(blog: Blog, at: Callable[[datetime], None]) -> None:
    post = blog.make_post("Post", slug="post", published_at=LONG_AGO)
    assert entries(blog)[f"{SITE_URL}/posts/post/"] == "2024-05-01T09:00:00+00:00"
    at(NOW)
    publish.edit(post.id, Fields(body="Other."))
    assert entries(blog)[f"{SITE_URL}/posts/post/"] == "2031-01-02T03:04:05+00:00"


def test_it_is_xml_and_answers_conditionally(blog: Blog) -> None:
    answer = blog.get("/sitemap.xml")
    assert answer.headers["Content-Type"] in ("application/xml; charset=utf-8", "text/xml; charset=utf-8")
    assert blog.get("/sitemap.xml", If_None_Match=answer.headers["ETag"]).status_code == 304


def test_an_empty_blog_has_one_too(blog: Blog) -> None:
    assert f"{SITE_URL}/" in entries(blog)


def test_addresses_are_escaped(app: Flask) -> None:
    rows = [("https://x.example/?a=1&b=<", None)]
    for name in ("sitemap", "sitemap-index"):
        xml = render_template(f"feeds/{name}.xml", entries=rows)
        assert "<loc>https://x.example/?a=1&amp;b=&lt;</loc>" in xml


def test_robots_name_the_sitemap_and_close_the_desk(blog: Blog) -> None:
    answer = blog.get("/robots.txt")
    lines = answer.get_data(as_text=True).splitlines()
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert "User-agent: *" in lines and f"Sitemap: {SITE_URL}/sitemap.xml" in lines
    closed = [line.partition(": ")[2] for line in lines if line.startswith("Disallow")]
    assert {"/admin/", "/share/"} <= set(closed)
    assert "/" not in closed and not any("/posts/".startswith(path) for path in closed)
