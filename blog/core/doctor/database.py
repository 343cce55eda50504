"""The database: which library reads it, whether it is whole, and whether all that keeps it right is there."""

from collections.abc import Generator, Iterator
from contextlib import contextmanager
from typing import Any

from blog.config import Settings
from blog.core.backup import upgrade
from blog.core.backup.retention import recovery_advice
from blog.core.backup.sqlite_copy import check_line
from blog.core.doctor.findings import Finding, Findings, Run, count_of, note, ok, problem
from blog.core.errors import Unusable
from blog.core.schema import counters, migrate
from blog.core.search import index
from blog.extensions import has_wal_fix, sqlite_driver
from blog.migrations import HEAD
from blog.models.json_types import RENDERER_VERSION

# Larger ones are not read from end to end where somebody waits for the answer.
QUICKLY = 100 * 2**20
# How SQLite says that it cannot make the files that it keeps beside a database while it is read.
CANNOT_MAKE = ("unable to open", "readonly", "read-only")


@contextmanager
def open_read_only(settings: Settings) -> Iterator[Any]:
    """A connection that cannot write, also where nothing can be written. Raises the driver's errors."""
    file, driver = settings.database_file, sqlite_driver()
    connection = driver.connect(f"{file.as_uri()}?mode=ro", uri=True, timeout=5)
    try:
        connection.execute("SELECT count(*) FROM sqlite_master")
    except driver.OperationalError as error:
        connection.close()
        if not any(sign in str(error) for sign in CANNOT_MAKE):
            raise
        # Nobody can be writing it: SQLite may do without its files.
        connection = driver.connect(f"{file.as_uri()}?mode=ro&immutable=1", uri=True)
    try:
        yield connection
    finally:
        connection.close()


def examine_missing(settings: Settings) -> Findings:
    """What there is to say where no database is."""
    try:
        upgrade.refuse_if_lost(settings)
    except Unusable as error:
        yield problem(str(error), recovery_advice(settings))
        return
    yield note("There is no blog here yet.", "`broadsheet serve` begins one.")


def examine_library() -> Findings:
    """Which SQLite it is, and whether that loses commits."""
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


def examine(run: Run, settings: Settings, *, thorough: bool) -> Generator[Finding, None, bool]:
    """Is it whole, ours, and of this code's schema? Returns whether it can be asked further questions."""
    whole = thorough or settings.database_file.stat().st_size <= QUICKLY
    said = check_problems(run) if whole else []
    damages = [each for each in said if not index.is_index_problem(each)]
    if damages:
        yield problem(f"The database is damaged: {'; '.join(damages)}.", recovery_advice(settings))
        return False
    broken = run("PRAGMA foreign_key_check").fetchall() if whole else []
    if broken:
        yield problem(f"{len(broken)} references in the database lead nowhere.", recovery_advice(settings))
    if not (yield from _version(run, settings)):
        return False
    yield from _kept_right(run, damaged="; ".join(said))
    posts = run("SELECT count(*) FROM post WHERE deleted_at IS NULL").fetchone()[0]
    told = f"{count_of(posts, 'post')} and pages" if posts != 1 else "1 posts and pages"
    if whole:
        yield ok(f"The database is whole: {told}, schema {HEAD}.")
    else:
        yield ok(f"The database answers: {told}, schema {HEAD}. `broadsheet doctor` reads it from end to end.")
    return True


def _version(run: Run, settings: Settings) -> Generator[Finding, None, bool]:
    """Whether it is a blog of this schema."""
    if not is_ours(run):
        yield problem("The database holds no blog.", f"Choose another instance folder, or: {recovery_advice(settings)}")
        return False
    (version,) = run(f"SELECT version_num FROM {migrate.VERSION_TABLE}").fetchone() or ("",)  # noqa: S608
    if not version:
        yield problem("The database is damaged: it does not say what schema it has.", recovery_advice(settings))
    elif version > HEAD:
        yield problem(f"The database has schema {version}, this code {HEAD}.", "Install the newer Broadsheet.")
    elif version < HEAD:
        yield note(f"The database has schema {version}, this code {HEAD}.", "The next `broadsheet serve` upgrades it.")
    return bool(version == HEAD)


def _kept_right(run: Run, damaged: str) -> Findings:
    """Triggers, counts, the search index, and what code made the pages."""
    if lost := missing_triggers(run):
        yield problem(f"Triggers are missing: {', '.join(sorted(lost))}.", "Any other command makes them again.")
    if miscounted := counters.count_wrong(run):
        yield problem(f"Counts of posts are wrong ({miscounted}).", "`broadsheet doctor --fix` counts anew.")
    if unsearchable := f"is damaged ({damaged})" if damaged else index.find_problem(run):
        yield problem(f"The search index {unsearchable}.", "`broadsheet doctor --fix` makes it anew.")
    if stale := count_stale_texts(run):
        yield note(
            f"{count_of(stale, 'text was', 'texts were')} rendered by older code.",
            "The next `broadsheet serve` renders them anew, and so does `broadsheet doctor --fix`.",
        )


def is_ours(run: Run) -> bool:
    """Whether it is a blog's database."""
    found = run("SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = ?", (migrate.VERSION_TABLE,))
    return bool(found.fetchone()[0])


def check_problems(run: Run) -> list[str]:
    """What SQLite finds wrong with the file, the first few."""
    return [check_line(said) for (said,) in run("PRAGMA quick_check(5)") if said != "ok"]


def missing_triggers(run: Run) -> set[str]:
    """The names of triggers that should be there and are not."""
    return migrate.trigger_names() - {row[0] for row in run("SELECT name FROM sqlite_master WHERE type = 'trigger'")}


def count_stale_texts(run: Run) -> int:
    """How many texts were rendered by other code than this."""
    return int(run(f"SELECT count(*) FROM post WHERE renderer <> {RENDERER_VERSION:d}").fetchone()[0])  # noqa: S608
