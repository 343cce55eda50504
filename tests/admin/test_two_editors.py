"""Two at one post: the second sees what happened, and both texts are kept."""

from collections.abc import Callable

import pytest
from lxml import html
from sqlalchemy import select

from blog.core.editor import publish, working_copy
from blog.core.editor.fields import Fields
from blog.extensions import db
from blog.models import Post, Revision
from tests.admin.conftest import Author
from tests.admin.writing import again, held
from tests.world import Blog, texts, words


def kept() -> list[tuple[str, str]]:
    db.session.rollback()
    return [tuple(row) for row in db.session.execute(select(Revision.body, Revision.note))]  # type: ignore[misc]


def stored(post: Post) -> str:
    db.session.rollback()
    db.session.expire_all()
    return working_copy.load(post.id).fields.body or ""


@pytest.mark.parametrize("state", ["draft", "published"])
@pytest.mark.parametrize("action", ["save", "publish"])
def test_the_second_of_two_sees_both_texts(
    blog: Blog, author: Author, another: Callable[..., Author], state: str, action: str
) -> None:
    post = blog.make_post("Rivers", body="One two three.", published_at="now" if state == "published" else None)
    path = f"/admin/posts/{post.id}/"
    bo = another()
    hers, his = held(author.page(path)), held(bo.page(path))
    assert author.post(path, **hers | {"body": "One 2 three.", "action": "save"}).status_code == 303
    answer = bo.post(path, **his | {"body": "One two 3.", "summary": "Mine.", "action": action})
    assert answer.status_code == 409
    shown, page = again(answer), html.document_fromstring(answer.text)
    assert (shown["body"], shown["summary"]) == ("One two 3.", "Mine.")
    changes = page.xpath("//section[@aria-labelledby = 'clash']")[0]
    assert "Ana" in words(changes)
    removed, added = (" ".join(texts(changes, f".//div//{name}")) for name in ("del", "ins"))
    assert "2" in removed and "two" in added and "Mine." in added
    assert stored(post) == "One 2 three."
    assert ("One two 3.", "conflict") in kept()
    assert bo.post(path, **shown | {"action": "save"}).status_code == 303
    assert stored(post) == "One two 3."
    assert "One 2 three." in [body for body, _ in kept()]


def test_a_deleted_post_is_told_and_the_words_are_kept(
    blog: Blog, author: Author, another: Callable[..., Author]
) -> None:
    post = blog.make_post("Rivers", body="One.")
    path = f"/admin/posts/{post.id}/"
    bo = another()
    his = held(bo.page(path))
    author.post(path, **held(author.page(path)) | {"action": "delete"})
    answer = bo.post(path, **his | {"body": "Long work.", "action": "publish"})
    assert answer.status_code == 409 and "deleted meanwhile" in answer.text
    assert ("Long work.", "conflict") in kept()
    assert blog.get("/posts/rivers/").status_code == 410


def test_what_changed_by_command_meanwhile_is_told_when_the_copy_is_opened(blog: Blog, author: Author) -> None:
    post = blog.make_post("Rivers", body="Public.")
    path = f"/admin/posts/{post.id}/"
    author.post(path, **held(author.page(path)) | {"body": "Copy.", "action": "save"})
    publish.edit(post.id, Fields(body="By command."))
    page = author.page(path)
    [link] = page.xpath("//p[@class = 'behind']//a/@href")
    compared = author.page(link)
    assert (texts(compared, "//div//del"), texts(compared, "//div//ins")) != ([], [])
    assert "By command" in words(compared) and "Copy" in words(compared)


def test_the_same_words_twice_are_no_clash(blog: Blog, author: Author) -> None:
    post = blog.make_post("Rivers", published_at=None)
    path = f"/admin/posts/{post.id}/"
    fields = held(author.page(path)) | {"body": "Words.", "action": "save"}
    assert [author.post(path, **fields).status_code for _ in range(2)] == [303, 303]
    assert not [note for _, note in kept() if note]
