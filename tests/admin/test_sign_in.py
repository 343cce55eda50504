"""The door."""

from typing import Any

import argon2
import pytest
from flask import Flask
from lxml import html

from blog.core.accounts import credentials, people
from blog.core.db.transaction import write_transaction
from blog.models import AuthorSession, Person
from tests.admin.conftest import ANA, PASSWORD, Author, Visitor, alerts, join, rows
from tests.web.ask import put, rough
from tests.world import Blog, texts

WRONG = "E-mail address or password is wrong."
DOOR = "/admin/sign-in/"


def test_it_opens_to_the_right_password(visitor: Visitor) -> None:
    join(ANA, "Ana")
    answer = visitor.sign_in(" ANA@example.org ")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/admin/")
    assert texts(visitor.page("/admin/"), "//h1") == ["Posts"]
    (row,) = rows(AuthorSession)
    assert (row.address, "Firefox" in row.agent) == ("192.0.2.7", True)
    assert row.id not in visitor.cookie


def test_it_asks_so_that_password_managers_understand(visitor: Visitor) -> None:
    page = visitor.page(DOOR)
    (email,), (password,) = page.xpath("//input[@name = 'email']"), page.xpath("//input[@name = 'password']")
    assert (email.get("autocomplete"), email.get("inputmode"), email.get("type")) == ("username", "email", "email")
    assert (password.get("autocomplete"), password.get("type")) == ("current-password", "password")
    assert {label.get("for") for label in page.xpath("//label")} == {"email", "password"}
    assert not page.xpath("//nav")


