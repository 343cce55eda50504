"""One way to write: BEGIN IMMEDIATE, all or nothing, one commit."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from sqlalchemy import bindparam, select, update
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.orm import Session

from blog import clock
from blog.core.errors import Unavailable, disk_full
from blog.extensions import WRITE_OPTION, db
from blog.models import Site

# SQLite's result codes (https://www.sqlite.org/rescode.html).
BUSY, LOCKED, READONLY, CORRUPT, FULL, CANTOPEN, NOTADB = 5, 6, 8, 11, 13, 14, 26
OCCUPIED, DAMAGED = (BUSY, LOCKED), (CORRUPT, NOTADB)

CHANGE_QUERY = select(Site.public_version, Site.changed_version, Site.changed_at)
SET_CHANGE = update(Site).values(changed_version=bindparam("version"), changed_at=bindparam("moment"))


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
    connection = session.connection()
    row = connection.execute(CHANGE_QUERY).one()
    if row.public_version != row.changed_version:
        moment = max(clock.now().replace(microsecond=0), row.changed_at + timedelta(seconds=1))
        connection.execute(SET_CHANGE, {"version": row.public_version, "moment": moment})


def describe_error(error: Exception) -> str:
    """Return a sentence that says why the database does not work."""
    code = error_code(error)
    if code in OCCUPIED:
        return "Another process is writing to the database. Nothing was changed; try again in a moment."
    if code == FULL:
        return str(disk_full("Nothing was changed"))
    if code == READONLY:
        return "The database can only be read here. Nothing was changed."
    if code in DAMAGED:
        return "The database is damaged. Nothing was changed; `broadsheet doctor` says more."
    return f"The database cannot be used now ({getattr(error, 'orig', error)}). Nothing was changed."


def is_damage_error(error: Exception) -> bool:
    """Return whether a database error means that the file is damaged."""
    return error_code(error) in DAMAGED


def error_code(error: Exception) -> int:
    """Return SQLite's primary result code for an error of the driver or of SQLAlchemy; 0 if it has none."""
    return (getattr(getattr(error, "orig", error), "sqlite_errorcode", None) or 0) & 0xFF
