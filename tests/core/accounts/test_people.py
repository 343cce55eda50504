"""People who write here."""

import pytest
from argon2 import PasswordHasher
from flask import Flask
from sqlalchemy import select

from blog.core.accounts import people
from blog.core.db.transaction import write_transaction
from blog.core.errors import Conflict, Invalid, NotFound
from blog.extensions import db
from blog.models import Person
from tests.world import Blog

PASSWORD = "a long enough one"


def everybody() -> list[tuple[str, str, str | None]]:
    """Name, slug and address of each person, in order of arrival."""
    db.session.expire_all()
    return [(one.name, one.slug, one.email) for one in db.session.scalars(select(Person).order_by(Person.id))]


def test_a_person_can_sign_in_with_the_password_given(app: Flask, full_price: None) -> None:
    people.add(" Ana@Example.ORG ", "  Ana  Lima ", PASSWORD)
    (ana,) = people.list_accounts()
    assert (ana.email, ana.name, ana.slug) == ("ana@example.org", "Ana Lima", "ana-lima")
    assert ana.password is not None
    assert ana.password.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert PasswordHasher().verify(ana.password, PASSWORD)


def test_two_of_one_name_have_two_addresses(app: Flask) -> None:
    for number in range(3):
        people.add(f"ana{number}@example.org", "Ana", PASSWORD)
    assert [slug for _, slug, _ in everybody()] == ["ana", "ana-2", "ana-3"]


def test_an_address_has_one_account(app: Flask) -> None:
    people.add("ana@example.org", "Ana", PASSWORD)
    with pytest.raises(
        Conflict, match=r"ana@example.org has an account already. `broadsheet user password ana@example.org`"
    ):
        people.add("ANA@example.org", "Another", PASSWORD)
    assert len(everybody()) == 1


@pytest.mark.parametrize(
    "email",
    [
        "",
        "ana",
        "ana@",
        "@example.org",
        "ana@example",
        "ana@@example.org",
        "ana lima@example.org",
        "ana@example.org,bo@example.org",
        "<ana@example.org>",
        "ana@example.org\nbcc:bo@example.org",
        "a" * 65 + "@example.org",
        "ana@" + "x" * 250 + ".org",
        "ana@example.o",
    ],
)
def test_no_email_address_is_refused(app: Flask, email: str) -> None:
    with pytest.raises(Invalid, match=r"is not an e-mail address; it should look like ana@example.org") as refusal:
        people.add(email, "Ana", PASSWORD)
    assert refusal.value.field == "email"
    assert everybody() == []


@pytest.mark.parametrize("name", ["", " ", "x" * 121, "\x00"])
def test_no_name_is_refused(app: Flask, name: str) -> None:
    with pytest.raises(Invalid, match="A name needs 1 to 120 characters"):
        people.add("ana@example.org", name, PASSWORD)
    assert everybody() == []


@pytest.mark.parametrize("password", ["", "short one", "x" * 1001])
def test_a_password_too_short_or_too_long_is_refused(app: Flask, password: str) -> None:
    with pytest.raises(Invalid, match=f"The password has {len(password)} characters; it needs 10 to 1000") as refusal:
        people.add("ana@example.org", "Ana", password)
    assert refusal.value.field == "password"
    assert everybody() == []


def test_a_password_is_changed(app: Flask) -> None:
    people.add("ana@example.org", "Ana", PASSWORD)
    people.set_password("ANA@example.org", "another long one")
    assert PasswordHasher().verify(people.list_accounts()[0].password or "", "another long one")


def test_a_bad_new_password_keeps_the_old(app: Flask) -> None:
    people.add("ana@example.org", "Ana", PASSWORD)
    with pytest.raises(Invalid):
        people.set_password("ana@example.org", "short")
    assert PasswordHasher().verify(people.list_accounts()[0].password or "", PASSWORD)


def test_nobody_is_missing_in_one_sentence(app: Flask) -> None:
    for act in (people.remove, lambda email: people.set_password(email, PASSWORD)):
        with pytest.raises(
            NotFound, match=r"Nobody here has the address bo@example.org. `broadsheet user list` names everybody"
        ):
            act("bo@example.org")


def test_who_wrote_nothing_is_removed_whole(app: Flask) -> None:
    people.add("ana@example.org", "Ana", PASSWORD)
    people.remove("ana@example.org")
    assert everybody() == []


def test_who_wrote_something_keeps_the_byline_only(blog: Blog) -> None:
    ana = people.add("ana@example.org", "Ana", PASSWORD)
    blog.make_post("Rivers", author_id=ana.id)
    people.remove("ana@example.org")
    assert everybody() == [("Ana", "ana", None)]
    assert people.list_accounts() == []
    assert db.session.scalars(select(Person.password)).all() == [None]


def test_a_byline_becomes_an_account_of_the_same_name(app: Flask) -> None:
    with write_transaction() as session:
        first = people.author_id(session, "Ana Lima")
        assert people.author_id(session, " ana  lima ") == first
    people.add("ana@example.org", "Ana Lima", PASSWORD)
    assert everybody() == [("Ana Lima", "ana-lima", "ana@example.org")]


@pytest.mark.parametrize("name", ["Éva Nagy", "Лев Толстой"])
def test_a_byline_in_any_script_is_one_person(app: Flask, name: str) -> None:
    with write_transaction() as session:
        assert people.author_id(session, name) == people.author_id(session, name.upper())
