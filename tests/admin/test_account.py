"""One's own account."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from lxml import html

from blog.core.accounts import credentials
from blog.core.site.settings import configure
from blog.models import AuthorSession, Person
from tests.admin.conftest import ANA, PASSWORD, Author, Visitor, alerts, notices, rows
from tests.world import Blog, texts

ACCOUNT = "/admin/account/"
NEW = "eight loud rivers"
NOW = datetime(2026, 3, 1, 22, 30, tzinfo=UTC)
PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Mobile/15E148 Safari/604.1"


def change(author: Author, **fields: Any) -> Any:
    return author.post(ACCOUNT, **({"action": "profile", "name": "Ana", "email": ANA} | fields))


def renew(author: Author, **fields: Any) -> Any:
    return author.post(ACCOUNT, **({"action": "password", "current": PASSWORD, "password": NEW} | fields))


# -- name and e-mail address --------------------------------------------------------------------------------


def test_a_name_is_changed(author: Author) -> None:
    answer = change(author, name=" Ana  Beck ")
    assert (answer.status_code, answer.headers["Location"]) == (303, ACCOUNT)
    assert notices(author.page(ACCOUNT)) == ["Your account is changed."]
    assert [(one.name, one.slug) for one in rows(Person)] == [("Ana Beck", "ana")]


def test_an_email_address_needs_the_password(blog: Blog, author: Author) -> None:
    for current in ("", "wrong"):
        answer = change(author, email="beck@example.org", current=current)
        assert answer.status_code == 422 and alerts(answer) == ["That is not your current password."]
        page = html.document_fromstring(answer.text)
        assert page.xpath("//input[@id = 'email']/@value") == ["beck@example.org"]
        assert page.xpath("//*[@aria-invalid]/@id") == ["current"]
    assert change(author, email="Beck@example.org", current=PASSWORD).status_code == 303
    assert [one.email for one in rows(Person)] == ["beck@example.org"]
    assert Visitor(blog.app).sign_in("beck@example.org").status_code == 303


def test_somebody_elses_address_is_refused(author: Author, another: Callable[..., Author]) -> None:
    another("Bo")
    answer = change(author, email="bo@example.org", current=PASSWORD)
    assert answer.status_code == 422 and alerts(answer) == ["Somebody has this address already."]


@pytest.mark.parametrize(("field", "value"), [("name", ""), ("name", "x" * 121), ("email", "ana"), ("email", "")])
def test_bad_input_keeps_what_was_typed(author: Author, field: str, value: str) -> None:
    typed = {"name": "Ana Typed", "email": "typed@example.org"} | {field: value}
    answer = change(author, **typed)
    page = html.document_fromstring(answer.text)
    assert answer.status_code == 422
    assert {name: page.xpath(f"//input[@id = '{name}']/@value")[0] for name in typed} == typed
    assert page.xpath("//*[@role = 'alert']//a/@href") == [f"#{field}"]
    assert [(one.name, one.email) for one in rows(Person)] == [("Ana", ANA)]


# -- password -----------------------------------------------------------------------------------------------


def test_a_new_password_ends_all_other_sessions_and_rotates_this_one(blog: Blog, author: Author) -> None:
    phone = Author(blog, author.person, agent=PHONE)
    before, (old,) = author.cookie, [row.id for row in rows(AuthorSession) if "Firefox" in row.agent]
    assert renew(author).status_code == 303
    assert notices(author.page(ACCOUNT)) == ["Your password is changed. All other sessions have ended."]
    assert phone.get(ACCOUNT).status_code == 303
    (row,) = rows(AuthorSession)
    assert row.id != old
    author.cookie = before
    assert author.get(ACCOUNT).status_code == 303
    assert credentials.verify(NEW, rows(Person)[0].password)


@pytest.mark.parametrize(
    ("fields", "said", "at_field"),
    [
        ({"current": "wrong"}, "That is not your current password.", "current-for-password"),
        ({"current": ""}, "That is not your current password.", "current-for-password"),
        ({"password": "short"}, "The password has 5 characters; it needs 10 to 1000.", "password"),
    ],
)
def test_a_bad_password_changes_nothing(author: Author, fields: dict[str, str], said: str, at_field: str) -> None:
    answer = renew(author, **fields)
    assert answer.status_code == 422 and alerts(answer) == [said]
    page = html.document_fromstring(answer.text)
    assert page.xpath("//*[@aria-invalid]/@id") == [at_field] and page.get_element_by_id(at_field) is not None
    assert page.xpath("//input[@type = 'password']/@value") == []
    assert credentials.verify(PASSWORD, rows(Person)[0].password)
    assert author.get(ACCOUNT).status_code == 200


def test_guessing_the_current_password_is_limited(author: Author) -> None:
    assert [renew(author, current=f"wrong {number}").status_code for number in range(11)] == [422] * 10 + [429]
    answer = renew(author)
    assert answer.status_code == 429 and int(answer.headers["Retry-After"]) > 0
    assert credentials.verify(PASSWORD, rows(Person)[0].password)


# -- sessions -----------------------------------------------------------------------------------------------


def listed(author: Author) -> list[str]:
    return texts(author.page(ACCOUNT), "//section[@aria-labelledby = 'sessions']//li//div")


def test_sessions_are_listed_with_place_and_time(blog: Blog, at: Callable[[datetime], None]) -> None:
    configure("timezone", "Europe/Berlin")
    at(NOW)
    author = Author(blog)
    at(NOW + timedelta(hours=3))
    Author(blog, author.person, address="2001:db8:1:2:3::4", agent=PHONE)
    author.get(ACCOUNT)  # seen now
    assert sorted(listed(author)) == [
        "Firefox on Linux this one 192.0.2.7 last seen March 2, 2026, 02:30 signed in March 1, 2026, 23:30",
        "Safari on an iPhone 2001:db8:1:2::/64 last seen March 2, 2026, 02:30 signed in March 2, 2026, 02:30",
    ]


def test_one_of_them_is_ended(blog: Blog, author: Author) -> None:
    phone = Author(blog, author.person, agent=PHONE)
    (number,) = author.page(ACCOUNT).xpath("//input[@name = 'session']/@value")
    assert author.post(ACCOUNT, action="end", session=number).status_code == 303
    assert notices(author.page(ACCOUNT)) == ["The session has ended."]
    assert phone.get(ACCOUNT).status_code == 303
    author.post(ACCOUNT, action="end", session=number)
    assert notices(author.page(ACCOUNT)) == ["That session has ended already."]


def test_all_others_are_ended(blog: Blog, author: Author) -> None:
    others = [Author(blog, author.person, agent=PHONE) for _ in range(3)]
    author.post(ACCOUNT, action="end-others")
    assert [one.get(ACCOUNT).status_code for one in others] == [303] * 3
    assert len(listed(author)) == 1


def test_ones_own_is_ended_by_leaving(author: Author) -> None:
    (row,) = rows(AuthorSession)
    assert author.post(ACCOUNT, action="end", session=row.id).headers["Location"] == "/admin/sign-in/"
    assert rows(AuthorSession) == []


def test_nobody_ends_the_sessions_of_others(author: Author, another: Callable[..., Author]) -> None:
    bo = another("Bo")
    for row in rows(AuthorSession):
        if row.person_id == bo.person.id:
            author.post(ACCOUNT, action="end", session=row.id)
    author.post(ACCOUNT, action="end-others")
    assert bo.get(ACCOUNT).status_code == 200


@pytest.mark.parametrize("session", ["", "x", "' OR 1=1 --", "x" * 5000])
def test_a_bad_session_id_ends_nothing(author: Author, session: str) -> None:
    assert author.post(ACCOUNT, action="end", session=session).status_code == 303
    assert len(rows(AuthorSession)) == 1


# -- the rest of the ladder ---------------------------------------------------------------------------------


def test_a_stranger_is_led_to_the_door(visitor: Visitor) -> None:
    assert visitor.get(ACCOUNT).headers["Location"] == "/admin/sign-in/?next=/admin/account/"


def test_it_is_read_and_posted_to_only(author: Author) -> None:
    assert author.open(ACCOUNT, "DELETE", headers={"X-CSRFToken": author.token()}).status_code == 405
    assert author.open(ACCOUNT, "HEAD").status_code == 200


@pytest.mark.parametrize("action", ["", "dance", "__init__"])
def test_an_unknown_button_does_nothing(author: Author, action: str) -> None:
    assert author.post(ACCOUNT, action=action, name="Eve").headers["Location"] == ACCOUNT
    assert [one.name for one in rows(Person)] == ["Ana"]


@pytest.mark.parametrize("token", ["", "wrong"])
def test_without_its_token_the_form_comes_again(author: Author, token: str) -> None:
    answer = change(author, name="Typed", current=PASSWORD, csrf_token=token)
    page = html.document_fromstring(answer.text)
    assert answer.status_code == 400 and "press the button again" in notices(page)[0]
    assert page.xpath("//input[@id = 'name']/@value") == ["Typed"] and PASSWORD not in answer.text
    assert [one.name for one in rows(Person)] == ["Ana"]
