"""Who writes here."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from lxml import html

from blog.core.accounts import invitations, people
from blog.models import AuthorSession, Invitation, Person
from tests.admin.conftest import ANA, PASSWORD, Author, Visitor, alerts, join, notices, rows
from tests.world import SITE_URL, Blog, texts

PEOPLE = "/admin/people/"
NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
Another = Callable[..., Author]


def removal(person: Person) -> str:
    return f"/admin/people/{person.id}/removal/"


def shown(author: Author, section: str) -> list[str]:
    return texts(author.page(PEOPLE), f"//section[@aria-labelledby = '{section}']//li//*[contains(@class, 'name')]")


def test_everybody_is_shown_in_order_of_arrival(author: Author, another: Another) -> None:
    assert shown(author, "here") == ["Ana you"]
    another("Bo")
    assert shown(author, "here") == ["Ana first author you", "Bo"]
    assert ANA in author.page(PEOPLE).text_content()


def test_the_first_is_who_joined_first_whatever_an_import_knew(blog: Blog) -> None:
    blog.author("Zed")
    ana = Author(blog)
    join("zed@example.org", "Zed")
    assert [one.name for one in people.list_accounts()] == ["Ana", "Zed"]
    assert shown(ana, "here") == ["Ana first author you", "Zed"]


# -- invitations --------------------------------------------------------------------------------------------


def test_an_invitation_is_a_link_that_is_shown_once(blog: Blog, author: Author) -> None:
    assert author.post(PEOPLE, action="invite", name=" Bo ", email="").headers["Location"] == PEOPLE
    page = author.page(PEOPLE)
    (link,) = page.xpath("//section[@class = 'once']//p/a/@href")
    assert link.startswith(f"{SITE_URL}/admin/setup/")
    assert notices(page) == ["The invitation for Bo is made."]
    assert not author.page(PEOPLE).xpath("//section[@class = 'once']")
    assert shown(author, "invited") == ["Bo"]
    bo = Visitor(blog.app)
    path = link.removeprefix(SITE_URL)
    assert bo.post(path, form=path, name="Bo", email="bo@example.org", password=PASSWORD).status_code == 303
    assert shown(author, "here") == ["Ana first author you", "Bo"] and shown(author, "invited") == []


@pytest.mark.parametrize(
    ("name", "email", "field"), [("", "bo@example.org", "name"), ("Bo", "bo", "email"), ("Bo", ANA, "email")]
)
def test_a_bad_invitation_keeps_what_was_typed(author: Author, name: str, email: str, field: str) -> None:
    answer = author.post(PEOPLE, action="invite", name=name, email=email)
    page = html.document_fromstring(answer.text)
    assert answer.status_code == 422 and len(alerts(answer)) == 1
    assert page.xpath("//input[@id = 'name']/@value") == [name]
    assert page.xpath("//input[@id = 'email']/@value") == [email]
    assert page.xpath("//*[@aria-invalid]/@id") == [field]
    assert rows(Invitation) == []


def test_an_invitation_is_taken_back(blog: Blog, author: Author) -> None:
    token = invitations.invite("Bo", "", author.person.id)
    (number,) = author.page(PEOPLE).xpath("//input[@name = 'invitation']/@value")
    author.post(PEOPLE, action="revoke", invitation=number)
    assert notices(author.page(PEOPLE)) == ["The invitation has ended."]
    assert Visitor(blog.app).get(f"/admin/setup/{token}/").status_code == 404
    author.post(PEOPLE, action="revoke", invitation=number)
    assert notices(author.page(PEOPLE)) == ["That invitation has ended already."]


def test_an_invitation_ends_after_a_week(blog: Blog, at: Callable[[datetime], None]) -> None:
    at(NOW)
    author = Author(blog)
    token = invitations.invite("Bo", "", author.person.id)
    at(NOW + timedelta(days=7))
    assert Visitor(blog.app).get(f"/admin/setup/{token}/").status_code == 410
    assert shown(author, "invited") == []
    invitations.invite("Cy", "", author.person.id)
    assert [row.name for row in rows(Invitation)] == ["Cy"]


@pytest.mark.parametrize("action", ["", "dance", "revoke"])
def test_an_unknown_button_does_nothing(author: Author, action: str) -> None:
    token = invitations.invite("Bo", "", author.person.id)
    assert author.post(PEOPLE, action=action, invitation="x" * 3000).status_code == 303
    assert invitations.find(token).name == "Bo"


def test_a_setup_link_is_nobodys_to_take_back(visitor: Visitor) -> None:
    token = invitations.create_setup_link()
    (row,) = rows(Invitation)
    with pytest.raises(invitations.NotFound):
        invitations.revoke(row.id)
    assert visitor.get(f"/admin/setup/{token}/").status_code == 200


# -- removal ------------------------------------------------------------------------------------------------


def test_the_first_author_removes_another_who_is_out_at_once(blog: Blog, author: Author, another: Another) -> None:
    bo = another("Bo")
    blog.make_post("Rivers", slug="rivers", author_id=bo.person.id)
    link = invitations.invite("Eve", "", bo.person.id)
    path = removal(bo.person)
    assert author.page(PEOPLE).xpath("//a[contains(@class, 'button')]/@href") == [path]
    assert "Posts keep their author" in author.page(path).text_content()
    assert author.post(path).headers["Location"] == PEOPLE
    assert notices(author.page(PEOPLE)) == ["Bo cannot sign in any more."]
    assert bo.get(PEOPLE).status_code == 303
    assert Visitor(blog.app).sign_in("bo@example.org").status_code == 422
    assert Visitor(blog.app).get(f"/admin/setup/{link}/").status_code == 404  # nor by an invitation made before
    assert "Bo" in blog.read("/posts/rivers/").text_content()
    assert {row.person_id for row in rows(AuthorSession)} == {author.person.id}


def test_nobody_else_removes_anybody(author: Author, another: Another) -> None:
    bo, cy = another("Bo"), another("Cy")
    assert not bo.page(PEOPLE).xpath("//a[contains(@class, 'button')]")
    for person in (author.person, bo.person, cy.person):
        assert bo.get(removal(person)).status_code == 403
        assert bo.post(removal(person)).status_code == 403
    assert len(people.list_accounts()) == 3


def test_the_first_author_cannot_be_removed(author: Author) -> None:
    assert author.get(removal(author.person)).status_code == 403
    assert author.post(removal(author.person)).status_code == 403
    assert len(people.list_accounts()) == 1


@pytest.mark.parametrize("number", ["99", "0", "999999999999999999999999", "x", "-1", "1.5"])
def test_nobody_of_a_bad_number_is_found(author: Author, number: str) -> None:
    assert author.get(f"/admin/people/{number}/removal/").status_code == 404
    assert author.post(f"/admin/people/{number}/removal/").status_code == 404


def test_a_byline_has_no_account_to_remove(blog: Blog, author: Author) -> None:
    number = blog.author("Zed")
    assert author.post(f"/admin/people/{number}/removal/").status_code == 404
    assert len(rows(Person)) == 2


# -- the rest of the ladder ---------------------------------------------------------------------------------


def test_a_stranger_is_led_to_the_door(visitor: Visitor, author: Author) -> None:
    for path in (PEOPLE, removal(author.person), "/admin/people/99/removal/"):
        assert visitor.get(path).headers["Location"] == f"/admin/sign-in/?next={path}"
        assert visitor.get(path.rstrip("/")).status_code == 308  # and is told nothing of who is there
    assert visitor.post(PEOPLE, csrf_token="", action="invite", name="Eve").status_code == 401
    assert rows(Invitation) == []


def test_looking_changes_nothing(author: Author, another: Another) -> None:
    bo = another("Bo")
    token = {"X-CSRFToken": author.token()}
    for path in (PEOPLE, removal(bo.person)):
        assert author.open(path, "HEAD").status_code == 200
        assert author.open(path, "DELETE", headers=token).status_code == 405
    assert len(people.list_accounts()) == 2


@pytest.mark.parametrize("token", ["", "wrong"])
def test_without_its_token_nothing_is_done(author: Author, another: Another, token: str) -> None:
    bo = another("Bo")
    answer = author.post(PEOPLE, csrf_token=token, action="invite", name="Typed")
    assert answer.status_code == 400
    assert html.document_fromstring(answer.text).xpath("//input[@id = 'name']/@value") == ["Typed"]
    assert author.post(removal(bo.person), csrf_token=token).status_code == 400
    assert len(people.list_accounts()) == 2 and rows(Invitation) == []
