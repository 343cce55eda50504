"""Run all checks of a blog. They write nothing; each finding says what to do."""

from collections.abc import Generator, Iterator, Mapping, Sequence
from functools import partial

from blog.config import Settings
from blog.core.backup.retention import recovery_advice
from blog.core.db.transaction import OCCUPIED, error_code
from blog.core.doctor import backups, clock, database, deployment, files, outbox, pictures
from blog.core.doctor.findings import Check, Finding, error_line, problem, run_check
from blog.extensions import sqlite_driver

__all__ = ["Finding", "before_going_public", "examine", "is_healthy"]


def examine(
    settings: Settings, more: Mapping[str, Check] | None = None, *, faults: Sequence[str] = (), thorough: bool = True
) -> Iterator[Finding]:
    """Run all checks and yield their findings. Opens the database for reading only, fixes nothing, never fails.

    `more` are checks that need an app, by their subjects; `faults` are errors in the settings. Without `thorough`, the
    checks are as quick as a page, and findings name what was left out.
    """
    yield from run_check("The address", lambda: deployment.examine_settings(settings, faults))
    yield from run_check("The folders", lambda: files.examine(settings))
    yield from run_check("The SQLite library", database.examine_library)
    usable = yield from _examine_database(settings, thorough)
    for subject, check in (more or {}).items():
        if usable or not check.needs_database:
            yield from run_check(subject, partial(check.examine, thorough))


def before_going_public(
    settings: Settings, more: Mapping[str, Check] | None = None, *, faults: Sequence[str] = ()
) -> Iterator[Finding]:
    """Check that a blog is ready for the public; problems must be fixed first. Opens the database for reading only."""
    yield from run_check("The settings", lambda: (problem(fault) for fault in faults))
    yield from run_check("The deployment", lambda: deployment.examine_machine(settings))
    driver = sqlite_driver()
    try:
        with database.open_read_only(settings) as connection:
            execute = connection.execute
            yield from run_check("The site", lambda: deployment.examine_site(execute))
            yield from run_check("The backups", lambda: deployment.examine_backups(execute, settings))
    except driver.Error:
        yield problem(
            "There is no blog that could be read yet.", "`broadsheet doctor` says more; `broadsheet serve` begins one."
        )
        return
    cards = (more or {}).get("The cards")
    if cards:
        yield from run_check("The cards", lambda: (item for item in cards.examine(False) if item.level != "good"))


def _examine_database(settings: Settings, thorough: bool) -> Generator[Finding, None, bool]:
    """Run the checks of the database; return whether the remaining checks can query it."""
    driver, file = sqlite_driver(), settings.database_file
    if not file.is_file() or not file.stat().st_size:
        yield from run_check("The database", lambda: database.examine_missing(settings))
        return False
    try:
        with database.open_read_only(settings) as connection:
            execute = connection.execute
            if not (yield from database.examine(execute, settings, thorough=thorough)):
                return False
            yield from run_check("The pictures", lambda: pictures.examine(execute, settings))
            yield from run_check("The outbox", lambda: outbox.examine(execute, connection))
            yield from run_check("The clock", lambda: clock.examine(execute))
            yield from run_check("The backups", lambda: backups.examine(execute, settings))
            return True
    except driver.OperationalError as error:
        if error_code(error) in OCCUPIED:
            yield problem("Another process keeps the database to itself.", "Try again in a moment; nothing is lost.")
        else:
            yield problem(f"{file} cannot be read: {error_line(error)}.", recovery_advice(settings))
    except driver.DatabaseError as error:
        yield problem(f"{file} cannot be read as a database: {error_line(error)}.", recovery_advice(settings))
    return False


def is_healthy(findings: Sequence[Finding]) -> bool:
    return not any(finding.level == "bad" for finding in findings)
