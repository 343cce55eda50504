"""Make an account with a link."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from lxml import html

from blog.core.accounts import invitations, people
from blog.core.db.transaction import write_transaction
from blog.core.site.settings import configure
from blog.models import AuthorSession, Invitation, Person, Site
from tests.admin.conftest import ANA, PASSWORD, Author, Visitor, alerts, join, notices, rows
from tests.world import Blog, Result, texts

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
At = Callable[[datetime], None]
ACCOUNT = {"name": "Ana Beck", "email": ANA, "password": PASSWORD}


def make(visitor: Visitor, address: str, **fields: str) -> object:
    return visitor.post(address, form=address, **(ACCOUNT | fields))


@pytest.fixture
def link(app: Flask) -> str:
    """What `serve` prints."""
    return f"/admin/setup/{invitations.create_setup_link()}/"


def test_the_first_account_is_made_and_signed_in(visitor: Visitor, link: str) -> None:
    page = visitor.page(link)
    assert "At least 10 characters" in page.text_content()
    assert page.xpath("//input[@name = 'password']/@autocomplete") == ["new-password"]
    answer = visitor.post(link, form=link, **ACCOUNT)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/admin/")
    assert notices(visitor.page("/admin/")) == ["Welcome, Ana Beck. This is your desk."]
    assert [(one.email, one.name) for one in rows(Person)] == [(ANA, "Ana Beck")]
    assert [one.author for one in rows(Site)] == ["Ana Beck"]
    assert rows(Invitation) == []


def test_a_name_that_the_site_has_already_stays(visitor: Visitor, link: str) -> None:
    configure("author", "The Rivers Society")
    make(visitor, link)
    assert [one.author for one in rows(Site)] == ["The Rivers Society"]


def test_it_is_good_once(app: Flask, visitor: Visitor, link: str) -> None:
    late = Visitor(app)
    token = late.token(link)
    make(visitor, link)
    answer = late.post(link, csrf_token=token, **ACCOUNT | {"email": "eve@example.org"})
    assert answer.status_code == 404 and texts(html.document_fromstring(answer.text), "//h1") == ["This link has ended"]
    assert late.get(link).status_code == 404
    assert len(rows(Person)) == 1 and len(rows(AuthorSession)) == 1


def test_of_two_browsers_at_once_one_wins(app: Flask, link: str) -> None:
    visitors = [Visitor(app) for _ in range(4)]
    tokens = [visitor.token(link) for visitor in visitors]

    def post(number: int) -> int:
        fields = ACCOUNT | {"email": f"ana{number}@example.org", "csrf_token": tokens[number]}
        return int(visitors[number].open(link, "POST", data=fields).status_code)

    with ThreadPoolExecutor(4) as pool:
        answers = sorted(pool.map(post, range(4)))
    assert answers == [303, 404, 404, 404]
    assert len(rows(Person)) == 1


def test_it_ends_after_an_hour(visitor: Visitor, at: At) -> None:
    at(NOW)
    link = f"/admin/setup/{invitations.create_setup_link()}/"
    at(NOW + timedelta(minutes=59))
    token = visitor.token(link)
    at(NOW + timedelta(minutes=60))
    assert visitor.get(link).status_code == 410
    assert visitor.post(link, csrf_token=token, **ACCOUNT).status_code == 410
    assert rows(Person) == []


def test_a_new_link_ends_the_older_one(visitor: Visitor, link: str) -> None:
    newer = invitations.create_setup_link()
    assert visitor.get(link).status_code == 404
    assert visitor.get(f"/admin/setup/{newer}/").status_code == 200


def test_the_command_line_closes_it(visitor: Visitor, link: str, command: Callable[..., Result]) -> None:
    command("user", "add", "bo@example.org", "--name", "Bo", "--password-stdin", stdin=f"{PASSWORD}\n")
    assert visitor.get(link).status_code == 404
    assert invitations.create_setup_link() == ""


def test_a_link_that_outlived_the_first_account_opens_nothing(visitor: Visitor, link: str) -> None:
    with write_transaction() as session:
        kept = session.scalars(invitations.select(Invitation)).one()
        facts = {name: getattr(kept, name) for name in ("id", "created_at", "expires_at", "name")}
    join("bo@example.org", "Bo")
    with write_transaction() as session:
        session.add(Invitation(**facts))
    assert visitor.get(link).status_code == 410


@pytest.mark.parametrize("token", ["x", "x" * 43, "x" * 5000, "é" * 43, "%00", "a%20b", ".."])
def test_a_link_that_nobody_made_says_how_to_get_one(visitor: Visitor, token: str) -> None:
    answer = visitor.get(f"/admin/setup/{token}/")
    assert answer.status_code == 404
    if token != "..":
        assert "broadsheet serve" in answer.text and "no-store" in answer.headers["Cache-Control"]


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("name", " ", "A name needs 1 to 120 characters."), ("name", "x" * 121, "A name needs 1 to 120 characters."),
        ("email", "ana", "“ana” is not an e-mail address; it should look like ana@example.org."),
        ("password", "short", "The password has 5 characters; it needs 10 to 1000."),
        ("password", "x" * 1001, "The password has 1001 characters; it needs 10 to 1000."),
    ],
)  # fmt: skip
def test_bad_input_keeps_what_was_typed(visitor: Visitor, link: str, field: str, value: str, said: str) -> None:
    fields = ACCOUNT | {field: value}
    answer = visitor.post(link, form=link, **fields)
    assert answer.status_code == 422 and alerts(answer) == [said]
    page = html.document_fromstring(answer.text)
    for name in ("name", "email"):
        assert page.xpath(f"//input[@name = '{name}']/@value") == [fields[name]]
    assert page.xpath("//*[@role = 'alert']//a/@href") == [f"#{field}"]
    assert page.xpath("//*[@aria-invalid]/@id") == [field]
    assert page.xpath("//input[@type = 'password']/@value") == []
    assert rows(Person) == [] and len(rows(Invitation)) == 1


def test_a_token_that_is_missing_or_wrong_keeps_it_too(visitor: Visitor, link: str) -> None:
    for token in ("", "wrong"):
        answer = visitor.post(link, csrf_token=token, **ACCOUNT)
        assert answer.status_code == 400
        page = html.document_fromstring(answer.text)
        assert page.xpath("//input[@name = 'name']/@value") == ["Ana Beck"]
        assert PASSWORD not in answer.text
    assert rows(Person) == []


def test_looking_changes_nothing(visitor: Visitor, link: str) -> None:
    assert visitor.open(link, "HEAD").status_code == 200
    assert visitor.open(link, "PUT").status_code == 405
    assert len(rows(Invitation)) == 1


def test_an_invitation_makes_an_account_with_what_it_knows(blog: Blog, author: Author) -> None:
    link = f"/admin/setup/{invitations.invite('Bo', 'bo@example.org', author.person.id)}/"
    bo = Visitor(blog.app)
    page = bo.page(link)
    assert page.xpath("//input[@id = 'name']/@value") == ["Bo"]
    assert page.xpath("//input[@id = 'email']/@value") == ["bo@example.org"]
    assert bo.post(link, form=link, name="Bo", email="bo@example.org", password=PASSWORD).status_code == 303
    assert [one.name for one in people.list_accounts()] == ["Ana", "Bo"]
    assert [one.author for one in rows(Site)] == ["Editor"]


def test_an_address_that_has_an_account_is_refused_beside_its_field(blog: Blog, author: Author) -> None:
    link = f"/admin/setup/{invitations.invite('Bo', '', author.person.id)}/"
    answer = Visitor(blog.app).post(link, form=link, name="Bo", email=ANA, password=PASSWORD)
    assert answer.status_code == 422 and "has an account already" in alerts(answer)[0]
    assert "broadsheet" not in alerts(answer)[0] and len(rows(Invitation)) == 1


def test_it_signs_in_anew_whoever_was_signed_in(blog: Blog, author: Author) -> None:
    link = f"/admin/setup/{invitations.invite('Bo', '', author.person.id)}/"
    author.post(link, form=link, name="Bo", email="bo@example.org", password=PASSWORD)
    assert "bo@example.org" in author.page("/admin/account/").xpath("//input[@id = 'email']/@value")
