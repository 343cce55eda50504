"""What the scripts of the writing page do: send its form, and take data."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

from tests.admin.conftest import Author, Visitor
from tests.admin.writing import NEW, held
from tests.world import Blog

DATA = {"Accept": "application/json"}


def ask(author: Visitor, path: str, **fields: Any) -> Any:
    """The answer to fields that a script of the page sends, with the token of its session."""
    headers = {**DATA, "X-CSRFToken": author.token(), "Sec-Fetch-Site": "same-origin"}
    return author.open(path, "POST", data=fields, headers=headers)


def form(author: Visitor, path: str = NEW, **changed: Any) -> dict[str, Any]:
    """What the form of a page holds, some fields changed."""
    fields = held(author.page(path)) | changed
    return {name: value for name, value in fields.items() if name != "csrf_token" and value is not None}


def ladder(
    author: Author,
    visitor: Visitor,
    path: str,
    fields: dict[str, Any],
    *,
    busy: AbstractContextManager[None] | None = None,
) -> None:
    """Who may not ask is told why, as data; nobody is shown a page."""
    answer = visitor.open(path, "POST", data=fields, headers=DATA)
    assert answer.status_code == 401
    assert answer.json == {"error": "You are signed out. Your words stay in this page.", "sign_in": "/admin/sign-in/"}
    old = author.open(path, "POST", data=fields, headers={**DATA, "X-CSRFToken": "wrong"})
    assert old.status_code == 400 and set(old.json) == {"error", "token"}
    again = author.open(path, "POST", data=fields, headers={**DATA, "X-CSRFToken": old.json["token"]})
    assert again.status_code == 200, again.text
    for elsewhere in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://elsewhere.example"}):
        headers = {**DATA, "X-CSRFToken": old.json["token"], **elsewhere}
        assert author.open(path, "POST", data=fields, headers=headers).status_code == 403
    got = author.open(path, headers=DATA)
    assert got.status_code == 405 and got.json["error"]
    large = ask(author, path, **fields | {"more": "x" * 9_000_000})
    assert large.status_code == 413 and large.json["error"]
    if busy is not None:
        more = fields | {"body": "More words."}
        with busy:
            answer = author.open(path, "POST", data=more, headers={**DATA, "X-CSRFToken": old.json["token"]})
        assert answer.status_code == 503 and answer.headers["Retry-After"] and answer.json["error"]


Fault = Callable[[Blog], AbstractContextManager[None]]
