"""Sessions of signed-in people, stored in the database: start, find, list and end them."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import bindparam, delete, select, update
from sqlalchemy.orm import Session

from blog import clock
from blog.core.accounts import credentials
from blog.core.accounts.throttle import Client
from blog.core.db.transaction import write_transaction
from blog.core.errors import NotFound, Unavailable
from blog.extensions import db
from blog.models import AuthorSession, Person

LIFETIME = timedelta(days=30)
TOUCH_INTERVAL = timedelta(hours=1)
FIND_QUERY = (
    select(AuthorSession, Person)
    .join(Person, Person.id == AuthorSession.person_id)
    .where(AuthorSession.id == bindparam("session"), AuthorSession.seen_at > bindparam("since"))
    .where(Person.password.is_not(None))
)


@dataclass(frozen=True)
class ActiveSession:
    """A person who is signed in, and the row of their session."""

    person: Person
    session: AuthorSession


def find(token: object) -> ActiveSession | None:
    """Return the session of a token and its person; None if there is none or it has ended."""
    session_id = credentials.hash_token(token)
    if not session_id:
        return None
    rows = db.session.execute(FIND_QUERY, {"session": session_id, "since": clock.now() - LIFETIME}).first()
    if rows is None:
        return None
    for row in rows:  # both are read until the end of the request, even if they are deleted meanwhile
        db.session.expunge(row)
    return ActiveSession(rows[1], rows[0])


def touch(active: ActiveSession) -> bool:
    """Record at most once an hour that a session is in use; return whether that was due.

    If nothing can be written, it is not recorded.
    """
    now, session_id = clock.now(), active.session.id
    if now - active.session.seen_at < TOUCH_INTERVAL:
        return False
    with suppress(Unavailable), write_transaction() as session:
        session.execute(update(AuthorSession).where(AuthorSession.id == session_id).values(seen_at=now))
    return True


def start(session: Session, person_id: int, client: Client) -> str:
    """Return the token of a new session, in the caller's transaction; delete the sessions that ended by age."""
    token, now = credentials.new_token(), clock.now()
    session.execute(delete(AuthorSession).where(AuthorSession.seen_at <= now - LIFETIME))
    session.add(
        AuthorSession(
            id=credentials.hash_token(token),
            person_id=person_id,
            created_at=now,
            seen_at=now,
            address=client.address,
            agent=client.agent,
        )
    )
    return token


def sessions_of(person_id: int) -> Sequence[AuthorSession]:
    """Return a person's sessions, the last used first."""
    own = AuthorSession.person_id == person_id, AuthorSession.seen_at > clock.now() - LIFETIME
    query = select(AuthorSession).where(*own).order_by(AuthorSession.seen_at.desc(), AuthorSession.id)
    return db.session.scalars(query).all()


def end(token: object) -> None:
    with write_transaction() as session:
        session.execute(delete(AuthorSession).where(AuthorSession.id == credentials.hash_token(token)))


def revoke(person_id: int, session_id: str) -> None:
    """End one of a person's sessions. Raise NotFound if they have no such session."""
    with write_transaction() as session:
        row = session.get(AuthorSession, session_id)
        if row is None or row.person_id != person_id:
            raise NotFound("There is no such session.")
        session.delete(row)


def revoke_others(person_id: int, keep_id: str) -> None:
    with write_transaction() as session:
        end_all(session, person_id, keep_id=keep_id)


def end_all(session: Session, person_id: int, *, keep_id: str = "") -> None:
    """End a person's sessions in the caller's transaction, all but `keep_id`."""
    session.execute(delete(AuthorSession).where(AuthorSession.person_id == person_id, AuthorSession.id != keep_id))
