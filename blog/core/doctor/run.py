"""Look a blog over, and mend what is safe. Each finding says what to do; nothing is written by looking."""

from collections.abc import Generator, Iterator, Mapping, Sequence

from blog.config import Settings
from blog.core.backup.retention import recovery_advice
from blog.core.doctor import backups, clock, database, deployment, files, outbox, pictures
from blog.core.doctor.findings import Check, Finding, error_line, problem, run_check
from blog.extensions import sqlite_driver

__all__ = ["Finding", "before_going_public", "examine", "is_healthy"]

BUSY = ("locked", "busy")


def examine(
    settings: Settings,
    more: Mapping[str, Check] | None = None,
    *,
    faults: Sequence[str] = (),
    thorough: bool = True,
) -> Iterator[Finding]:
    """Everything that is to be said of a blog. Opens the database for reading only, mends nothing, never fails.

    `more` are checks that need an app, by what they look at; `faults` are what could not be read of the settings. Not
    `thorough` is what takes no longer than somebody waits for a page; what was left out is said.
    """
    yield from run_check("The address", lambda: deployment.examine_settings(settings, faults))
    yield from run_check("The folders", lambda: files.examine(settings))
    yield from run_check("The SQLite library", database.examine_library)
    usable = yield from _of_database(settings, thorough)
    for what, check in (more or {}).items():
        if usable or not check.asks:
            yield from run_check(what, lambda look=check.look: look(thorough))  # type: ignore[misc]


def before_going_public(
    settings: Settings, more: Mapping[str, Check] | None = None, *, faults: Sequence[str] = ()
) -> Iterator[Finding]:
    """What is to be done before others read a blog: what is bad must be. Opens the database for reading only."""
    yield from run_check("The settings", lambda: (problem(fault) for fault in faults))
    yield from run_check("The deployment", lambda: deployment.examine_machine(settings))
    driver = sqlite_driver()
    try:
        with database.open_read_only(settings) as connection:
            run = connection.execute
            yield from run_check("The site", lambda: deployment.examine_site(run))
            yield from run_check("The backups", lambda: deployment.examine_backups(run, settings))
    except driver.Error:
        yield problem(
            "There is no blog that could be read yet.", "`broadsheet doctor` says more; `broadsheet serve` begins one."
        )
        return
    cards = (more or {}).get("The cards")
    if cards:
        yield from run_check("The cards", lambda: (each for each in cards.look(False) if each.level != "good"))


def _of_database(settings: Settings, thorough: bool) -> Generator[Finding, None, bool]:
    """What a connection to the database tells. Returns whether a whole blog can be asked further questions."""
    driver, file = sqlite_driver(), settings.database_file
    if not file.is_file() or not file.stat().st_size:
        yield from run_check("The database", lambda: database.examine_missing(settings))
        return False
    try:
        with database.open_read_only(settings) as connection:
            run = connection.execute
            if not (yield from database.examine(run, settings, thorough=thorough)):
                return False
            yield from run_check("The pictures", lambda: pictures.examine(run, settings))
            yield from run_check("The outbox", lambda: outbox.examine(run, connection))
            yield from run_check("The clock", lambda: clock.examine(run))
            yield from run_check("The backups", lambda: backups.examine(run, settings))
            return True
    except driver.OperationalError as error:
        if any(sign in str(error) for sign in BUSY):
            yield problem("Another process keeps the database to itself.", "Try again in a moment; nothing is lost.")
        else:
            yield problem(f"{file} cannot be read: {error_line(error)}.", recovery_advice(settings))
    except driver.DatabaseError as error:
        yield problem(f"{file} cannot be read as a database: {error_line(error)}.", recovery_advice(settings))
    return False


def is_healthy(findings: Sequence[Finding]) -> bool:
    """Whether nothing is bad."""
    return not any(finding.level == "bad" for finding in findings)
