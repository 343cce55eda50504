"""Notice within a few microseconds that readers might see something new.

`PRAGMA data_version` changes with every commit of another connection, of any process
(https://www.sqlite.org/pragma.html#pragma_data_version). Only if it has changed, or if a scheduled post is due, the
watcher queries `site.public_version`: sign-ins and drafts change the first and not the second.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock

from sqlalchemy import Connection, bindparam, func, select
from sqlalchemy.exc import SQLAlchemyError

from blog import clock
from blog.extensions import sqlite_driver, watcher_engine
from blog.models import Post, Site
from blog.models.types import Instant

FIRST = datetime.min.replace(tzinfo=UTC)
LAST = datetime.max.replace(tzinfo=UTC)
NOW, NOT_DELETED = bindparam("now", type_=Instant), Post.deleted_at.is_(None)
# The public version, the date of the newest post that is due, and the date of the next one.
PUBLIC_STATE = select(
    Site.public_version,
    select(func.max(Post.published_at)).where(NOT_DELETED, Post.published_at <= NOW).scalar_subquery(),
    select(func.min(Post.published_at)).where(NOT_DELETED, Post.published_at > NOW).scalar_subquery(),
)


class Watcher:
    """A connection that watches a database for public changes. Threads may share it; the first use opens it."""

    def __init__(self, file: Path) -> None:
        self._engine = watcher_engine(file)
        self._errors = (sqlite_driver().Error, SQLAlchemyError)
        self._lock = Lock()
        self._connection: Connection | None = None
        self._read_data_version: Callable[[], object] = self._open
        self._data_version: object = None
        self._public_state: tuple[int, datetime] = (-1, FIRST)
        self._next_due = LAST
        self._version = 0

    def version(self) -> int | None:
        """Return a number that changes whenever readers might see something new; None if the database fails.

        Read it before you build a page: the page is right as long as the number stays the same.
        """
        with self._lock:
            try:
                now, data_version = clock.now(), self._read_data_version()
                if data_version != self._data_version or not self._public_state[1] <= now < self._next_due:
                    self._refresh(now)
                    self._data_version = data_version  # of before the query: the next call notices a commit in between
            except self._errors:
                self._disconnect()
                return None
            return self._version

    def _open(self) -> object:
        self._connection = self._engine.connect()
        cursor = self._connection.connection.cursor()  # the driver's own: SQLAlchemy takes twenty times as long
        self._read_data_version = lambda: cursor.execute("PRAGMA data_version").fetchone()
        return self._read_data_version()

    def _refresh(self, now: datetime) -> None:
        assert self._connection is not None  # noqa: S101
        with self._connection.begin():
            version, since, until = self._connection.execute(PUBLIC_STATE, {"now": now}).one()
        if (version, since or FIRST) != self._public_state:
            self._public_state = version, since or FIRST
            self._version += 1
        self._next_due = until or LAST

    def close(self) -> None:
        """Close the connection; the next call of `version` opens it again."""
        with self._lock:
            self._disconnect()

    def _disconnect(self) -> None:
        connection, self._connection = self._connection, None
        self._read_data_version, self._data_version = self._open, None
        if connection is not None:
            connection.close()
