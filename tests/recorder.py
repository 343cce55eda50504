"""What a page asks the database: its statements, with their parameters."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event

from blog.extensions import db

Asked = list[tuple[str, Any]]


@contextmanager
def recorded() -> Iterator[Asked]:
    """The statements that are sent meanwhile, without the beginnings of transactions."""
    asked: Asked = []

    def note(_connection: object, _cursor: object, statement: str, parameters: Any, *_rest: object) -> None:
        if not statement.startswith("BEGIN"):
            asked.append((statement, parameters))

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield asked
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
