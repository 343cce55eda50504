"""The Flask extensions, made once, and the one SQLite driver.

One process must use ONE SQLite library: two of them on one file drop each other's POSIX locks and lose
commits. So the driver is chosen here and everything that opens the database takes it from here.
"""

from pathlib import Path
from types import ModuleType
from typing import Any
from urllib.parse import quote

from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.pool import NullPool

WRITE = "broadsheet_write"
BUSY_MS = 5000
WATCH_SECONDS = 0.1
SETTINGS = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    "PRAGMA foreign_keys=ON",
    f"PRAGMA busy_timeout={BUSY_MS}",
    "PRAGMA trusted_schema=OFF",
)
# These carry the fix of a bug that can lose commits when a WAL is reset (fixed in 3.51.3, and backported).
FIXED_BRANCHES = {(3, 50): (3, 50, 7), (3, 44): (3, 44, 6)}


class Base(DeclarativeBase):
    """What every table's class derives from."""


db = SQLAlchemy(model_class=Base, session_options={"expire_on_commit": False})


def sqlite_driver() -> ModuleType:
    """The SQLite driver: the newest SQLite that is installed, else Python's own."""
    try:
        from pysqlite3 import dbapi2
    except ImportError:
        from sqlite3 import dbapi2
    return dbapi2  # type: ignore[no-any-return, unused-ignore]


def safe_wal(version: tuple[int, int, int]) -> bool:
    """Whether this SQLite version is free of the WAL-reset bug."""
    return version >= FIXED_BRANCHES.get(version[:2], (3, 51, 3))


def init_database(app: Flask, file: Path) -> None:
    """Tie the database to an app: driver, connection settings, and how transactions begin."""
    app.config["SQLALCHEMY_DATABASE_URI"] = _address(file)
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = {"module": sqlite_driver(), "hide_parameters": True}
    db.init_app(app)
    with app.app_context():
        event.listen(db.engine, "connect", _configure)
        event.listen(db.engine, "begin", _begin)


def watching(file: Path) -> Engine:
    """Connections that only look whether the database changed: they begin no transactions, and wait for nobody."""
    options = {"timeout": WATCH_SECONDS, "check_same_thread": False}
    return create_engine(_address(file), module=sqlite_driver(), poolclass=NullPool, connect_args=options)


def _address(file: Path) -> URL:
    # Never created by being opened: a database that went missing must not turn into an empty one.
    return URL.create("sqlite", database=f"file:{quote(str(file))}", query={"mode": "rw", "uri": "true"})


def _configure(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves
    cursor = connection.cursor()
    for setting in SETTINGS:
        cursor.execute(setting)
    cursor.close()


def _begin(connection: Connection) -> None:
    # A writer that begins with a plain BEGIN under WAL meets "database is locked" when it comes to write.
    write = connection.get_execution_options().get(WRITE)
    # To the driver itself: SQLAlchemy's way takes twice as long as a reader's query.
    try:
        connection.connection.cursor().execute("BEGIN IMMEDIATE" if write else "BEGIN")
    except sqlite_driver().Error as error:
        raise OperationalError("BEGIN", None, error) from error
