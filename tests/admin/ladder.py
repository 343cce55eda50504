"""What every form of authors does with those who may not press its buttons."""

from typing import Any

from lxml import html

from tests.admin.conftest import Author, Visitor

OLD = "Nothing was done yet"


def no_stranger(visitor: Visitor, path: str, **fields: Any) -> None:
    """A stranger is led to the door, and a form of theirs does nothing."""
    answer = visitor.get(path)
    assert answer.status_code in (303, 405) and "sign-in" in answer.headers.get("Location", "/admin/sign-in/"), path
    assert visitor.post(path, form="/admin/sign-in/", **fields).status_code == 401


def no_forgery(author: Author, path: str, **fields: Any) -> None:
    """A form without the token of its session, with another one, or from another site does nothing."""
    for token in (None, "wrong"):
        answer = author.post(path, csrf_token=token, **fields)
        assert answer.status_code == 400 and OLD in answer.text, (path, token)
    elsewhere = {"Origin": "https://elsewhere.example"}
    fields["csrf_token"] = author.token()
    assert author.open(path, "POST", data=fields, headers=elsewhere).status_code == 403


def fields(answer: Any) -> dict[str, str]:
    """What the forms of a page say, by field."""
    page = html.document_fromstring(answer.text)
    said = {one.get("name"): one.get("value", "") for one in page.xpath("//input[@name]")}
    said |= {one.get("name"): one.text.removeprefix("\n") for one in page.xpath("//textarea[@name]")}
    chosen = page.xpath("//select[@name]/option[@selected]")
    return said | {one.getparent().get("name"): one.get("value") for one in chosen}
