"""Copy a whole database, in either direction, by SQLite's backup API while others read and write it."""

import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

from blog.core.db.transaction import FULL, OCCUPIED, describe_error, error_code, is_damage_error
from blog.core.errors import DiskFull, Unavailable, Unusable
from blog.core.search import index
from blog.extensions import database_uri, sqlite_driver

# How long a copy waits for another writer.
PATIENCE_SECONDS = 60.0
BUSY_SECONDS = 5.0
# These work in the databases of all schema versions.
COUNTS = {
    "posts": "SELECT count(*) FROM post WHERE kind = 'post' AND deleted_at IS NULL",
    "pages": "SELECT count(*) FROM post WHERE kind = 'page' AND deleted_at IS NULL",
    "pictures": "SELECT count(*) FROM media",
    "people": "SELECT count(*) FROM person",
}


@contextmanager
def open_database(file: Path, mode: str) -> Iterator[Any]:
    """Open an existing database, and yield the driver's connection; `mode` is ro or rw.

    The driver's errors become Unusable (damaged), DiskFull or Unavailable.
    """
    driver = sqlite_driver()
    try:
        with closing(driver.connect(database_uri(file, mode), uri=True, timeout=BUSY_SECONDS)) as connection:
            connection.isolation_level = None
            connection.execute("PRAGMA trusted_schema=OFF")
            yield connection
    except driver.DatabaseError as error:
        message = describe_error(error)
        if error_code(error) == FULL:
            raise DiskFull(message) from error
        # Not by the error's class: the backup API raises the wrong one.
        raise (Unusable if is_damage_error(error) else Unavailable)(f"{file}: {message}") from error


def copy_database(source: Path, target: Path) -> None:
    """Copy a database, as it is at one instant, into a new single file.

    Raises Unusable when it is damaged, Unavailable when it cannot be read, DiskFull.
    """
    target.touch(0o600)
    with open_database(target, "rw") as copy, open_database(source, "ro") as live:
        _copy_pages(live, copy)
    close_wal(target)


def replace_database(source: Path, target: Path) -> None:
    """Replace the content of the live database `target` in one transaction: readers see the old one, then the new one.

    Raises Unusable when the live one is damaged; Unavailable and DiskFull as `copy_database` does.
    """
    with open_database(source, "rw") as copy, open_database(target, "rw") as live:
        (size,) = live.execute("PRAGMA page_size").fetchone()
        if copy.execute("PRAGMA page_size").fetchone() != (size,):
            copy.execute(f"PRAGMA page_size={size}")
            copy.execute("VACUUM")
        live.execute("PRAGMA synchronous=FULL")
        _copy_pages(copy, live)
        with suppress(sqlite_driver().Error):  # the copy is complete: the log can be written back later
            live.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def close_wal(file: Path) -> None:
    """Make a database that no other process has open a single file, without a log beside it."""
    with open_database(file, "rw") as connection:
        connection.execute("PRAGMA journal_mode=DELETE")


def _copy_pages(source: Any, target: Any) -> None:
    """Copy all pages in one step, with a time limit: the driver retries for ever while another process has the lock."""
    end, last_status = time.monotonic() + PATIENCE_SECONDS, 0

    def check_time(status: int, _remaining: int, _total: int) -> None:
        nonlocal last_status
        last_status = status
        if status in OCCUPIED and time.monotonic() > end:
            raise Unavailable("Another process is writing to the database. Nothing was changed; try again in a moment.")

    try:
        source.backup(target, pages=-1, progress=check_time, sleep=0.05)
    except sqlite_driver().DatabaseError as error:
        if not error_code(error):
            error.sqlite_errorcode = last_status  # pysqlite3 leaves it out here
        raise


def find_damage(file: Path, *, quick: bool = False) -> list[str]:
    """Return what is damaged in a database, except for the search index, which can be rebuilt.

    A `quick` check does not compare indexes with their tables; either takes about a second for 400 MB. Raises DiskFull
    and Unavailable.
    """
    try:
        with open_database(file, "ro") as connection:
            rows = connection.execute(f"PRAGMA {'quick' if quick else 'integrity'}_check(5)")
            lines = [check_line(row[0]) for row in rows]
    except Unusable:
        return ["it cannot be read as a database"]
    return [line for line in lines if line != "ok" and not index.is_index_problem(line)]


def check_line(message: str) -> str:
    """Return a message of SQLite's integrity check in one line, without its heading."""
    return " ".join(message.replace("*** in database main ***", "").split())


def database_info(file: Path) -> tuple[str, dict[str, int]]:
    """Return the schema version of a database, and its COUNTS by name. Raises Unusable if it is not a blog's."""
    with open_database(file, "ro") as connection:
        try:
            (schema,) = connection.execute("SELECT version_num FROM schema_version").fetchone()
            counts = {name: connection.execute(query).fetchone()[0] for name, query in COUNTS.items()}
        except (sqlite_driver().OperationalError, TypeError) as error:
            raise Unusable(f"{file} is not the database of a blog: nothing was changed.") from error
    return str(schema), counts


def picture_names(file: Path) -> list[str]:
    """Return the names of the pictures that are not deleted."""
    with open_database(file, "ro") as connection:
        return [str(name) for (name,) in connection.execute("SELECT name FROM media WHERE deleted_at IS NULL")]
