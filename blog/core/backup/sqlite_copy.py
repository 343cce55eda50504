"""Copies of a whole database, taken and put back by SQLite's backup API while others read and write it."""

import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from blog.core.db.transaction import describe_error, is_damage_error
from blog.core.errors import DiskFull, Unavailable, Unusable
from blog.core.search import index
from blog.extensions import database_uri, sqlite_driver

# How long another writer may keep a copy waiting.
PATIENCE = 60.0
BUSY_SECONDS = 5.0
WAITING = (5, 6)  # SQLITE_BUSY, SQLITE_LOCKED
# In words that the databases of all schemas understand.
COUNTS = {
    "posts": "SELECT count(*) FROM post WHERE kind = 'post' AND deleted_at IS NULL",
    "pages": "SELECT count(*) FROM post WHERE kind = 'page' AND deleted_at IS NULL",
    "pictures": "SELECT count(*) FROM media",
    "people": "SELECT count(*) FROM person",
}


@dataclass(frozen=True)
class Facts:
    """What a database holds: its schema version, and how many posts, pages, pictures and people."""

    schema: str
    counts: Mapping[str, int]


@contextmanager
def connected(file: Path, mode: str) -> Iterator[Any]:
    """The driver's connection to a database, which is never made by being opened; `mode` is ro or rw.

    What keeps it from working is raised as Unusable (damaged), NoRoom or Unavailable.
    """
    driver = sqlite_driver()
    try:
        with closing(driver.connect(database_uri(file, mode), uri=True, timeout=BUSY_SECONDS)) as connection:
            connection.isolation_level = None
            connection.execute("PRAGMA trusted_schema=OFF")
            yield connection
    except driver.DatabaseError as error:
        said = describe_error(error)
        if "full" in str(error):
            raise DiskFull(said) from error
        # Not by its class, which is the wrong one where the backup API says it.
        raise (Unusable if is_damage_error(error) else Unavailable)(f"{file}: {said}") from error


def take(source: Path, target: Path) -> None:
    """Copy a database, as it is at one instant, into a new file that is one file.

    Raises Unusable when it is damaged, Unavailable when it cannot be read, NoRoom when the disk is full.
    """
    target.touch(0o600)
    with connected(target, "rw") as copy, connected(source, "ro") as live:
        _copy(live, copy)
    close_log(target)


def put(source: Path, target: Path) -> None:
    """Make a live database what another one is, in one transaction: whoever reads sees the old one, then the new.

    Raises Unusable when the live one is damaged; Unavailable and NoRoom as `take` does.
    """
    with connected(source, "rw") as copy, connected(target, "rw") as live:
        (size,) = live.execute("PRAGMA page_size").fetchone()
        if copy.execute("PRAGMA page_size").fetchone() != (size,):
            copy.execute(f"PRAGMA page_size={size}")
            copy.execute("VACUUM")
        live.execute("PRAGMA synchronous=FULL")
        _copy(copy, live)
        with suppress(sqlite_driver().Error):  # it is done: the log is written back another time
            live.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def close_log(file: Path) -> None:
    """Make a database that nobody else has open one file, without a log beside it."""
    with connected(file, "rw") as connection:
        connection.execute("PRAGMA journal_mode=DELETE")


def _copy(source: Any, target: Any) -> None:
    """All pages in one step. The driver would try for ever while another process holds the lock."""
    end = time.monotonic() + PATIENCE

    def wait(status: int, _left: int, _total: int) -> None:
        if status in WAITING and time.monotonic() > end:
            raise Unavailable("Another process is writing to the database. Nothing was changed; try again in a moment.")

    source.backup(target, pages=-1, progress=wait, sleep=0.05)


def damages(file: Path, *, quick: bool = False) -> list[str]:
    """What is damaged in a database, but for the search index, which can be made anew.

    A `quick` look leaves out whether indexes say what their tables do; either takes about a second for 400 MB. Raises
    NoRoom and Unavailable.
    """
    try:
        with connected(file, "ro") as connection:
            said = [
                one_line(row[0]) for row in connection.execute(f"PRAGMA {'quick' if quick else 'integrity'}_check(5)")
            ]
    except Unusable:
        return ["it cannot be read as a database"]
    return [each for each in said if each != "ok" and not index.of_index(each)]


def one_line(problem: str) -> str:
    """What SQLite's check of a database found, without its heading and line ends."""
    return " ".join(problem.replace("*** in database main ***", "").split())


def facts(file: Path) -> Facts:
    """What a database holds. Raises Unusable when it is no blog's."""
    with connected(file, "ro") as connection:
        try:
            (schema,) = connection.execute("SELECT version_num FROM schema_version").fetchone()
            counts = {name: connection.execute(question).fetchone()[0] for name, question in COUNTS.items()}
        except (sqlite_driver().OperationalError, TypeError) as error:
            raise Unusable(f"{file} is not the database of a blog: nothing was changed.") from error
    return Facts(str(schema), counts)


def pictures(file: Path) -> list[str]:
    """The names of the pictures of a database that are not deleted; those of schemas that knew no deletion, too."""
    with connected(file, "ro") as connection:
        rows = connection.execute("SELECT * FROM media")
        columns = [column[0] for column in rows.description]
        found = [dict(zip(columns, row, strict=True)) for row in rows]
    return [str(row["name"]) for row in found if not row.get("deleted_at")]
