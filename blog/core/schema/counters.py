"""Count listed posts anew, and find tallies that are wrong: triggers keep them, so only harm from outside does that."""

from collections.abc import Callable
from typing import Any

from blog.core.db.transaction import write_transaction
from blog.models import tally, triggers

# Runs a statement on a connection, SQLAlchemy's or the driver's, and returns its rows.
Execute = Callable[[str], Any]


def recount(run: Execute) -> None:
    """Count everything anew, within the caller's transaction."""
    run(tally.set_listed_at())
    run("DELETE FROM tally")
    run(f"INSERT INTO tally (scope, month, posts) {tally.recount()}")


def count_wrong(run: Execute) -> int:
    """How many tallies, and dates that taggings tell, a recount would change."""
    kept = set(run("SELECT scope, month, posts FROM tally WHERE posts <> 0").fetchall())
    true = set(run(tally.recount()).fetchall())
    return len(kept ^ true) + int(run(tally.count_wrong_listed_at()).fetchone()[0])


def recount_all() -> None:
    """Count everything anew, and let readers see it."""
    with write_transaction() as session:
        run = session.connection().exec_driver_sql
        recount(run)
        run(triggers.BUMP_VERSION)
