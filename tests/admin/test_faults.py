"""The database is locked, the disk is full: nothing is saved, nothing is lost."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import pytest
from lxml import html

from blog.core.editor import publish, working_copy
from blog.extensions import BUSY_MS, db
from tests.admin.conftest import ANA, PASSWORD, Author, Visitor, join
from tests.admin.writing import NEW, again, held
from tests.core.db.test_transaction import locked, setting
from tests.world import Blog


@contextmanager
def busy(blog: Blog) -> Iterator[None]:
    """Another process writes, and does not come to an end."""
    with setting("busy_timeout", "50", str(BUSY_MS)), locked(blog.instance):
        yield


@contextmanager
def full(blog: Blog) -> Iterator[None]:
    """The database may not grow: what SQLite says then is what it says of a full disk."""
    pages = db.session.connection().exec_driver_sql("PRAGMA page_count").scalar()
    with setting("max_page_count", str(pages), str(2**30)):
        yield


@pytest.mark.parametrize("fault", [busy, full])
@pytest.mark.parametrize("action", ["save", "publish", "delete"])
def test_the_form_comes_back_with_every_word(
    blog: Blog, author: Author, fault: Callable[[Blog], AbstractContextManager[None]], action: str
) -> None:
    post = blog.make_post("Rivers", body="As it was.")
    long = "A long text. " * 20000
    path = f"/admin/posts/{post.id}/"
    fields, new = held(author.page(path)), held(author.page(NEW))
    with fault(blog):
        answer = author.post(path, **fields | {"body": long, "action": action})
        another = author.post(NEW, **new | {"title": "New", "body": long, "action": "save"})
        assert author.get(path).status_code == 200 and blog.get("/posts/rivers/").status_code == 200
    for refused in (answer, another):
        assert refused.status_code == 503
        assert "Nothing was saved" in refused.text and refused.headers["Retry-After"]
        assert again(refused)["body"] == long
    db.session.rollback()
    assert working_copy.load(post.id).fields.body == "As it was."
    db.session.rollback()
    assert author.post(path, **again(answer) | {"action": "save"}).status_code == 303


FORMS = {
    "/admin/settings/": {"title": "Rivers and hills", "footer": "All words"},
    "/admin/redirects/": {"action": "add", "source": "/old-words/", "target": "/archive/", "leads": "address"},
    "/admin/people/": {"action": "invite", "name": "Cleo", "email": "cleo@example.org"},
    "/admin/account/": {"action": "profile", "name": "Anastasia", "email": ANA},
    "/admin/tags/1/": {"action": "rename", "name": "Watercourses", "slug": ""},
}


@pytest.mark.parametrize("path", FORMS)
def test_every_other_form_comes_back_too(blog: Blog, author: Author, path: str) -> None:
    blog.make_post("Rivers", tags=["Water"])
    fields = FORMS[path] | {"csrf_token": author.token()}
    with busy(blog):
        answer = author.post(path, **fields)
    assert answer.status_code == 503 and answer.headers["Retry-After"]
    page = html.document_fromstring(answer.text)
    held = [value for form in page.forms for _name, value in form.form_values()]
    assert {value for name, value in FORMS[path].items() if name != "action"} <= set(held) | {""}
    assert author.post(path, **fields).status_code == 303


def test_what_waits_at_the_door_still_waits_when_nobody_can_be_let_in(blog: Blog, visitor: Visitor) -> None:
    join(ANA, "Ana")
    waiting = {"kept-title": "Rivers", "kept-body": "All the words.", "next": NEW, "email": ANA}
    with busy(blog):
        answer = visitor.sign_in(**waiting)
    assert answer.status_code == 503 and PASSWORD not in answer.text
    door = held(html.document_fromstring(answer.text))
    assert {name: door[name] for name in waiting} == waiting
    resumed = visitor.post("/admin/sign-in/", form="/admin/sign-in/", **door | {"password": PASSWORD})
    assert again(resumed)["body"] == "All the words."


def test_a_form_that_cannot_come_back_says_why(blog: Blog, author: Author) -> None:
    post = blog.make_post("Rivers", tags=["Water"])
    publish.delete(post.id)
    for path in ("/admin/tags/1/removal/", f"/admin/posts/{post.id}/undeletion/"):
        token = author.token()
        with busy(blog):
            answer = author.post(path, csrf_token=token)
        assert answer.status_code == 503 and "Another process is writing" in answer.text
