"""People who write here: add, list and remove them, change their passwords."""

import re

from sqlalchemy import Select, delete, select
from sqlalchemy.orm import Session

from blog import clock
from blog.core.accounts import credentials, sessions
from blog.core.db.transaction import writing
from blog.core.errors import Conflict, Forbidden, Invalid, Missing
from blog.core.text import slugs, validate
from blog.extensions import db
from blog.models import Invitation, Person, Post

EMAIL_PATTERN = re.compile(r"[^\s@\"<>(),;:\\\[\]]{1,64}@[^\s@\"<>(),;:\\\[\]]+\.[^\s@\"<>(),;:\\\[\].]{2,}")


def add(email: str, name: str, password: str) -> Person:
    """A person who can sign in. Raises Invalid or Conflict."""
    address, shown, hashed = validate_email(email), validate_name(name), credentials.hash_password(password)
    with writing() as session:
        return create_account(session, address, shown, hashed)


def create_account(session: Session, email: str, name: str, hashed: str) -> Person:
    """Somebody who can sign in from now on, within the caller's transaction; links for the first author end."""
    refuse_used_email(session, email)
    session.execute(delete(Invitation).where(Invitation.invited_by.is_(None)))
    known = _named(session, name)
    if known is None or known.email is not None:
        known = _new(session, name)
    # An import may have known the name before the person had an account.
    known.email, known.password, known.joined_at = email, hashed, clock.now()
    return known


def refuse_used_email(session: Session, email: str) -> None:
    """Nothing, if nobody has this address. Raises Conflict."""
    if session.scalar(select(Person.id).where(Person.email == email)):
        raise Conflict(f"{email} has an account already. `broadsheet user password {email}` changes its password.")


def author_id(session: Session, name: str) -> int:
    """The id of the person of this name, made without an account where there is none."""
    shown = validate_name(name)
    return (_named(session, shown) or _new(session, shown)).id


def set_password(email: str, password: str) -> Person:
    """Give a person another password; all their sessions end. Raises Missing or Invalid."""
    hashed = credentials.hash_password(password)
    with writing() as session:
        person = _by_email(session, email)
        person.password = hashed
        sessions.end_all(session, person.id)
        return person


def remove(email: str) -> Person:
    """Take away a person's account; posts keep their author's name. Raises Missing."""
    with writing() as session:
        return _leave(session, _by_email(session, email))


def remove_other(number: int, by: int) -> Person:
    """Take away somebody's account on behalf of the first author. Raises Forbidden or Missing."""
    with writing() as session:
        if not is_first(session, by):
            raise Forbidden("Only the first author can remove others.")
        if number == by:
            raise Forbidden("The first author cannot be removed here.")
        person = session.get(Person, number)
        if person is None or person.email is None:
            raise Missing("Nobody of this number can sign in here.")
        return _leave(session, person)


def list_accounts() -> list[Person]:
    """Everybody who can sign in, in order of arrival."""
    return list(db.session.scalars(_arrivals()))


def get_account(number: int) -> Person:
    """Somebody who can sign in. Raises Missing."""
    found = db.session.get(Person, number)
    if found is None or found.email is None:
        raise Missing("Nobody of this number can sign in here.")
    return found


def has_accounts(session: Session) -> bool:
    """Whether anybody can sign in."""
    return session.scalar(_arrivals().limit(1)) is not None


def is_first(session: Session, number: int) -> bool:
    """Whether this is who came first, of those who can sign in."""
    first = session.scalar(_arrivals().limit(1))
    return first is not None and first.id == number


def validate_email(text: str) -> str:
    """An e-mail address in small letters. Raises Invalid."""
    value = validate.one_line(text).lower()
    if len(value) > 254 or not EMAIL_PATTERN.fullmatch(value):
        raise Invalid("email", f"“{value[:80]}” is not an e-mail address; it should look like ana@example.org.")
    return value


def validate_name(text: str) -> str:
    """A person's name as readers see it. Raises Invalid."""
    value = validate.one_line(text)
    if not value or len(value) > 120:
        raise Invalid("name", "A name needs 1 to 120 characters.")
    return value


def _arrivals() -> Select[Person]:
    return select(Person).where(Person.email.is_not(None)).order_by(Person.joined_at, Person.id)


def _leave(session: Session, person: Person) -> Person:
    """Without an account; who wrote something keeps the byline. Nor do links work that they made for others."""
    sessions.end_all(session, person.id)
    session.execute(delete(Invitation).where(Invitation.invited_by == person.id))
    if session.scalar(select(Post.id).where(Post.author_id == person.id).limit(1)):
        person.email = person.password = person.joined_at = None
    else:
        session.delete(person)
    return person


def _named(session: Session, name: str) -> Person | None:
    # Not compared in SQL: SQLite folds the case of ASCII letters only, and a blog has few authors.
    people = session.scalars(select(Person).order_by(Person.id))
    return next((person for person in people if person.name.casefold() == name.casefold()), None)


def _by_email(session: Session, email: str) -> Person:
    person = session.scalars(select(Person).where(Person.email == validate.one_line(email).lower())).first()
    if person is None:
        raise Missing(
            f"Nobody here has the address {validate.one_line(email)[:80]}. `broadsheet user list` names everybody."
        )
    return person


def _new(session: Session, name: str) -> Person:
    slug = slugs.unique_slug(
        slugs.slug_of(name, "author"),
        lambda slug: session.scalar(select(Person.id).where(Person.slug == slug)) is not None,
    )
    person = Person(name=name, slug=slug, created_at=clock.now())
    session.add(person)
    session.flush()
    return person
