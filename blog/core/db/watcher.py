"""Notice within a microsecond that readers might see something new.

Every commit, of any process, changes the head of SQLite's WAL index, which SQLite keeps in memory that all processes
share (https://www.sqlite.org/walformat.html#the_wal_index_file_format). Where it can be read there, the watcher
compares it; elsewhere it asks `PRAGMA data_version`, which costs ten microseconds and a lock. Only if this has changed,
or if a scheduled post is due, does it query `site.public_version`: sign-ins and drafts change the first and not the
second.
"""

import ctypes
import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock

from sqlalchemy import Connection, func, select
from sqlalchemy.exc import SQLAlchemyError

from blog import clock
from blog.extensions import sqlite_driver, watcher_engine
from blog.models import Post, Site

FIRST = datetime.min.replace(tzinfo=UTC)
LAST = datetime.max.replace(tzinfo=UTC)
HEAD_BYTES = 96  # two copies of the header, so that half of a write is noticed


class Watcher:
    """A connection that watches a database for public changes. Threads may share it; the first use opens it."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._engine = watcher_engine(file)
        self._errors = (sqlite_driver().Error, SQLAlchemyError)
        self._lock = Lock()
        self._connection: Connection | None = None
        self._read_commits: Callable[[], object] = object
        self._last_commits: object = None
        self._public_state: tuple[int, datetime] = (-1, FIRST)
        self._next_due = LAST
        self._version = 0

    def version(self) -> int | None:
        """Return a number that changes whenever readers might see something new; None if the database fails.

        Read it before you build a page: the page is right as long as the number stays the same.
        """
        with self._lock:
            try:
                now = clock.now()
                if self._read_commits() != self._last_commits or not self._public_state[1] <= now < self._next_due:
                    self._refresh(now)
            except self._errors:
                self.close()
                return None
            return self._version

    def _refresh(self, now: datetime) -> None:
        """Query the public state. The commits are read before it, so that the next call notices one in between."""
        if self._connection is None:
            self._connection = self._engine.connect()
            self._query_state(self._connection, now)  # only after a query the index is in memory
            self._read_commits = _wal_index_reader(self._file) or _data_version_reader(self._connection)
        commits = self._read_commits()
        state, self._next_due = self._query_state(self._connection, now)
        if state != self._public_state:
            self._public_state = state
            self._version += 1
        self._last_commits = commits

    def _query_state(self, connection: Connection, now: datetime) -> tuple[tuple[int, datetime], datetime]:
        """Return the public version with the date of the newest due post, and the date of the next one."""
        alive = Post.deleted_at.is_(None)
        newest = select(func.max(Post.published_at)).where(alive, Post.published_at <= now).scalar_subquery()
        following = select(func.min(Post.published_at)).where(alive, Post.published_at > now).scalar_subquery()
        with connection.begin():
            version, since, until = connection.execute(select(Site.public_version, newest, following)).one()
        return (version, since or FIRST), until or LAST

    def close(self) -> None:
        """Close the connection; the next call of `version` opens it again."""
        connection, self._connection = self._connection, None
        self._read_commits, self._last_commits = object, None
        if connection is not None:
            connection.close()


def _wal_index_reader(database: Path) -> Callable[[], object] | None:
    """Return a function that reads the head of the WAL index in this process's memory; None if not on Linux.

    The memory stays valid as long as the watching connection is open. The file is not opened: closing it again would
    release the locks that SQLite holds on it (https://www.sqlite.org/howtocorrupt.html).
    """
    pattern = re.escape(f"{database.resolve()}-shm")
    try:
        maps = Path("/proc/self/maps").read_text("utf-8", "surrogateescape")
    except OSError:
        return None
    match = re.search(rf"^([0-9a-f]+)-[0-9a-f]+ rw-s 00000000 \S+ \d+ +{pattern}$", maps, re.MULTILINE)
    if match is None:
        return None
    head = (ctypes.c_char * HEAD_BYTES).from_address(int(match[1], 16))
    return lambda: head.raw


def _data_version_reader(connection: Connection) -> Callable[[], object]:
    """Return a function that asks for https://www.sqlite.org/pragma.html#pragma_data_version."""
    cursor = connection.connection.cursor()
    return lambda: cursor.execute("PRAGMA data_version").fetchone()
