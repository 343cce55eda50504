"""Recount listed posts, and find wrong tallies: triggers update them, so only another program can make them wrong."""

from collections.abc import Callable
from typing import Any

from blog.core.db.transaction import write_transaction
from blog.models import tally, triggers

# Executes a statement on a connection, SQLAlchemy's or the driver's, and returns its rows.
Execute = Callable[[str], Any]


def recount(execute: Execute) -> None:
    """Recount everything, within the caller's transaction."""
    execute(tally.set_listed_at())
    execute("DELETE FROM tally")
    execute(f"INSERT INTO tally (scope, month, posts) {tally.recount()}")


def count_wrong(execute: Execute) -> int:
    """Return how many tallies, and `listed_at` of tagged posts, a recount would change."""
    stored = set(execute("SELECT scope, month, posts FROM tally WHERE posts <> 0").fetchall())
    correct = set(execute(tally.recount()).fetchall())
    return len(stored ^ correct) + int(execute(tally.count_wrong_listed_at()).fetchone()[0])


def recount_all() -> None:
    """Recount everything in a transaction, and let readers see it."""
    with write_transaction() as session:
        execute = session.connection().exec_driver_sql
        recount(execute)
        execute(triggers.BUMP_VERSION)
