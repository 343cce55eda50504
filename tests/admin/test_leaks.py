"""What is not published appears nowhere: a marker word is looked for in every public address."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from blog.core.editor import publish
from tests.admin.conftest import Author
from tests.admin.writing import NEW, held, send
from tests.reader.crawl import crawl
from tests.reader.test_leaks import MARK, NOW, OWN, world
from tests.world import Blog

FIELDS = {
    "title": f"Title {MARK}", "slug": MARK, "summary": f"Summary {MARK}", "tags": f"Common, {MARK}",
    "body": f"Body {MARK}. ![Picture {MARK}](/media/{MARK}.png)\n\n## Heading {MARK}", "canonical_url": f"https://{MARK}.example/",
}  # fmt: skip
WRITTEN = f"Body {MARK}"


@pytest.fixture
def author(blog: Blog, at: Callable[[datetime], None]) -> Author:
    at(NOW)
    world(blog)
    return Author(blog)


def written(author: Author, path: str, action: str, **more: Any) -> str:
    """The address of a post that was sent with the marker in every field."""
    answer = send(author, path, action, **FIELDS | more)
    assert answer.status_code == 303
    return str(answer.location)


def draft(blog: Blog, author: Author) -> None:
    path = written(author, NEW, "save")
    send(author, path, "link")


def scheduled(blog: Blog, author: Author) -> None:
    written(author, NEW, "schedule", published_at="2031-06-01T13:00")


def copy(blog: Blog, author: Author) -> None:
    post = blog.make_post("Public", slug="public", tags=["Common"])
    path = written(author, f"/admin/posts/{post.id}/", "link")
    assert WRITTEN in author.get(path).text


def copy_of_a_page(blog: Blog, author: Author) -> None:
    post = blog.make_post("Imprint", slug="imprint", kind="page")
    written(author, f"/admin/posts/{post.id}/", "save", kind="page")


def copy_of_what_is_scheduled(blog: Blog, author: Author) -> None:
    post = blog.make_post("Later", slug="later", published_at=NOW + timedelta(hours=1))
    written(author, f"/admin/posts/{post.id}/", "save")


def discarded(blog: Blog, author: Author) -> None:
    post = blog.make_post("Public", slug="public", tags=["Common"])
    path = written(author, f"/admin/posts/{post.id}/", "save")
    send(author, path, "discard")


def overtaken(blog: Blog, author: Author) -> None:
    post = blog.make_post("Public", slug="public", tags=["Common"])
    path = f"/admin/posts/{post.id}/"
    stale = held(author.page(path))
    send(author, path, "publish", body="Others' words.")
    assert author.post(path, **stale | FIELDS | {"action": "publish"}).status_code == 409


def rejected(blog: Blog, author: Author) -> None:
    assert author.post(NEW, **FIELDS | {"title": "", "action": "publish"}).status_code == 422


def deleted_draft(blog: Blog, author: Author) -> None:
    send(author, written(author, NEW, "save"), "delete")


def taken_back(blog: Blog, author: Author) -> None:
    post = blog.make_post("Public", slug="public", tags=["Common"])
    path = written(author, f"/admin/posts/{post.id}/", "publish")
    publish.unpublish(post.id)
    assert WRITTEN in author.get(path).text


STATES = [
    draft, scheduled, copy, copy_of_a_page, copy_of_what_is_scheduled, discarded, overtaken, rejected, deleted_draft,
    taken_back,
]  # fmt: skip


@pytest.mark.parametrize("state", STATES)
def test_what_is_not_published_appears_nowhere(
    blog: Blog, author: Author, state: Callable[[Blog, Author], None]
) -> None:
    state(blog, author)
    search = [f"/search/?q={MARK}", "/search/?q=Common", "/preview/", f"/preview/{MARK}/", "/admin/", NEW]
    for path in ("/", "/archive/", "/posts/post-3/"):  # an author's pages are not kept for others
        assert author.get(path).status_code == 200
    for path, answer in crawl(blog, *OWN, *search).items():
        if answer.mimetype == "image/x-icon" or (MARK in path and answer.status_code in (303, 308)):
            continue
        said = f"{answer.get_data(as_text=True)} {answer.headers}"
        if path.startswith("/search/"):
            assert f" {MARK}" not in said.replace(f'"{MARK}"', "").replace(f"“{MARK}”", ""), path
            continue
        assert MARK not in said, (path, answer.status_code)
