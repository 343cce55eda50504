"""Sign in, and change one's own account. Passwords are compared outside any transaction, because that takes long."""

from sqlalchemy import select

from blog.core.accounts import credentials, people, sessions, throttle
from blog.core.accounts.throttle import Client
from blog.core.db.transaction import write_transaction
from blog.core.errors import Invalid, NotFound
from blog.core.text import validate
from blog.extensions import db
from blog.models import Person

MAX_EMAIL_LENGTH = 1000
WRONG_SIGN_IN = "E-mail address or password is wrong."
WRONG_CURRENT = "That is not your current password."


def sign_in(email: str, password: str, client: Client) -> str:
    """Return the token of a new session.

    Raise TooManyAttempts, or Invalid: with the same words and after the same time for an unknown email and a wrong
    password.
    """
    address = validate.one_line(email[:MAX_EMAIL_LENGTH]).lower()  # a longer one is nobody's, and need not cost more
    throttle.check_and_record(address, client)
    account = db.session.execute(select(Person.id, Person.password).where(Person.email == address)).first()
    person_id, stored_hash = account or (0, None)
    if not credentials.verify(password, stored_hash):
        raise Invalid("email", WRONG_SIGN_IN)
    new_hash = credentials.rehash_if_needed(password, stored_hash or "")
    with write_transaction() as session:
        person = session.get(Person, person_id)
        if person is None or person.password != stored_hash:  # changed or removed while the password was compared
            raise Invalid("email", WRONG_SIGN_IN)
        person.password = new_hash or stored_hash
        throttle.record_success(session, address, client)
        return sessions.start(session, person_id, client)


def confirm_password(person: Person, password: str, client: Client) -> None:
    """Raise Invalid if this is not the person's password, or TooManyAttempts: a failure counts as one in signing in."""
    email, stored_hash = person.email or "", person.password
    throttle.check_and_record(email, client)
    if not credentials.verify(password, stored_hash):
        raise Invalid("current", WRONG_CURRENT)
    with write_transaction() as session:
        throttle.record_success(session, email, client)


def change_password(person: Person, current: str, password: str, client: Client) -> str:
    """Change the password, end all sessions, and return the token of a new one. Raise Invalid or TooManyAttempts."""
    person_id, stored_hash = person.id, person.password
    confirm_password(person, current, client)
    password_hash = credentials.hash_password(password)
    with write_transaction() as session:
        row = session.get(Person, person_id)
        if row is None or row.password != stored_hash:
            raise Invalid("current", WRONG_CURRENT)
        row.password = password_hash
        sessions.end_all(session, person_id)
        return sessions.start(session, person_id, client)


def change_profile(person: Person, name: str, email: str, current: str, client: Client) -> None:
    """Change name and email; a new email needs the current password.

    Raise Invalid, Conflict, TooManyAttempts, or NotFound if the account has been removed.
    """
    person_id, old_email = person.id, person.email or ""
    name, new_email = people.validate_name(name), people.validate_email(email)
    if new_email != old_email:
        confirm_password(person, current, client)
    with write_transaction() as session:
        row = session.get(Person, person_id)
        if row is None:
            raise NotFound("This account has been removed.")
        if new_email != old_email:
            people.refuse_used_email(session, new_email)
            throttle.move_account(session, old_email, new_email, client.key)
        row.name, row.email = name, new_email
