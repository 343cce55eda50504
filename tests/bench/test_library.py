from itertools import pairwise

from flask import Flask

from bench import library, pages
from blog.core.posts import lists, taxonomy
from blog.extensions import db
from blog.models import Post, Tag
from tests.world import Blog, texts


def test_the_same_seed_makes_the_same_rows() -> None:
    first = [list(library.post_rows(20)), list(library.tagging_rows(20)), library.tag_rows()]
    library.rendered_text.cache_clear()
    assert first == [list(library.post_rows(20)), list(library.tagging_rows(20)), library.tag_rows()]


def test_the_newest_posts_are_the_same_in_a_blog_of_any_size() -> None:
    def newest(size: int) -> list[tuple[str, str, str]]:
        listed = [row for row in library.post_rows(size) if row["kind"] == "post"]
        return [(row["guid"], row["slug"], row["body"]) for row in listed[:-21:-1]]

    assert newest(60) == newest(400)


def test_posts_differ_and_grow_older() -> None:
    rows = [row for row in library.post_rows(500) if row["kind"] == "post"]
    assert len({row["slug"] for row in rows}) == len({row["guid"] for row in rows}) == 500
    assert all(a["published_at"] < b["published_at"] for a, b in pairwise(rows))
    assert rows[-1]["published_at"] == library.NEWEST
    words = [row["words"] for row in rows]
    assert 150 < min(words) < 300 and max(words) > 2000
    html = "".join(row["html"] for row in rows)
    for mark in ("<h2", "<ul>", "<ol>", 'href="https://', "footnote", "<pre", "<table", "<blockquote"):
        assert mark in html, mark


def test_the_measured_article_is_the_same_and_in_the_middle() -> None:
    def measured(size: int) -> tuple[int, str, str]:
        (found,) = (row for row in library.post_rows(size) if row["slug"] == library.MEASURED_SLUG)
        return found["id"] * 10 // size, found["html"], found["title"]

    assert measured(20) == measured(200)
    assert measured(200)[0] == 5


def test_a_small_library_is_a_blog_like_any_other(app: Flask, blog: Blog) -> None:
    library.fill(20)
    db.session.rollback()
    assert db.session.query(Post).count() == 20 + len(library.PAGES)
    assert db.session.query(Tag).count() == library.TAGS
    tag = taxonomy.tag(library.COMMON_TAG.lower())
    assert lists.count(lists.WITH_TAG, tag.id) == 20
    assert texts(blog.read(pages.ARTICLE), "//h1") == [library.MEASURED_TITLE]
    for page in {*pages.CACHED, *pages.UNCACHED}:
        answer = blog.get(page.path)
        assert answer.status_code == 200 and answer.mimetype == page.kind, page.path
        assert page.says in answer.get_data(as_text=True), page.path
    for path in [*library.article_paths(20, 20), "/about/", "/archive/2016/", "/sitemap.xml"]:
        assert blog.get(path).status_code == 200, path
    assert len(library.article_paths(20, 5)) == 5


def test_the_fingerprint_names_this_code() -> None:
    assert library.fingerprint() == library.fingerprint()
    assert library.fingerprint().isalnum()
