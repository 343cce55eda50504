"""Addresses of other engines' feeds lead to ours, for good."""

from datetime import timedelta

import pytest

from blog.core.editor import publish
from blog.core.editor.fields import Fields
from blog.core.errors import Conflict, Invalid
from blog.feeds.aliases import ALIASES
from tests.feeds.reading import FILES, address, read
from tests.web.ask import ask, put
from tests.world import LONG_AGO, Blog

EACH = [(form, rule) for form, rules in ALIASES.items() for rule in rules]
# What people are promised; the list in blog/feeds/aliases.py is longer.
PROMISED = {
    "/feed/": "/feed.xml",
    "/rss/": "/feed.xml",
    "/rss.xml": "/feed.xml",
    "/index.xml": "/feed.xml",
    "/feed.rss": "/feed.xml",
    "/atom/": "/atom.xml",
    "/feed.atom": "/atom.xml",
    "/tag/rivers/rss/": "/tags/rivers/feed.xml",
    "/category/rivers/feed/": "/tags/rivers/feed.xml",
    "/author/ana/feed/": "/authors/ana/feed.xml",
}


def filled(rule: str, tag: str = "rivers", author: str = "ana") -> str:
    """An alias of the tag and author of tests."""
    return rule.replace("<tag>", tag).replace("<author>", author)


def place(rule: str) -> str:
    return "tag" if "<tag>" in rule else "author" if "<author>" in rule else "site"


def test_what_was_promised_leads_to_the_feed(rivers: Blog) -> None:
    for old, new in PROMISED.items():
        answer = rivers.get(old)
        assert (answer.status_code, answer.headers["Location"]) == (301, new), old


def test_each_leads_to_a_feed_of_its_format_at_once(rivers: Blog) -> None:
    for form, rule in EACH:
        answer = rivers.get(filled(rule))
        assert (answer.status_code, answer.headers["Location"]) == (301, address(form, place(rule))), rule
        assert answer.headers["Location"].endswith(FILES[form])
        assert read(rivers, answer.headers["Location"]).items
        assert "Set-Cookie" not in answer.headers


def test_each_takes_no_query_and_leaves_none(rivers: Blog) -> None:
    for form, rule in EACH:
        answer = rivers.get(f"{filled(rule)}?paged=2&utm_source=x")
        assert (answer.status_code, answer.headers["Location"]) == (301, address(form, place(rule))), rule


def test_head_is_answered_alike_and_post_refused(rivers: Blog) -> None:
    for form, rule in EACH:
        head = ask(rivers, filled(rule), "HEAD")
        assert (head.status_code, head.headers["Location"]) == (301, address(form, place(rule))), rule
        assert ask(rivers, filled(rule), "POST").status_code == 405, rule


def test_an_unknown_tag_or_author_is_not_found(rivers: Blog) -> None:
    for _, rule in EACH:
        if "<" in rule:
            rivers.read(filled(rule, "unknown", "nobody"), 404)


def test_an_alias_of_a_blog_without_posts_leads_to_its_empty_feed(blog: Blog) -> None:
    assert blog.get("/feed/").headers["Location"] == "/feed.xml"
    assert read(blog, "/feed.xml").items == []


def test_a_slash_that_is_missing_or_too_much_does_no_harm(rivers: Blog) -> None:
    for old, new in (
        ("/tag/rivers/feed", "/tags/rivers/feed.xml"),
        ("/feed/atom", "/atom.xml"),
        ("/rss.xml/", "/feed.xml"),
    ):
        answer = rivers.get(old)
        assert (answer.status_code, answer.headers["Location"]) == (301, new)


def test_no_page_can_take_the_address_of_a_feed(blog: Blog) -> None:
    page = blog.make_post("About", kind="page", slug="about")
    for slug in ("feed", "rss", "atom", "feeds", "index", "tag", "category", "author"):
        with pytest.raises(Invalid, match="belongs to the blog itself"):
            blog.make_post("Page", kind="page", slug=slug)
        with pytest.raises(Invalid, match="belongs to the blog itself"):
            publish.edit(page.id, Fields(slug=slug))


def test_a_page_with_such_a_title_gets_an_address_beside_it(blog: Blog) -> None:
    for title in ("Feed", "RSS", "Atom"):
        page = blog.make_post(title, kind="page")
        assert page.slug == f"{title.lower()}-2"
        blog.read(f"/{page.slug}/")
        assert blog.get(f"/{title.lower()}/").status_code == 301


def test_a_post_with_such_a_slug_is_read_beside_the_feeds(blog: Blog) -> None:
    for slug in ("feed", "rss", "atom", "index"):
        blog.make_post(f"On {slug}", slug=slug, tags=[slug])
        assert blog.read(f"/posts/{slug}/").xpath("//h1")[0].text == f"On {slug}"
        assert read(blog, f"/tags/{slug}/feed.xml").titles == [f"On {slug}"]
        assert blog.get(f"/tags/{slug}/feed/").headers["Location"] == f"/tags/{slug}/feed.xml"
    assert len(read(blog, "/feed.xml").items) == 4
    assert blog.get("/posts/index.xml").headers["Location"] == "/feed.xml"


def test_a_page_of_an_older_blog_at_such_an_address_gives_way_to_the_feed(blog: Blog) -> None:
    page = blog.make_post("Feed", kind="page", slug="old")
    put("UPDATE post SET slug = 'feed' WHERE id = :id", id=page.id)
    assert blog.get("/feed/").headers["Location"] == "/feed.xml"
    publish.edit(page.id, Fields(slug="about-feeds"))
    blog.read("/about-feeds/")


def test_a_post_that_was_read_at_such_an_address_elsewhere_does_not_hide_the_feed(blog: Blog) -> None:
    post = blog.make_post("Post", slug="post", published_at=LONG_AGO + timedelta(days=1))
    put(
        "INSERT INTO redirect (path, post_id, created_at) VALUES ('/feed', :id, '2024-01-01 00:00:00.000000')",
        id=post.id,
    )
    assert blog.get("/feed/").headers["Location"] == "/feed.xml"
    with pytest.raises((Conflict, Invalid)):
        blog.make_post("Other", kind="page", slug="feed")
