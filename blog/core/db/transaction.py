"""One way to write: BEGIN IMMEDIATE, all or nothing, one commit."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from sqlalchemy import select, update
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.orm import Session

from blog import clock
from blog.core.errors import Unavailable
from blog.extensions import WRITE_OPTION, db
from blog.models import Site


@contextmanager
def write_transaction() -> Iterator[Session]:
    """Open a transaction that commits at the end of the block, or rolls back if the block fails.

    Objects that were loaded before are expired: another process may have changed their rows. Raises Unavailable when
    the database is locked, full, read-only or damaged.
    """
    session = db.session()
    if session.info.get(WRITE_OPTION):
        raise RuntimeError("A transaction is open already: it would be lost.")
    session.rollback()
    session.expire_all()
    session.info[WRITE_OPTION] = True
    try:
        session.connection(execution_options={WRITE_OPTION: True})
        yield session
        session.flush()
        record_public_change(session)
        session.commit()
    except DBAPIError as error:
        session.rollback()
        if not isinstance(error, OperationalError) and not is_damage_error(error):
            raise
        raise Unavailable(describe_error(error)) from error
    except BaseException:
        session.rollback()
        raise
    finally:
        del session.info[WRITE_OPTION]


def record_public_change(session: Session) -> None:
    """Store the time of the last change to the public version.

    Last-Modified counts in seconds: a second change within one second gets the next one, or a reader who only
    compares dates would miss it.
    """
    row = session.execute(select(Site.public_version, Site.changed_version, Site.changed_at)).one()
    if row.public_version != row.changed_version:
        moment = max(clock.now().replace(microsecond=0), row.changed_at + timedelta(seconds=1))
        session.execute(update(Site).values(changed_version=row.public_version, changed_at=moment))


def describe_error(error: Exception) -> str:
    """Return a sentence that says why the database does not work."""
    message = str(getattr(error, "orig", error))
    if "locked" in message or "busy" in message:
        return "Another process is writing to the database. Nothing was changed; try again in a moment."
    if "full" in message:
        return "The disk is full. Nothing was changed; free some space and try again."
    if "readonly" in message or "read-only" in message:
        return "The database can only be read here. Nothing was changed."
    if is_damage_error(error):
        return "The database is damaged. Nothing was changed; `broadsheet doctor` says more."
    return f"The database cannot be used now ({message}). Nothing was changed."


def is_damage_error(error: Exception) -> bool:
    """Return whether a database error means that the file is damaged."""
    message = str(getattr(error, "orig", error))
    return "malformed" in message or "not a database" in message
