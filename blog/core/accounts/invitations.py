"""Links that let people make accounts: `serve` prints the first author's; authors invite others."""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from blog import clock
from blog.core.accounts import credentials, people, sessions, throttle
from blog.core.accounts.throttle import Client
from blog.core.db.transaction import write_transaction
from blog.core.errors import Gone, NotFound
from blog.extensions import db
from blog.models import Invitation, Person, Site
from blog.models.site import DEFAULTS

SETUP_LIFETIME = timedelta(hours=1)
INVITATION_LIFETIME = timedelta(days=7)
LINK_ENDED = "This link has been used, or has ended."


def create_setup_link() -> str:
    """Return the token of a new link for the first author, and end older ones; "" if anybody can sign in already."""
    if people.has_accounts(db.session()):  # nothing is written then: `serve` starts often
        return ""
    with write_transaction() as session:
        session.execute(delete(Invitation).where(Invitation.invited_by.is_(None)))
        return _add(session, Invitation(expires_at=clock.now() + SETUP_LIFETIME))


def invite(name: str, email: str, inviter_id: int) -> str:
    """Return the token of a link for another author. Raise Invalid, or Conflict if the email is used already."""
    name, address = people.validate_name(name), people.validate_email(email) if email.strip() else None
    now = clock.now()
    with write_transaction() as session:
        session.execute(delete(Invitation).where(Invitation.expires_at <= now))
        if address:
            people.refuse_used_email(session, address)
        expires_at = now + INVITATION_LIFETIME
        return _add(session, Invitation(name=name, email=address, invited_by=inviter_id, expires_at=expires_at))


def pending() -> Sequence[Invitation]:
    """Return the invitations of authors that can still be used, newest first."""
    query = select(Invitation).where(Invitation.invited_by.is_not(None), Invitation.expires_at > clock.now())
    return db.session.scalars(query.order_by(Invitation.created_at.desc(), Invitation.id)).all()


def revoke(invitation_id: str) -> None:
    """End an invitation. Raise NotFound if there is none with this id, or if it is the first author's link."""
    with write_transaction() as session:
        row = session.get(Invitation, invitation_id)
        if row is None or row.invited_by is None:
            raise NotFound("There is no such invitation.")
        session.delete(row)


def find(token: str, session: Session | None = None) -> Invitation:
    """Return the invitation of a link. Raise NotFound if it is unknown or used, Gone if it has ended."""
    session = session or db.session()
    row = session.get(Invitation, credentials.hash_token(token))
    if row is None:
        raise NotFound(LINK_ENDED)
    if row.expires_at <= clock.now() or (row.invited_by is None and people.has_accounts(session)):
        raise Gone(LINK_ENDED)
    return row


def accept(token: str, name: str, email: str, password: str, client: Client) -> str:
    """Make an account, use up the link, and return the token of the account's first session.

    Raise NotFound or Gone for the link, Invalid for a field, Conflict if the email is used already.
    """
    find(token)  # before the password costs anything
    name, address = people.validate_name(name), people.validate_email(email)
    password_hash = credentials.hash_password(password)
    with write_transaction() as session:
        row = find(token, session)
        is_first = row.invited_by is None
        session.delete(row)
        person = people.create_account(session, address, name, password_hash)
        if is_first:
            session.execute(update(Site).where(Site.author == DEFAULTS["author"]).values(author=name))
        throttle.record_success(session, address, client)
        return sessions.start(session, person.id, client)


def inviter_names(rows: Sequence[Invitation]) -> dict[int, str]:
    inviter_ids = {row.invited_by for row in rows}
    return {person.id: person.name for person in db.session.scalars(select(Person).where(Person.id.in_(inviter_ids)))}


def _add(session: Session, row: Invitation) -> str:
    token = credentials.new_token()
    row.id, row.created_at = credentials.hash_token(token), clock.now()
    session.add(row)
    return token
