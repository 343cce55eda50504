"""Sign in, and prove again that it is oneself. Passwords are compared outside of any transaction: it takes long."""

from sqlalchemy import select

from blog.core.accounts import credentials, people, sessions, throttle
from blog.core.accounts.throttle import Client
from blog.core.db.transaction import writing
from blog.core.errors import Invalid, Missing
from blog.core.text import validate
from blog.extensions import db
from blog.models import Person

MAX_EMAIL_LENGTH = 1000
WRONG_SIGN_IN = "E-mail address or password is wrong."
WRONG_CURRENT = "That is not your current password."


def sign_in(email: str, password: str, by: Client) -> str:
    """The token of a new session. Raises Invalid, in the same words and time for a name that nobody has, or TooMany."""
    address = validate.one_line(email[:MAX_EMAIL_LENGTH]).lower()  # a longer one is nobody's, and need not cost more
    throttle.check_and_record(address, by)
    found = db.session.execute(select(Person.id, Person.password).where(Person.email == address)).first()
    number, stored = found or (0, None)
    if not credentials.verify(password, stored):
        raise Invalid("email", WRONG_SIGN_IN)
    anew = credentials.rehash_if_needed(password, stored or "")
    with writing() as session:
        person = session.get(Person, number)
        if person is None or person.password != stored:  # changed, or removed, while this one was compared
            raise Invalid("email", WRONG_SIGN_IN)
        person.password = anew or stored
        throttle.record_success(session, address, by)
        return sessions.start(session, number, by)


def confirm_password(person: Person, password: str, by: Client) -> None:
    """Nothing, if it is the person's password. Raises Invalid or TooMany: a wrong one counts as in signing in."""
    email, stored = person.email or "", person.password
    throttle.check_and_record(email, by)
    if not credentials.verify(password, stored):
        raise Invalid("current", WRONG_CURRENT)
    with writing() as session:
        throttle.record_success(session, email, by)


def change_password(person: Person, current: str, password: str, by: Client) -> str:
    """The token that takes the place of the present session's; all others end. Raises Invalid or TooMany."""
    number, stored = person.id, person.password
    confirm_password(person, current, by)
    hashed = credentials.hash_password(password)
    with writing() as session:
        row = session.get(Person, number)
        if row is None or row.password != stored:
            raise Invalid("current", WRONG_CURRENT)
        row.password = hashed
        sessions.end_all(session, number)
        return sessions.start(session, number, by)


def change_profile(person: Person, name: str, email: str, current: str, by: Client) -> None:
    """Another name or e-mail address; that one needs the current password. Raises Invalid or TooMany."""
    number, old = person.id, person.email or ""
    shown, address = people.validate_name(name), people.validate_email(email)
    if address != old:
        confirm_password(person, current, by)
    with writing() as session:
        row = session.get(Person, number)
        if row is None:
            raise Missing("This account has been removed.")
        if address != old:
            people.refuse_used_email(session, address)
            throttle.move_account(session, old, address, by.key)
        row.name, row.email = shown, address
