"""The Flask extensions, made once, and the one SQLite driver.

One process must use ONE SQLite library: two of them on one file drop each other's POSIX locks and lose
commits. So the driver is chosen here and everything that opens the database takes it from here.
"""

import os
from pathlib import Path
from types import ModuleType
from typing import Any, cast
from urllib.parse import parse_qsl, quote

from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from flask_sqlalchemy.session import Session
from sqlalchemy import URL, Connection, Engine, PoolProxiedConnection, create_engine, event
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.pool import NullPool

WRITE_OPTION = "broadsheet_write"
BUSY_MS = 5000
WATCHER_TIMEOUT = 0.1
PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    "PRAGMA foreign_keys=ON",
    f"PRAGMA busy_timeout={BUSY_MS}",
    "PRAGMA trusted_schema=OFF",
)
# These carry the fix of a bug that can lose commits when a WAL is reset (fixed in 3.51.3, and backported).
WAL_FIXES = {(3, 50): (3, 50, 7), (3, 44): (3, 44, 6)}


class Base(DeclarativeBase):
    """What every table's class derives from."""


class ReaderSession(Session):
    """A session that answers prepared questions on a bare connection: for most pages it opens no other.

    All questions until the end of the request or a rollback (each write begins with one) see the database as it was
    at the first one.
    """

    bare: PoolProxiedConnection | None = None

    def cursor(self) -> Any:
        """The driver's cursor, in the session's transaction if it has one. Raises what SQLAlchemy does."""
        if self.in_transaction():
            return self.connection().connection.cursor()
        if self.bare is None:
            opened = db.engine.raw_connection()
            try:
                begin_transaction(opened)
            except OperationalError:
                opened.close()
                raise
            self.bare = opened
        return self.bare.cursor()

    def rollback(self) -> None:
        """Forget what was not committed, and see the database as it is now."""
        self._leave()
        super().rollback()

    def close(self) -> None:
        """End the session."""
        self._leave()
        super().close()

    def _leave(self) -> None:
        bare, self.bare = self.bare, None
        if bare is not None:
            bare.close()


db = SQLAlchemy(model_class=Base, session_options={"class_": ReaderSession, "expire_on_commit": False})


def read_cursor() -> Any:
    """The driver's cursor for the questions of this request. Raises what SQLAlchemy and the driver do."""
    return cast("ReaderSession", db.session()).cursor()


def sqlite_driver() -> ModuleType:
    """The SQLite driver: the newest SQLite that is installed, else Python's own."""
    try:
        from pysqlite3 import dbapi2
    except ImportError:
        from sqlite3 import dbapi2
    return dbapi2  # type: ignore[no-any-return, unused-ignore]


def has_wal_fix(version: tuple[int, int, int]) -> bool:
    """Whether this SQLite version is free of the WAL-reset bug."""
    return version >= WAL_FIXES.get(version[:2], (3, 51, 3))


def init_database(app: Flask, file: Path) -> None:
    """Tie the database to an app: driver, connection settings, and how transactions begin."""
    app.config["SQLALCHEMY_DATABASE_URI"] = _address(file)
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = {"module": sqlite_driver(), "hide_parameters": True}
    db.init_app(app)
    with app.app_context():
        event.listen(db.engine, "connect", _configure)
        event.listen(db.engine, "begin", _begin)


def watcher_engine(file: Path) -> Engine:
    """Connections that only look whether the database changed: they begin no transactions, and wait for nobody."""
    options = {"timeout": WATCHER_TIMEOUT, "check_same_thread": False}
    return create_engine(_address(file), module=sqlite_driver(), poolclass=NullPool, connect_args=options)


def separate_engine(file: Path) -> Engine:
    """Connections to another database than the app's, with the same settings, none of which is kept open."""
    engine = create_engine(_address(file), module=sqlite_driver(), poolclass=NullPool, hide_parameters=True)
    event.listen(engine, "connect", _configure)
    event.listen(engine, "begin", _begin)
    return engine


def is_read_only(folder: Path) -> bool:
    """Whether the disk of a folder can only be read, whoever asks."""
    return folder.is_dir() and bool(os.statvfs(folder).f_flag & os.ST_RDONLY)


def database_uri(file: Path, mode: str) -> str:
    """The URI by which a database is opened in mode rw or ro.

    It is never created by being opened: a database that went missing must not turn into an empty one. On a disk that
    can only be read SQLite cannot make the files that go with a database, and needs none where nothing is written.
    """
    log = file.with_name(f"{file.name}-wal")
    alone = is_read_only(file.parent) and not (log.exists() and log.stat().st_size)
    return f"file:{quote(str(file))}?mode={mode}" + ("&immutable=1" if alone else "")


def _address(file: Path) -> URL:
    database, _, query = database_uri(file, "rw").partition("?")
    return URL.create("sqlite", database=database, query={**dict(parse_qsl(query)), "uri": "true"})


def _configure(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves
    cursor = connection.cursor()
    for setting in PRAGMAS:
        cursor.execute(setting)
    cursor.close()


def _begin(connection: Connection) -> None:
    # A writer that begins with a plain BEGIN under WAL meets "database is locked" when it comes to write.
    begin_transaction(connection.connection, write=bool(connection.get_execution_options().get(WRITE_OPTION)))


def begin_transaction(connection: PoolProxiedConnection, *, write: bool = False) -> None:
    """Begin a transaction. Raises OperationalError."""
    # To the driver itself: SQLAlchemy's way takes twice as long as a reader's query.
    try:
        connection.cursor().execute("BEGIN IMMEDIATE" if write else "BEGIN")
    except sqlite_driver().Error as error:
        raise OperationalError("BEGIN", None, error) from error
