"""The Flask extension for the database, and the only SQLite driver.

One process must use ONE SQLite library: two of them on one file drop each other's POSIX locks and lose
commits. So this module chooses the driver, and all code that opens a database gets it from here.
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
# Branch -> first version with the fix of a bug that can lose commits when a WAL is reset (fixed in 3.51.3).
WAL_FIXES = {(3, 50): (3, 50, 7), (3, 44): (3, 44, 6)}


class Base(DeclarativeBase):
    """The base class of all models."""


class ReaderSession(Session):
    """A session whose compiled queries need no transaction of SQLAlchemy's: to begin one takes as long as two of them.

    All queries use one connection. Until the end of the request, or until a rollback (each write begins with one), they
    see the database as it was at the first query.
    """

    reader: Connection | None = None

    def cursor(self) -> Any:
        """Return a cursor of the driver, in the session's transaction. Raises OperationalError."""
        if self.reader is None:
            if self.in_transaction():
                return self.connection().connection.cursor()
            reader = db.engine.connect()
            try:
                begin_transaction(reader.connection)
            except OperationalError:
                reader.close()
                raise
            self.reader = reader
        return self.reader.connection.cursor()

    def get_bind(self, *arguments: Any, **options: Any) -> Engine | Connection:
        return self.reader or super().get_bind(*arguments, **options)

    def rollback(self) -> None:
        """Discard uncommitted changes; the next query sees the present database."""
        super().rollback()
        self._close_reader()

    def close(self) -> None:
        super().close()
        self._close_reader()

    def _close_reader(self) -> None:
        reader, self.reader = self.reader, None
        if reader is not None:
            reader.close()


db = SQLAlchemy(model_class=Base, session_options={"class_": ReaderSession, "expire_on_commit": False})


def read_cursor() -> Any:
    """Return the driver's cursor for queries of this request. Raises OperationalError."""
    return cast("ReaderSession", db.session()).cursor()


def sqlite_driver() -> ModuleType:
    """Return the SQLite driver: pysqlite3 if it is installed (it has a newer SQLite), else Python's own."""
    try:
        from pysqlite3 import dbapi2
    except ImportError:
        from sqlite3 import dbapi2
    return dbapi2  # type: ignore[no-any-return, unused-ignore]


def has_wal_fix(version: tuple[int, int, int]) -> bool:
    """Return whether an SQLite version has the fix of the WAL-reset bug."""
    return version >= WAL_FIXES.get(version[:2], (3, 51, 3))


def init_database(app: Flask, file: Path) -> None:
    """Connect the database to an app: driver, pragmas, and the start of transactions."""
    app.config["SQLALCHEMY_DATABASE_URI"] = _address(file)
    options = {"module": sqlite_driver(), "hide_parameters": True, "paramstyle": "named"}
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = options
    db.init_app(app)
    with app.app_context():
        event.listen(db.engine, "connect", _configure)
        event.listen(db.engine, "begin", _begin)


def watcher_engine(file: Path) -> Engine:
    """Return an engine for connections that only detect changes: they begin no transactions, and hardly wait."""
    options = {"timeout": WATCHER_TIMEOUT, "check_same_thread": False}
    return create_engine(_address(file), module=sqlite_driver(), poolclass=NullPool, connect_args=options)


def separate_engine(file: Path) -> Engine:
    """Return an engine for another database than the app's, with the same pragmas and without a pool."""
    engine = create_engine(_address(file), module=sqlite_driver(), poolclass=NullPool, hide_parameters=True)
    event.listen(engine, "connect", _configure)
    event.listen(engine, "begin", _begin)
    return engine


def is_read_only(folder: Path) -> bool:
    """Return whether a folder is on a read-only file system."""
    return folder.is_dir() and bool(os.statvfs(folder).f_flag & os.ST_RDONLY)


def database_uri(file: Path, mode: str) -> str:
    """Return the URI that opens a database in mode rw or ro.

    Opening never creates it: a missing database must not become an empty one. On a read-only disk SQLite cannot create
    the files beside a database; "immutable" tells it that nobody writes.
    """
    log = file.with_name(f"{file.name}-wal")
    is_immutable = is_read_only(file.parent) and not (log.exists() and log.stat().st_size)
    return f"file:{quote(str(file))}?mode={mode}" + ("&immutable=1" if is_immutable else "")


def _address(file: Path) -> URL:
    database, _, query = database_uri(file, "rw").partition("?")
    return URL.create("sqlite", database=database, query={**dict(parse_qsl(query)), "uri": "true"})


def _configure(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # _begin sends BEGIN
    cursor = connection.cursor()
    for setting in PRAGMAS:
        cursor.execute(setting)
    cursor.close()


def _begin(connection: Connection) -> None:
    # With a plain BEGIN under WAL, a writer gets "database is locked" at its first write.
    write = bool(connection.get_execution_options().get(WRITE_OPTION))
    if write or not connection.connection.in_transaction:  # ReaderSession may have begun one
        begin_transaction(connection.connection, write=write)


def begin_transaction(connection: PoolProxiedConnection, *, write: bool = False) -> None:
    """Begin a transaction. Raises OperationalError."""
    # Directly by the driver: SQLAlchemy's way takes twice as long as a reader's query.
    try:
        connection.cursor().execute("BEGIN IMMEDIATE" if write else "BEGIN")
    except sqlite_driver().Error as error:
        raise OperationalError("BEGIN", None, error) from error
