"""What a page asks the database: its statements, as SQLite gets them."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event

from blog.extensions import db

Asked = list[str]


@contextmanager
def recorded() -> Iterator[Asked]:
    """The statements that requests send meanwhile, values filled in, without the bounds of transactions.

    What the search engine asks of its own tables for one of them begins like a comment, and is not counted.
    """
    asked: Asked = []
    traced: list[Any] = []

    def note(statement: str) -> None:
        if not statement.startswith(("BEGIN", "COMMIT", "ROLLBACK", "PRAGMA", "-- ")):
            asked.append(statement)

    def trace(connection: Any, *_rest: object) -> None:
        traced.append(connection)
        connection.set_trace_callback(note)

    event.listen(db.engine.pool, "checkout", trace)
    try:
        yield asked
    finally:
        event.remove(db.engine.pool, "checkout", trace)
        for connection in traced:
            connection.set_trace_callback(None)
