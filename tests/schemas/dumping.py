"""A database as SQL, which is reviewed as text and makes the same database again, the bytes of its search index too."""

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from blog.extensions import sqlite_driver

# A virtual table makes these itself.
SHADOWS = ("config", "content", "data", "docsize", "idx")


def dump(file: Path) -> str:
    """The SQL of a database: tables with their rows, then indexes and triggers, each by name."""
    with contextlib.closing(sqlite_driver().connect(str(file))) as connection:
        return "\n".join(_statements(connection)) + "\n"


def load(sql: str, file: Path) -> None:
    """Make a database of a dump."""
    with contextlib.closing(sqlite_driver().connect(str(file))) as connection:
        connection.executescript(sql)


def _statements(connection: Any) -> Iterator[str]:
    rows = connection.execute(
        "SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY type <> 'table', type, name"
    ).fetchall()
    virtual = [name for _, name, sql in rows if sql.startswith("CREATE VIRTUAL")]
    shadows = {f"{name}_{part}" for name in virtual for part in SHADOWS}
    yield "BEGIN;"
    for kind, name, sql in rows:
        if name in shadows:
            yield f'DELETE FROM "{name}";'
        else:
            yield f"{sql};"
        if kind == "table" and name not in virtual:
            yield from _rows(connection, name)
    yield "COMMIT;"


def _rows(connection: Any, table: str) -> Iterator[str]:
    columns = [row[1] for row in connection.execute(f'PRAGMA table_info("{table}")')]
    quoted = " || ', ' || ".join(f'quote("{column}")' for column in columns)
    for (values,) in connection.execute(f'SELECT {quoted} FROM "{table}" ORDER BY 1'):
        yield f'INSERT INTO "{table}" VALUES ({values});'
