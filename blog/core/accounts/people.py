"""People who write here: add, list and remove them, change their passwords."""

import re

from sqlalchemy import Select, delete, select
from sqlalchemy.orm import Session

from blog import clock
from blog.core.accounts import credentials, sessions
from blog.core.db.transaction import write_transaction
from blog.core.errors import Conflict, Forbidden, Invalid, NotFound
from blog.core.text import slugs, validate
from blog.extensions import db
from blog.models import Invitation, Person, Post

EMAIL_PATTERN = re.compile(r"[^\s@\"<>(),;:\\\[\]]{1,64}@[^\s@\"<>(),;:\\\[\]]+\.[^\s@\"<>(),;:\\\[\].]{2,}")


def add(email: str, name: str, password: str) -> Person:
    """Add a person who can sign in. Raise Invalid for a field, Conflict if the email is used already."""
    address, name = validate_email(email), validate_name(name)
    password_hash = credentials.hash_password(password)
    with write_transaction() as session:
        return create_account(session, address, name, password_hash)


def create_account(session: Session, email: str, name: str, password_hash: str) -> Person:
    """Make an account in the caller's transaction; end the links for the first author. Raise Conflict."""
    refuse_used_email(session, email)
    session.execute(delete(Invitation).where(Invitation.invited_by.is_(None)))
    # An import may have added an author of this name, without an account.
    person = _by_name(session, name)
    if person is None or person.email is not None:
        person = _new_person(session, name)
    person.email, person.password, person.joined_at = email, password_hash, clock.now()
    return person


def refuse_used_email(session: Session, email: str) -> None:
    """Raise Conflict if an account already uses this email."""
    if session.scalar(select(Person.id).where(Person.email == email)):
        raise Conflict(f"{email} has an account already. `broadsheet user password {email}` changes its password.")


def author_id(session: Session, name: str) -> int:
    """Return the id of the person with this name; if there is none, add one without an account."""
    name = validate_name(name)
    return (_by_name(session, name) or _new_person(session, name)).id


def set_password(email: str, password: str) -> Person:
    """Change a person's password and end all their sessions. Raise NotFound or Invalid."""
    password_hash = credentials.hash_password(password)
    with write_transaction() as session:
        person = _by_email(session, email)
        person.password = password_hash
        sessions.end_all(session, person.id)
        return person


def remove(email: str) -> Person:
    """Remove a person's account; their posts keep the author's name. Raise NotFound."""
    with write_transaction() as session:
        return _remove(session, _by_email(session, email))


def remove_other(person_id: int, remover_id: int) -> Person:
    """Remove a person's account, as the first author may. Raise Forbidden or NotFound."""
    with write_transaction() as session:
        if (first := first_account(session)) is None or first.id != remover_id:
            raise Forbidden("Only the first author can remove others.")
        if person_id == remover_id:
            raise Forbidden("The first author cannot be removed here.")
        person = session.get(Person, person_id)
        if person is None or person.email is None:
            raise NotFound("Nobody of this number can sign in here.")
        return _remove(session, person)


def list_accounts() -> list[Person]:
    """Return everybody who can sign in, the first author first."""
    return list(db.session.scalars(_accounts()))


def has_accounts(session: Session) -> bool:
    return first_account(session) is not None


def first_account(session: Session) -> Person | None:
    return session.scalar(_accounts().limit(1))


def validate_email(text: str) -> str:
    """Return an email address in lower case. Raise Invalid."""
    value = validate.one_line(text).lower()
    if len(value) > 254 or not EMAIL_PATTERN.fullmatch(value):
        raise Invalid("email", f"“{value[:80]}” is not an e-mail address; it should look like ana@example.org.")
    return value


def validate_name(text: str) -> str:
    """Return a person's name as readers see it. Raise Invalid."""
    value = validate.one_line(text)
    if not value or len(value) > 120:
        raise Invalid("name", "A name needs 1 to 120 characters.")
    return value


def _accounts() -> Select[Person]:
    return select(Person).where(Person.email.is_not(None)).order_by(Person.joined_at, Person.id)


def _remove(session: Session, person: Person) -> Person:
    """Remove an account, its sessions and the invitations it sent; keep the person as author if they have posts."""
    sessions.end_all(session, person.id)
    session.execute(delete(Invitation).where(Invitation.invited_by == person.id))
    if session.scalar(select(Post.id).where(Post.author_id == person.id).limit(1)):
        person.email = person.password = person.joined_at = None
    else:
        session.delete(person)
    return person


def _by_name(session: Session, name: str) -> Person | None:
    # Not compared in SQL: SQLite folds the case of ASCII letters only, and a blog has few authors.
    people = session.scalars(select(Person).order_by(Person.id))
    return next((person for person in people if person.name.casefold() == name.casefold()), None)


def _by_email(session: Session, email: str) -> Person:
    address = validate.one_line(email)
    person = session.scalars(select(Person).where(Person.email == address.lower())).first()
    if person is None:
        raise NotFound(f"Nobody here has the address {address[:80]}. `broadsheet user list` names everybody.")
    return person


def _new_person(session: Session, name: str) -> Person:
    slug = slugs.unique_slug(
        slugs.slug_of(name, "author"),
        lambda slug: session.scalar(select(Person.id).where(Person.slug == slug)) is not None,
    )
    person = Person(name=name, slug=slug, created_at=clock.now())
    session.add(person)
    session.flush()
    return person
