"""Nothing unpublished leaks, and what is scheduled comes by itself."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from blog.core.editor import publish
from blog.core.editor.fields import Fields
from blog.extensions import db
from blog.models import Post
from tests.reader.crawl import crawl
from tests.world import Blog, texts

NOW = datetime(2031, 6, 1, 12, tzinfo=UTC)
MARK = "xyzzy"
OWN = [
    f"/posts/{MARK}/", f"/posts/{MARK}.md", f"/posts/{MARK}", f"/{MARK}/", f"/tags/{MARK}/", f"/tags/{MARK}/page/2/",
    f"/authors/{MARK}/", f"/posts/old-{MARK}/", f"/posts/old-{MARK}.md", f"/share/mastodon/?post={MARK}",
    f"/share/mastodon/?post={MARK}&server=mastodon.social", "/archive/1999/", "/page/2/",
    "/search/?q=common", "/search/?q=post", "/opensearch.xml",
]  # fmt: skip


def world(blog: Blog) -> None:
    """Ordinary posts around the hidden one."""
    for number in range(11):
        blog.make_post(
            f"Post {number}", slug=f"post-{number}", tags=["Common"], published_at=NOW - timedelta(days=number)
        )
    blog.make_post("About", kind="page", slug="about")


def hidden(blog: Blog, state: str, kind: str) -> Post:
    """A post or page in this state, marked everywhere."""
    author = blog.author(MARK)
    when = {
        "draft": None,
        "deleted draft": None,
        "scheduled": NOW + timedelta(hours=1),
        "deleted scheduled": NOW + timedelta(hours=1),
    }
    post = blog.make_post(
        f"Title {MARK}",
        slug=f"old-{MARK}",
        kind=kind,
        summary=f"Summary {MARK}",
        body=f"Body {MARK}. ![Picture {MARK}](/media/{MARK}.png)\n\n## Heading {MARK}",
        tags=["Common", MARK],
        author_id=author,
        unlisted=state == "unlisted",
        published_at=when.get(state, NOW - timedelta(days=3, hours=1)),
    )
    publish.edit(post.id, Fields(slug=MARK))
    if state.startswith("deleted"):
        publish.delete(post.id)
    if state == "unpublished":
        publish.unpublish(post.id)
    return post


@pytest.mark.parametrize("kind", ["post", "page"])
@pytest.mark.parametrize(
    "state", ["draft", "scheduled", "deleted", "deleted draft", "deleted scheduled", "unpublished", "unlisted"]
)
def test_what_is_not_public_appears_nowhere(blog: Blog, at: Callable[[datetime], None], state: str, kind: str) -> None:
    at(NOW)
    world(blog)
    hidden(blog, state, kind)
    for path, answer in crawl(blog, *OWN).items():
        said = f"{answer.get_data(as_text=True)} {answer.headers}" if answer.mimetype != "image/x-icon" else ""
        if state == "unlisted" and MARK in path and answer.status_code in (200, 301, 308):
            assert path not in (f"/tags/{MARK}/", f"/authors/{MARK}/")
            continue
        if answer.status_code == 308 and answer.location == f"{path}/":
            continue  # any address without its slash is told so, whether it exists or not
        assert MARK not in said, (path, answer.status_code)
        if MARK in path:
            assert answer.status_code in (404, 410), path


@pytest.mark.parametrize("state", ["draft", "scheduled", "deleted draft", "deleted scheduled", "unpublished"])
def test_what_was_not_deleted_in_public_answers_like_what_never_was(
    blog: Blog, at: Callable[[datetime], None], state: str
) -> None:
    at(NOW)
    world(blog)
    hidden(blog, state, "post")
    never, this = blog.get("/posts/never/"), blog.get(f"/posts/{MARK}/")
    assert (this.status_code, this.data) == (never.status_code, never.data)


@pytest.mark.parametrize(
    "query", [MARK, MARK[:3], f"title {MARK}", f'"title {MARK}"', f"common {MARK}", f"post -{MARK}"]
)
@pytest.mark.parametrize(
    "state", ["draft", "scheduled", "deleted", "deleted draft", "deleted scheduled", "unpublished", "unlisted"]
)
def test_a_search_for_what_is_not_public_finds_what_it_would_without_it(
    blog: Blog, at: Callable[[datetime], None], state: str, query: str
) -> None:
    at(NOW)
    world(blog)
    before = blog.get(f"/search/?q={query}").data
    hidden(blog, state, "post")
    assert blog.get(f"/search/?q={query}").data == before


def test_nothing_counts_what_is_not_public(blog: Blog, at: Callable[[datetime], None]) -> None:
    at(NOW)
    world(blog)
    before = {
        path: blog.get(path).data
        for path in ("/tags/", "/archive/", "/archive/2031/", "/page/2/", "/tags/common/", "/", "/posts/post-3/")
    }
    hidden(blog, "draft", "post")
    assert before == {path: blog.get(path).data for path in before}


def test_no_page_of_a_full_blog_holds_a_dead_link(blog: Blog, at: Callable[[datetime], None]) -> None:
    at(NOW)
    world(blog)
    hidden(blog, "unlisted", "post")
    author = blog.author("Ana")
    blog.make_post("Hers", author_id=author, tags=["Other"], body="[See](/posts/post-1/) and [here](../post-2/).")
    for path, answer in crawl(blog).items():
        assert answer.status_code == (404 if path in ("/nothing/", "/share/mastodon/") else 200), path


def seen(blog: Blog) -> dict[str, bool]:
    """Where a scheduled post shows."""
    places = [
        "/",
        f"/posts/{MARK}/",
        f"/posts/{MARK}.md",
        "/feed.xml",
        "/sitemap.xml",
        "/tags/",
        f"/tags/{MARK}/",
        "/tags/common/",
        "/archive/",
        "/archive/2031/",
        "/posts/post-0/",
        "/nothing/",
    ]
    return {path: MARK in blog.get(path).get_data(as_text=True) for path in places}


def test_a_scheduled_post_appears_everywhere_when_its_time_has_come(blog: Blog, at: Callable[[datetime], None]) -> None:
    at(NOW)
    world(blog)
    hidden(blog, "scheduled", "post")
    rows = text("SELECT public_version, changed_version, changed_at FROM site")
    before, tags = db.session.execute(rows).one(), {path: blog.get(path).headers["ETag"] for path in ("/", "/feed.xml")}
    db.session.rollback()
    at(NOW + timedelta(minutes=59, seconds=59, milliseconds=999))
    assert not any(seen(blog).values())
    at(NOW + timedelta(hours=1))
    assert all(seen(blog).values()), seen(blog)
    assert texts(blog.read("/posts/post-0/"), "//main//a[@rel = 'next']") == [f"Title {MARK}"]
    assert all(blog.get(path, If_None_Match=tag).status_code == 200 for path, tag in tags.items())
    assert db.session.execute(rows).one() == before


def test_a_scheduled_posts_coming_moves_last_modified(blog: Blog, at: Callable[[datetime], None]) -> None:
    at(NOW)
    world(blog)
    hidden(blog, "scheduled", "post")
    at(NOW + timedelta(minutes=59))
    before = blog.get("/feed.xml").headers["Last-Modified"]
    at(NOW + timedelta(hours=1))
    answer = blog.get("/feed.xml", If_Modified_Since=before)
    assert answer.status_code == 200
    assert answer.headers["Last-Modified"] == "Sun, 01 Jun 2031 13:00:00 GMT"


def test_two_scheduled_posts_of_one_second_are_both_noticed(blog: Blog, at: Callable[[datetime], None]) -> None:
    at(NOW)
    due = NOW + timedelta(hours=1)
    blog.make_post("First", published_at=due + timedelta(milliseconds=200))
    blog.make_post("Second", published_at=due + timedelta(milliseconds=700))
    at(due + timedelta(milliseconds=300))
    before = blog.get("/feed.xml").headers["Last-Modified"]
    at(due + timedelta(milliseconds=800))
    assert blog.get("/feed.xml", If_Modified_Since=before).status_code == 200


def test_an_unlisted_post_is_read_and_asks_not_to_be_indexed(blog: Blog, at: Callable[[datetime], None]) -> None:
    at(NOW)
    world(blog)
    hidden(blog, "unlisted", "post")
    page = blog.read(f"/posts/{MARK}/")
    assert page.xpath("//meta[@name = 'robots']/@content") == ["noindex"]
    assert not page.xpath("//main//*[@rel = 'prev' or @rel = 'next']")
    assert len(page.xpath("//section[contains(@class, 'recent')]//h3")) == 3
