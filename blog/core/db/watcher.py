"""Know, for less than a microsecond, whether readers could see anything new.

Every commit, of whatever process, changes the head of SQLite's WAL index, which SQLite keeps in memory that all
processes share (https://www.sqlite.org/walformat.html#the_wal_index_file_format). Where it can be read there, that
is what is compared; elsewhere `PRAGMA data_version` tells the same for ten microseconds and a lock. Only when it
has moved, or when a scheduled post comes due, the database is asked for `site.public_version`: sign-ins and drafts
move the first and not the second.
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
from blog.extensions import sqlite_driver, watching
from blog.models import Post, Site

FIRST = datetime.min.replace(tzinfo=UTC)
LAST = datetime.max.replace(tzinfo=UTC)
HEAD_BYTES = 96  # two copies of the header, so that half of a write is noticed


class Watcher:
    """One connection that watches a database. Any thread may ask; it is opened by the first question."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._engine = watching(file)
        self._errors = (sqlite_driver().Error, SQLAlchemyError)
        self._lock = Lock()
        self._connection: Connection | None = None
        self._commits: Callable[[], object] = object
        self._seen_commits: object = None
        self._seen: tuple[int, datetime] = (-1, FIRST)
        self._until = LAST
        self._stamp = 0

    def stamp(self) -> int | None:
        """A number that stays the same as long as no reader could see anything change.

        What was built after it was asked for is right as long as it stays. None while the database does not answer.
        """
        with self._lock:
            try:
                now = clock.now()
                if self._commits() != self._seen_commits or not self._seen[1] <= now < self._until:
                    self._look(now)
            except self._errors:
                self.close()
                return None
            return self._stamp

    def _look(self, now: datetime) -> None:
        """Ask what readers see. What the commits were is noted before: one in between is noticed the next time."""
        if self._connection is None:
            self._connection = self._engine.connect()
            self._state(self._connection, now)  # only now the index is in memory
            self._commits = _wal_index(self._file) or _data_version(self._connection)
        commits = self._commits()
        seen, self._until = self._state(self._connection, now)
        if seen != self._seen:
            self._seen = seen
            self._stamp += 1
        self._seen_commits = commits

    def _state(self, connection: Connection, now: datetime) -> tuple[tuple[int, datetime], datetime]:
        """What readers see now: the public version and the newest post that came due; and when the next one will."""
        alive = Post.deleted_at.is_(None)
        newest = select(func.max(Post.published_at)).where(alive, Post.published_at <= now).scalar_subquery()
        following = select(func.min(Post.published_at)).where(alive, Post.published_at > now).scalar_subquery()
        with connection.begin():
            version, since, until = connection.execute(select(Site.public_version, newest, following)).one()
        return (version, since or FIRST), until or LAST

    def close(self) -> None:
        """Let go of the database; the next question opens it again."""
        connection, self._connection = self._connection, None
        self._commits, self._seen_commits = object, None
        if connection is not None:
            connection.close()


def _wal_index(database: Path) -> Callable[[], object] | None:
    """Reads the head of the WAL index where SQLite has it in this process's memory (Linux); None elsewhere.

    It stays there as long as the connection that is watching. The file is not opened: closing it again would
    release the locks that SQLite holds on it (https://www.sqlite.org/howtocorrupt.html).
    """
    mapped = re.escape(f"{database.resolve()}-shm")
    try:
        maps = Path("/proc/self/maps").read_text("utf-8", "surrogateescape")
    except OSError:
        return None
    found = re.search(rf"^([0-9a-f]+)-[0-9a-f]+ rw-s 00000000 \S+ \d+ +{mapped}$", maps, re.MULTILINE)
    if found is None:
        return None
    head = (ctypes.c_char * HEAD_BYTES).from_address(int(found[1], 16))
    return lambda: head.raw


def _data_version(connection: Connection) -> Callable[[], object]:
    """Asks SQLite (https://www.sqlite.org/pragma.html#pragma_data_version)."""
    cursor = connection.connection.cursor()
    return lambda: cursor.execute("PRAGMA data_version").fetchone()
