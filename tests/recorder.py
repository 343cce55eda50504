"""A recorder of the SQL statements of a page, as SQLite gets them."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event

from blog.extensions import db

Statements = list[str]


@contextmanager
def recorded(before: Callable[[int], None] = lambda _number: None) -> Iterator[Statements]:
    """Record the statements during the block, with their values, without BEGIN, COMMIT and the like.

    `before` is called before each statement reads anything, with its number from 0.

    The search engine's queries of its own tables are not counted: most begin like a comment; one is made once for each
    connection.
    """
    statements: Statements = []
    connections: list[Any] = []

    def note(statement: str) -> None:
        if not statement.startswith(("BEGIN", "COMMIT", "ROLLBACK", "PRAGMA", "-- ", "SELECT k, v FROM")):
            before(len(statements))
            statements.append(statement)

    def trace(connection: Any, *_rest: object) -> None:
        connections.append(connection)
        connection.set_trace_callback(note)

    event.listen(db.engine.pool, "checkout", trace)
    try:
        yield statements
    finally:
        event.remove(db.engine.pool, "checkout", trace)
        for connection in connections:
            connection.set_trace_callback(None)
