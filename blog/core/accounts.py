"""People who write here: add, list and remove them, change their passwords."""

import re

from sqlalchemy import select
from sqlalchemy.orm import Session

from blog import clock
from blog.core import slugs, values
from blog.core.errors import Conflict, Invalid, Missing
from blog.core.transaction import writing
from blog.extensions import db
from blog.models import Person, Post

EMAIL = re.compile(r"[^\s@\"<>(),;:\\\[\]]{1,64}@[^\s@\"<>(),;:\\\[\]]+\.[^\s@\"<>(),;:\\\[\].]{2,}")
PASSWORD_LENGTHS = (10, 1000)


def add(email: str, name: str, password: str) -> Person:
    """A person who can sign in. Raises Invalid or Conflict."""
    address, shown, hashed = email_address(email), shown_name(name), hash_password(password)
    with writing() as session:
        if session.scalar(select(Person.id).where(Person.email == address)):
            raise Conflict(
                f"{address} has an account already. `broadsheet user password {address}` changes its password."
            )
        known = _named(session, shown)
        if known and known.email is None:  # an import knew the name before the person had an account
            known.email, known.password = address, hashed
            return known
        return _new(session, shown, email=address, password=hashed)


def byline(session: Session, name: str) -> int:
    """The id of the person of this name, made without an account where there is none."""
    shown = shown_name(name)
    return (_named(session, shown) or _new(session, shown)).id


def set_password(email: str, password: str) -> Person:
    """Give a person another password. Raises Missing or Invalid."""
    hashed = hash_password(password)
    with writing() as session:
        person = _by_email(session, email)
        person.password = hashed
        return person


def remove(email: str) -> Person:
    """Take away a person's account; posts keep their author's name. Raises Missing."""
    with writing() as session:
        person = _by_email(session, email)
        if session.scalar(select(Post.id).where(Post.author_id == person.id).limit(1)):
            person.email = person.password = None
        else:
            session.delete(person)
        return person


def people() -> list[Person]:
    """Everybody who can sign in, in order of arrival."""
    return list(db.session.scalars(select(Person).where(Person.email.is_not(None)).order_by(Person.id)))


def email_address(text: str) -> str:
    """An e-mail address in small letters. Raises Invalid."""
    value = values.line(text).lower()
    if len(value) > 254 or not EMAIL.fullmatch(value):
        raise Invalid("email", f"“{value[:80]}” is not an e-mail address; it should look like ana@example.org.")
    return value


def hash_password(password: str) -> str:
    """The password as it is stored (argon2id). Raises Invalid for one too short or too long."""
    from argon2 import PasswordHasher

    least, most = PASSWORD_LENGTHS
    if not least <= len(password) <= most:
        raise Invalid("password", f"The password has {len(password)} characters; it needs {least} to {most}.")
    return PasswordHasher().hash(password)


def shown_name(text: str) -> str:
    """A person's name as readers see it. Raises Invalid."""
    value = values.line(text)
    if not value or len(value) > 120:
        raise Invalid("name", "A name needs 1 to 120 characters.")
    return value


def _named(session: Session, name: str) -> Person | None:
    # Not compared in SQL: SQLite folds the case of ASCII letters only, and a blog has few authors.
    people = session.scalars(select(Person).order_by(Person.id))
    return next((person for person in people if person.name.casefold() == name.casefold()), None)


def _by_email(session: Session, email: str) -> Person:
    person = session.scalars(select(Person).where(Person.email == values.line(email).lower())).first()
    if person is None:
        raise Missing(f"Nobody here has the address {values.line(email)[:80]}. `broadsheet user list` names everybody.")
    return person


def _new(session: Session, name: str, email: str | None = None, password: str | None = None) -> Person:
    slug = slugs.numbered(
        slugs.slug_of(name, "author"),
        lambda slug: session.scalar(select(Person.id).where(Person.slug == slug)) is not None,
    )
    person = Person(name=name, slug=slug, email=email, password=password, created_at=clock.now())
    session.add(person)
    session.flush()
    return person
