"""Who is signed in where: begin a session, find it again, list and end them."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from blog import clock
from blog.core.accounts import credentials
from blog.core.accounts.throttle import Client
from blog.core.db.transaction import writing
from blog.core.errors import Missing, Unavailable
from blog.extensions import db
from blog.models import AuthorSession, Person

LIFETIME = timedelta(days=30)
TOUCH_INTERVAL = timedelta(hours=1)


@dataclass(frozen=True)
class ActiveSession:
    """Somebody who is signed in, and the session that says so."""

    person: Person
    session: AuthorSession


def find(token: object) -> ActiveSession | None:
    """Who holds this token, as they were found; nobody when the session has ended."""
    kept = credentials.hash_token(token)
    if not kept:
        return None
    query = (
        select(AuthorSession, Person)
        .join(Person, Person.id == AuthorSession.person_id)
        .where(AuthorSession.id == kept, AuthorSession.seen_at > clock.now() - LIFETIME, Person.password.is_not(None))
    )
    found = db.session.execute(query).first()
    if found is None:
        return None
    for row in found:  # it is looked at until the end of the request, also when the row has gone meanwhile
        db.session.expunge(row)
    return ActiveSession(found[1], found[0])


def touch(signed: ActiveSession) -> bool:
    """Note that a session is in use; whether that was due. Where nothing can be written, it is not noted."""
    now, row = clock.now(), signed.session.id
    if now - signed.session.seen_at < TOUCH_INTERVAL:
        return False
    with suppress(Unavailable), writing() as session:
        session.execute(update(AuthorSession).where(AuthorSession.id == row).values(seen_at=now))
    return True


def start(session: Session, person_id: int, by: Client) -> str:
    """The token of a new session, within the caller's transaction; sessions that ended by age are removed."""
    token, now = credentials.new_token(), clock.now()
    session.execute(delete(AuthorSession).where(AuthorSession.seen_at <= now - LIFETIME))
    session.add(
        AuthorSession(
            id=credentials.hash_token(token),
            person_id=person_id,
            created_at=now,
            seen_at=now,
            address=by.address,
            agent=by.agent,
        )
    )
    return token


def sessions_of(person_id: int) -> Sequence[AuthorSession]:
    """Somebody's sessions, the last seen first."""
    query = select(AuthorSession).where(
        AuthorSession.person_id == person_id, AuthorSession.seen_at > clock.now() - LIFETIME
    )
    return db.session.scalars(query.order_by(AuthorSession.seen_at.desc(), AuthorSession.id)).all()


def end(token: object) -> None:
    """End the session of a token, if there is one."""
    with writing() as session:
        session.execute(delete(AuthorSession).where(AuthorSession.id == credentials.hash_token(token)))


def revoke(person_id: int, session_id: str) -> None:
    """End one of somebody's sessions. Raises Missing when they have no such session."""
    mine = (AuthorSession.person_id == person_id, AuthorSession.id == session_id)
    with writing() as session:
        if session.scalar(select(AuthorSession.id).where(*mine)) is None:
            raise Missing("There is no such session.")
        session.execute(delete(AuthorSession).where(*mine))


def revoke_others(person_id: int, but: str) -> None:
    """End all of somebody's sessions but one."""
    with writing() as session:
        end_all(session, person_id, but=but)


def end_all(session: Session, person_id: int, *, but: str = "") -> None:
    """End all of somebody's sessions, but perhaps one; within the caller's transaction."""
    session.execute(delete(AuthorSession).where(AuthorSession.person_id == person_id, AuthorSession.id != but))