@pytest.mark.parametrize(
    ("email", "password"),
    [
        (ANA, "wrong"), (ANA, ""), (ANA, PASSWORD + " "), (ANA, PASSWORD.upper()), ("nobody@example.org", PASSWORD),
        ("", ""), ("zed", PASSWORD), (ANA + "\0x", "\0"), ("x" * 5000, "y"), (ANA, "é" * 900),
        ("byline@example.org", "x"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_in_the_same_words(visitor: Visitor, email: str, password: str) -> None:
    join(ANA, "Ana")
    answer = visitor.sign_in(email, password)
    assert answer.status_code == 422 and alerts(answer) == [WRONG]
    page = html.document_fromstring(answer.text)
    (field,) = page.xpath("//input[@name = 'email']")
    assert field.get("aria-invalid") == "true"
    assert words_of(page, field.get("aria-describedby")) == WRONG
    assert page.xpath("//input[@type = 'password']/@value") == []
    assert rows(AuthorSession) == []
    assert "email" not in answer.headers.get("Location", "")


def words_of(page: Any, element: str) -> str:
    return str(page.xpath("//*[@id = $id]", id=element)[0].text_content()).strip()


def test_the_address_typed_is_still_there(visitor: Visitor) -> None:
    answer = visitor.sign_in("<b>@example.org", "wrong")
    assert html.document_fromstring(answer.text).xpath("//input[@name = 'email']/@value") == ["<b>@example.org"]


def test_a_name_nobody_has_costs_as_much_as_one_somebody_has(visitor: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    join(ANA, "Ana")
    verified: list[str] = []
    real = argon2.PasswordHasher.verify
    visitor.sign_in("nobody@example.org", "wrong")  # the first one makes what later ones are compared with

    def counting(self: argon2.PasswordHasher, stored: str | bytes, password: str | bytes) -> Any:
        verified.append(str(stored).rpartition("$")[0].rpartition("$")[0])
        return real(self, stored, password)

    monkeypatch.setattr(argon2.PasswordHasher, "verify", counting)
    for email, password in ((ANA, "wrong"), ("nobody@example.org", "wrong"), (ANA, "x" * 5000), ("zed", "x" * 5000)):
        visitor.sign_in(email, password)
    assert len(verified) == 4 and len(set(verified)) == 1, verified  # the same parameters, too


def test_who_has_a_byline_only_cannot_come_in(blog: Blog, visitor: Visitor) -> None:
    blog.author("Zed")
    put("UPDATE person SET email = 'zed@example.org'")
    assert alerts(visitor.sign_in("zed@example.org", "")) == [WRONG]


def test_a_password_of_a_megabyte_is_wrong_and_no_more(blog: Blog, visitor: Visitor) -> None:
    rough(blog)
    join(ANA, "Ana")
    assert visitor.sign_in(ANA, "x" * 1_000_000).status_code == 422
    assert visitor.sign_in(ANA, "x" * 9_000_000).status_code == 413
    assert visitor.sign_in().status_code == 303


def test_a_password_stored_with_weaker_parameters_is_stored_anew(visitor: Visitor, full_price: None) -> None:
    weak = argon2.PasswordHasher(time_cost=1, memory_cost=1024).hash(PASSWORD)
    with write_transaction() as session:
        people.create_account(session, ANA, "Ana", weak)
    assert visitor.sign_in().status_code == 303
    (ana,) = rows(Person)
    assert ana.password != weak and credentials.rehash_if_needed(PASSWORD, ana.password) is None
    assert credentials.verify(PASSWORD, ana.password)


def test_a_stored_password_that_is_damaged_opens_nothing(visitor: Visitor) -> None:
    join(ANA, "Ana")
    put("UPDATE person SET password = 'damaged'")
    assert alerts(visitor.sign_in()) == [WRONG]


# -- where it leads -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("wanted", ["/admin/account/", "/admin/people/?a=b", "/admin/people/7/removal/"])
def test_it_leads_where_one_wanted_to_go(visitor: Visitor, wanted: str) -> None:
    join(ANA, "Ana")
    led = visitor.get(wanted)
    assert led.status_code == 303 and led.headers["Location"].startswith(f"{DOOR}?next=/admin/")
    (kept,) = visitor.page(led.headers["Location"]).xpath("//input[@name = 'next']/@value")
    assert kept == wanted
    assert visitor.sign_in(next=kept).headers["Location"] == wanted


@pytest.mark.parametrize(
    "wanted",
    [
        "//evil.example/", "https://evil.example/", "/\\evil.example/", "\\\\evil.example", "/admin//evil.example/",
        "/admin/\\evil", "/admin/\r\nX: y", "/admin/\tx", " /admin/account/", "/", "/posts/x/", "javascript:alert(1)",
        "/admin", "admin/account/", "/admin/nothing/", "/admin/sign-out/", "/admin/" + "x" * 3000, "/admin/../", "\0",
        "/administration/",
    ],
)  # fmt: skip
def test_it_leads_nowhere_else(blog: Blog, wanted: str) -> None:
    author = Author(blog)  # whoever is signed in is led on as who comes in is
    assert author.open(DOOR, query_string={"next": wanted}).headers["Location"] == "/admin/"


def test_a_strange_way_back_is_not_followed_after_signing_in(visitor: Visitor) -> None:
    join(ANA, "Ana")
    assert visitor.sign_in(next="//evil.example/admin/").headers["Location"] == "/admin/"


def test_who_is_in_is_led_on(author: Author) -> None:
    answer = author.get(f"{DOOR}?next=/admin/people/")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/admin/people/")


# -- the rest of the ladder ---------------------------------------------------------------------------------


def test_looking_changes_nothing(visitor: Visitor) -> None:
    assert visitor.open(DOOR, "HEAD").status_code == 200
    assert visitor.open(DOOR, "PUT").status_code == 405
    assert rows(AuthorSession) == []


@pytest.mark.parametrize("token", ["", "wrong", "x" * 5000, "é", None])
def test_without_its_token_the_form_comes_again(visitor: Visitor, token: str | None) -> None:
    join(ANA, "Ana")
    visitor.get(DOOR)
    answer = visitor.open(DOOR, "POST", data={"email": ANA, "password": PASSWORD, "csrf_token": token or ""})
    assert answer.status_code == 400
    page = html.document_fromstring(answer.text)
    assert page.xpath("//input[@name = 'email']/@value") == [ANA]
    assert PASSWORD not in answer.text and "press the button again" in page.text_content()
    assert rows(AuthorSession) == []


def test_somebody_elses_token_is_no_token(app: Flask, visitor: Visitor) -> None:
    join(ANA, "Ana")
    other = Visitor(app).token(DOOR)
    assert visitor.sign_in(csrf_token=other).status_code == 400


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}, {"Origin": "https://evil.example"},
        {"Origin": "null"}, {"Origin": "https://essays.example.evil.example"}, {"Origin": "http://["},
        {"Origin": "https://essays.example:444"},
    ],
)  # fmt: skip
def test_a_form_of_another_site_is_refused(visitor: Visitor, headers: dict[str, str]) -> None:
    join(ANA, "Ana")
    fields = {"email": ANA, "password": PASSWORD, "csrf_token": visitor.token(DOOR)}
    assert visitor.open(DOOR, "POST", data=fields, headers=headers).status_code == 403
    assert rows(AuthorSession) == []


@pytest.mark.parametrize("origin", ["https://essays.example", "http://localhost"])
def test_a_form_of_this_site_is_taken(visitor: Visitor, origin: str) -> None:
    join(ANA, "Ana")
    fields = {"email": ANA, "password": PASSWORD, "csrf_token": visitor.token(DOOR)}
    headers = {"Origin": origin, "Sec-Fetch-Site": "same-origin"}
    assert visitor.open(DOOR, "POST", data=fields, headers=headers).status_code == 303
