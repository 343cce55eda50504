"""Links with which people make accounts: one for the first author, printed by `serve`; others from who is here."""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from blog import clock
from blog.core.accounts import credentials, people, sessions, throttle
from blog.core.accounts.throttle import Client
from blog.core.db.transaction import writing
from blog.core.errors import Gone, Missing
from blog.extensions import db
from blog.models import Invitation, Person, Site
from blog.models.site import DEFAULTS

SETUP_LIFETIME = timedelta(hours=1)
INVITATION_LIFETIME = timedelta(days=7)
LINK_ENDED = "This link has been used, or has ended."


def create_setup_link() -> str:
    """The token of a new link for the first author, for an hour; older ones end. Empty once somebody can sign in."""
    if people.has_accounts(db.session()):  # nothing is written then: `serve` starts often
        return ""
    with writing() as session:
        session.execute(delete(Invitation).where(Invitation.invited_by.is_(None)))
        return _made(session, Invitation(expires_at=clock.now() + SETUP_LIFETIME))


def invite(name: str, email: str, by: int) -> str:
    """The token of a link for another author, for a week. Raises Invalid, or Conflict for one who is here."""
    shown, address = people.validate_name(name), people.validate_email(email) if email.strip() else None
    with writing() as session:
        session.execute(delete(Invitation).where(Invitation.expires_at <= clock.now()))
        if address:
            people.refuse_used_email(session, address)
        return _made(
            session, Invitation(name=shown, email=address, invited_by=by, expires_at=clock.now() + INVITATION_LIFETIME)
        )


def pending() -> Sequence[Invitation]:
    """The invitations of authors that can still be used, the newest first."""
    query = select(Invitation).where(Invitation.invited_by.is_not(None), Invitation.expires_at > clock.now())
    return db.session.scalars(query.order_by(Invitation.created_at.desc(), Invitation.id)).all()


def revoke(number: str) -> None:
    """End an invitation. Raises Missing."""
    with writing() as session:
        row = session.get(Invitation, number)
        if row is None or row.invited_by is None:
            raise Missing("There is no such invitation.")
        session.delete(row)


def find(token: str) -> Invitation:
    """The invitation of a link. Raises Missing for an unknown or used one, Gone for one that has ended."""
    return _usable(db.session(), token)


def accept(token: str, name: str, email: str, password: str, by: Client) -> str:
    """Make an account with a link, which is used up then: the token of its first session.

    Raises Missing, Gone, Invalid, or Conflict.
    """
    find(token)  # before the password costs anything
    shown, address, hashed = (
        people.validate_name(name),
        people.validate_email(email),
        credentials.hash_password(password),
    )
    with writing() as session:
        row = _usable(session, token)
        first = row.invited_by is None
        session.delete(row)
        person = people.create_account(session, address, shown, hashed)
        if first:
            session.execute(update(Site).where(Site.author == DEFAULTS["author"]).values(author=shown))
        throttle.record_success(session, address, by)
        return sessions.start(session, person.id, by)


def _usable(session: Session, token: str) -> Invitation:
    row = session.get(Invitation, credentials.hash_token(token))
    if row is None:
        raise Missing(LINK_ENDED)
    if row.expires_at <= clock.now() or (row.invited_by is None and people.has_accounts(session)):
        raise Gone(LINK_ENDED)
    return row


def _made(session: Session, row: Invitation) -> str:
    token = credentials.new_token()
    row.id, row.created_at = credentials.hash_token(token), clock.now()
    session.add(row)
    return token


def inviter_names(rows: Sequence[Invitation]) -> dict[int, str]:
    """The names of those who invited, by id."""
    numbers = {row.invited_by for row in rows}
    return {one.id: one.name for one in db.session.scalars(select(Person).where(Person.id.in_(numbers)))}
