"""Leave."""

import pytest

from blog.models import AuthorSession
from tests.admin.conftest import Author, Visitor, notices, rows

OUT = "/admin/sign-out/"


def test_an_old_cookie_is_useless_after_it(author: Author) -> None:
    old = author.cookie
    answer = author.post(OUT)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/admin/sign-in/")
    assert rows(AuthorSession) == []
    assert notices(author.page("/admin/sign-in/")) == ["You are signed out."]
    assert notices(author.page("/admin/sign-in/")) == []
    author.cookie = old
    assert author.get("/admin/account/").status_code == 303


def test_two_at_once_are_one(author: Author) -> None:
    old, token = author.cookie, author.token()
    assert author.post(OUT, csrf_token=token).status_code == 303
    author.cookie = old  # the second was on its way already
    assert author.post(OUT, csrf_token=token).headers["Location"] == "/admin/sign-in/"


def test_an_old_window_may_leave_again(author: Author) -> None:
    token = author.token()
    author.post(OUT)
    assert author.post(OUT, csrf_token=token).headers["Location"] == "/admin/sign-in/"


def test_a_stranger_may_leave(visitor: Visitor) -> None:
    assert visitor.post(OUT, csrf_token="").headers["Location"] == "/admin/sign-in/"


def test_it_ends_this_session_only(author: Author, blog: object) -> None:
    phone = Author(blog, author.person, address="198.51.100.9")  # type: ignore[arg-type]
    author.post(OUT)
    assert phone.get("/admin/").status_code == 200


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_looking_does_not_sign_out(author: Author, method: str) -> None:
    assert author.open(OUT, method).status_code == 405
    assert len(rows(AuthorSession)) == 1


def test_without_its_token_nobody_is_signed_out(author: Author) -> None:
    for token in ("", "wrong"):
        answer = author.post(OUT, csrf_token=token)
        assert answer.status_code == 400 and "press the button again" in answer.text
    assert author.get("/admin/").status_code == 200
