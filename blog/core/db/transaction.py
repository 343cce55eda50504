"""One way to write: BEGIN IMMEDIATE, all or nothing, one commit."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from sqlalchemy import select, update
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.orm import Session

from blog import clock
from blog.core.errors import Unavailable
from blog.extensions import WRITE, db
from blog.models import Site


@contextmanager
def writing() -> Iterator[Session]:
    """A session whose changes are committed together at the end, or not at all.

    What was read before is forgotten: another process may have changed it. Raises Unavailable when the
    database is locked, full, read-only or damaged.
    """
    session = db.session()
    if session.info.get(WRITE):
        raise RuntimeError("A transaction is open already: it would be lost.")
    session.rollback()
    session.expire_all()
    session.info[WRITE] = True
    try:
        session.connection(execution_options={WRITE: True})
        yield session
        session.flush()
        note_change(session)
        session.commit()
    except DBAPIError as error:
        session.rollback()
        if not isinstance(error, OperationalError) and not damaged(error):
            raise
        raise Unavailable(trouble(error)) from error
    except BaseException:
        session.rollback()
        raise
    finally:
        del session.info[WRITE]


def note_change(session: Session) -> None:
    """Remember when the public version last moved.

    Last-Modified counts in seconds: a second change within one second gets the next one, or a reader who only
    compares dates would miss it.
    """
    row = session.execute(select(Site.public_version, Site.changed_version, Site.changed_at)).one()
    if row.public_version != row.changed_version:
        moment = max(clock.now().replace(microsecond=0), row.changed_at + timedelta(seconds=1))
        session.execute(update(Site).values(changed_version=row.public_version, changed_at=moment))


def trouble(error: Exception) -> str:
    """One sentence on what keeps the database from working."""
    said = str(getattr(error, "orig", error))
    if "locked" in said or "busy" in said:
        return "Another process is writing to the database. Nothing was changed; try again in a moment."
    if "full" in said:
        return "The disk is full. Nothing was changed; free some space and try again."
    if "readonly" in said or "read-only" in said:
        return "The database can only be read here. Nothing was changed."
    if damaged(error):
        return "The database is damaged. Nothing was changed; `broadsheet doctor` says more."
    return f"The database cannot be used now ({said}). Nothing was changed."


def damaged(error: Exception) -> bool:
    """Whether an error of the database says that its file is damaged."""
    said = str(getattr(error, "orig", error))
    return "malformed" in said or "not a database" in said
