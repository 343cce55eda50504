"""What a post said before: listed, compared, restored."""

import pytest
from sqlalchemy import select

from blog.core.editor import publish, working_copy
from blog.core.editor.fields import Fields
from blog.extensions import db
from blog.models import Post, Revision
from tests.admin.conftest import Author, Visitor, notices
from tests.admin.writing import send
from tests.recorder import recorded
from tests.world import Blog, texts, words


@pytest.fixture
def post(blog: Blog, author: Author) -> Post:
    """A published post with two revisions and a working copy."""
    made = blog.make_post("Rivers", body="One.\n\nSame <b>words</b>.")
    for body in ("Two.\n\nSame <b>words</b>.", "Three.\n\nSame <b>words</b>."):
        send(author, f"/admin/posts/{made.id}/", "publish", body=body)
    send(author, f"/admin/posts/{made.id}/", "save", body="Four.\n\nSame <b>words</b>.")
    return made


def numbers() -> list[int]:
    db.session.rollback()
    return list(db.session.scalars(select(Revision.id).order_by(Revision.id)))


def body(post: Post) -> str:
    db.session.rollback()
    db.session.expire_all()
    return working_copy.load(post.id).fields.body or ""


def test_all_of_them_are_listed_with_time_and_author(blog: Blog, author: Author, post: Post) -> None:
    page = author.page(f"/admin/posts/{post.id}/revisions/")
    rows = texts(page, "//ol/li")
    assert len(rows) == 3 and "now" in rows[0] and "Ana" in rows[0]
    assert all("what readers read" in row for row in rows[1:])
    assert page.xpath("//input[@name = 'before' and @checked]/@value") == [str(numbers()[-1])]
    assert page.xpath("//input[@name = 'after' and @checked]/@value") == ["now"]


def test_any_two_are_compared_word_by_word(blog: Blog, author: Author, post: Post) -> None:
    first, second = numbers()
    for before, after in ((first, second), (second, first)):
        page = author.page(f"/admin/posts/{post.id}/differences/?before={before}&after={after}")
        assert [text.split()[1] for text in texts(page, "//div[@class = 'changes']//del")] == ["One"]
        assert [text.split()[1] for text in texts(page, "//div[@class = 'changes']//ins")] == ["Two"]
    page = author.page(f"/admin/posts/{post.id}/differences/?before={first}")
    assert "Four" in words(page) and "<b>words</b>" in words(page)
    page = author.page(f"/admin/posts/{post.id}/differences/?before=public")
    assert "Three" in words(page) and "Four" in words(page)
    assert "the same" in words(author.page(f"/admin/posts/{post.id}/differences/"))


def test_restoring_changes_the_copy_and_is_a_revision_itself(blog: Blog, author: Author, post: Post) -> None:
    first, _ = numbers()
    answer = author.post(f"/admin/posts/{post.id}/revisions/", revision=str(first))
    assert answer.status_code == 303
    assert notices(author.page(answer.location)) == ["Restored; publish it, and readers will see it."]
    assert body(post).startswith("One.") and len(numbers()) == 3
    assert "Three." in words(blog.read("/posts/rivers/"))
    publish.unpublish(post.id)
    send(author, f"/admin/posts/{post.id}/", "publish")
    assert "One." in words(blog.read("/posts/rivers/"))


@pytest.mark.parametrize("number", ["99", "", "x", "-1", "9" * 30, "1e3", "١"])
def test_one_that_is_not_there_is_missing(blog: Blog, author: Author, post: Post, number: str) -> None:
    path = f"/admin/posts/{post.id}"
    assert author.get(f"{path}/differences/?before={number}").status_code == 404
    assert author.post(f"{path}/revisions/", revision=number).status_code == 404
    assert body(post).startswith("Four.")


def test_those_of_another_post_are_missing(blog: Blog, author: Author, post: Post) -> None:
    other = blog.make_post("Other")
    assert author.get(f"/admin/posts/{other.id}/differences/?before={numbers()[0]}").status_code == 404
    assert author.post(f"/admin/posts/{other.id}/revisions/", revision=str(numbers()[0])).status_code == 404
    for path in ("/admin/posts/99/revisions/", "/admin/posts/99/differences/"):
        assert author.get(path).status_code == 404
    assert author.post("/admin/posts/99/revisions/", revision="1").status_code == 404


def test_a_deleted_post_shows_its_revisions_and_restores_none(blog: Blog, author: Author, post: Post) -> None:
    publish.delete(post.id)
    page = author.page(f"/admin/posts/{post.id}/revisions/")
    assert not page.xpath("//ol//button")
    answer = author.post(f"/admin/posts/{post.id}/revisions/", revision=str(numbers()[0]))
    assert answer.status_code == 409 and "deleted" in answer.text


def test_strangers_and_forms_without_token_do_nothing(blog: Blog, author: Author, visitor: Visitor, post: Post) -> None:
    path, number = f"/admin/posts/{post.id}/revisions/", str(numbers()[0])
    assert visitor.get(path).status_code == 303
    assert visitor.post(path, form="/admin/sign-in/", revision=number).status_code == 401
    for token in ("", "wrong"):
        assert author.post(path, revision=number, csrf_token=token).status_code == 400
    assert body(post).startswith("Four.")


def test_a_post_without_revisions_says_so(blog: Blog, author: Author) -> None:
    made = blog.make_post("New", published_at=None)
    assert "Nothing was replaced yet" in words(author.page(f"/admin/posts/{made.id}/revisions/"))


def test_long_histories_come_in_pages(blog: Blog, author: Author) -> None:
    made = blog.make_post("Rivers", body="0", published_at=None)
    for number in range(1, 121):
        publish.edit(made.id, Fields(body=f"{number}" * number))
    path, seen = f"/admin/posts/{made.id}/revisions/", []
    for _ in range(3):
        page = author.page(path)
        seen += page.xpath("//ol//input[@name = 'revision']/@value | //ol//button[@name = 'revision']/@value")
        path = "".join(page.xpath("//a[@rel = 'next']/@href"))
    assert path == "" and list(map(int, seen)) == numbers()[::-1]
    with recorded() as asked:
        author.get(f"/admin/posts/{made.id}/revisions/")
    assert not [one for one in asked if "revision.body" in one.replace("length(revision.body)", "")]
