"""Check the database: the SQLite library, damage, the schema, and what keeps it correct."""

from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager
from typing import Any

from blog import migrations
from blog.config import Settings
from blog.core.backup import upgrade
from blog.core.backup.retention import recovery_advice
from blog.core.backup.sqlite_copy import check_line
from blog.core.db.transaction import CANTOPEN, READONLY, error_code
from blog.core.doctor.findings import Execute, Finding, Findings, note, ok, problem
from blog.core.errors import Unusable
from blog.core.schema import counters, migrate
from blog.core.search import index
from blog.core.text.amounts import count_of
from blog.extensions import has_wal_fix, sqlite_driver
from blog.models.json_types import RENDERER_VERSION

# A quick check does not read a larger database from end to end.
QUICK_BYTES = 100 * 2**20
# SQLite cannot create the files that it needs beside a database while it reads.
CANNOT_CREATE = (CANTOPEN, READONLY)


@contextmanager
def open_read_only(settings: Settings) -> Iterator[Any]:
    """Open a connection that cannot write, also on a read-only disk. Raises the driver's errors."""
    file, driver = settings.database_file, sqlite_driver()
    connection = driver.connect(f"{file.as_uri()}?mode=ro", uri=True, timeout=5)
    try:
        connection.execute("SELECT count(*) FROM sqlite_master")
    except driver.OperationalError as error:
        connection.close()
        if error_code(error) not in CANNOT_CREATE:
            raise
        # No process can be writing to it: SQLite can do without its files.
        connection = driver.connect(f"{file.as_uri()}?mode=ro&immutable=1", uri=True)
    with closing(connection):
        yield connection


def examine_missing(settings: Settings) -> Findings:
    try:
        upgrade.refuse_if_lost(settings)
    except Unusable as error:
        yield problem(str(error), recovery_advice(settings))
        return
    yield note("There is no blog here yet.", "`broadsheet serve` begins one.")


def examine_library() -> Findings:
    """Report the version of SQLite, and whether it can lose commits."""
    driver = sqlite_driver()
    version = driver.sqlite_version
    first, second, third = (int(part) for part in version.split("."))
    name = driver.__name__.partition(".")[0]
    if has_wal_fix((first, second, third)):
        yield ok(f"SQLite {version}, by {name}.")
    else:
        yield note(
            f"SQLite {version}, by {name}, carries a rare bug that can lose the last writes (fixed in 3.51.3).",
            "Install pysqlite3 where it has a wheel, or a Python with a newer SQLite.",
        )


def examine(execute: Execute, settings: Settings, *, thorough: bool) -> Generator[Finding, None, bool]:
    """Check the database, and return whether the other checks can query it."""
    complete = thorough or settings.database_file.stat().st_size <= QUICK_BYTES
    problems = check_problems(execute) if complete else []
    damage = [line for line in problems if not index.is_index_problem(line)]
    if damage:
        yield problem(f"The database is damaged: {'; '.join(damage)}.", recovery_advice(settings))
        return False
    broken = execute("PRAGMA foreign_key_check").fetchall() if complete else []
    if broken:
        count = count_of(len(broken), "reference in the database leads", "references in the database lead")
        yield problem(f"{count} nowhere.", recovery_advice(settings))
    if not (yield from _examine_version(execute, settings)):
        return False
    yield from _examine_derived_data(execute, "; ".join(problems))
    posts = execute("SELECT count(*) FROM post WHERE deleted_at IS NULL").fetchone()[0]
    content = count_of(posts, "post or page", "posts and pages")
    if complete:
        yield ok(f"The database is whole: {content}, schema {migrations.HEAD}.")
    else:
        yield ok(
            f"The database answers: {content}, schema {migrations.HEAD}. `broadsheet doctor` reads it from end to end."
        )
    return True


def _examine_version(execute: Execute, settings: Settings) -> Generator[Finding, None, bool]:
    """Check that it is a blog's database, and return whether it has this code's schema."""
    if not is_blog(execute):
        yield problem("The database holds no blog.", f"Choose another instance folder, or: {recovery_advice(settings)}")
        return False
    (version,), head = execute(migrate.VERSION).fetchone() or ("",), migrations.HEAD
    if not version:
        yield problem("The database is damaged: it does not say what schema it has.", recovery_advice(settings))
    elif version > head:
        yield problem(f"The database has schema {version}, this code {head}.", "Install the newer Broadsheet.")
    elif version < head:
        yield note(f"The database has schema {version}, this code {head}.", "The next `broadsheet serve` upgrades it.")
    return bool(version == head)


def _examine_derived_data(execute: Execute, index_damage: str) -> Findings:
    """Check triggers, counts, the search index, and the version of the code that rendered the texts."""
    if missing := migrate.missing_triggers(execute):
        yield problem(f"Triggers are missing: {', '.join(sorted(missing))}.", "Any other command makes them again.")
    if wrong_counts := counters.count_wrong(execute):
        yield problem(f"Counts of posts are wrong ({wrong_counts}).", "`broadsheet doctor --fix` counts anew.")
    if index_problem := f"is damaged ({index_damage})" if index_damage else index.find_problem(execute):
        yield problem(f"The search index {index_problem}.", "`broadsheet doctor --fix` makes it anew.")
    if stale := count_stale_texts(execute):
        yield note(
            f"{count_of(stale, 'text was', 'texts were')} rendered by older code.",
            "The next `broadsheet serve` renders them anew, and so does `broadsheet doctor --fix`.",
        )


def is_blog(execute: Execute) -> bool:
    rows = execute("SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = ?", (migrate.VERSION_TABLE,))
    return bool(rows.fetchone()[0])


def check_problems(execute: Execute) -> list[str]:
    return [check_line(line) for (line,) in execute("PRAGMA quick_check(5)") if line != "ok"]


def has_index_problem(execute: Execute) -> bool:
    return bool(index.find_problem(execute)) or any(map(index.is_index_problem, check_problems(execute)))


def count_stale_texts(execute: Execute) -> int:
    """Count the texts that another version of the renderer rendered."""
    return int(execute(f"SELECT count(*) FROM post WHERE renderer <> {RENDERER_VERSION:d}").fetchone()[0])  # noqa: S608
