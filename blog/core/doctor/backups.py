"""Check the backups: whether there are any, how old the newest is, and on which disk they are."""

import os
from datetime import UTC, datetime, timedelta

from blog import clock
from blog.config import Settings
from blog.core.backup import retention
from blog.core.doctor.clock import newest_write
from blog.core.doctor.findings import Execute, Findings, note, ok, problem
from blog.core.text.amounts import count_of, megabytes

# A daily backup may be a day late: a machine may sleep.
MAX_AGE = timedelta(days=2)
FIRST_OWN_POST = (
    "SELECT min(created_at) FROM post WHERE coalesce(origin, '') NOT LIKE 'sample:%' OR version <> origin_version"
)
REMEDY = "`broadsheet backup` makes one; `serve` makes one a day."


def examine(execute: Execute, settings: Settings) -> Findings:
    folder = settings.backup_folder
    if folder.is_dir() and not os.access(folder, os.R_OK | os.X_OK):
        yield problem(f"{folder} cannot be read.", "Give it to the user that runs the blog.")
        return
    stored_backups = retention.list_backups(folder)
    newest = next((backup for backup in stored_backups if backup.complete), None)
    if settings.backups is None:
        yield note("No backups are made by themselves.", "Unset BLOG_BACKUPS to have one a day, or let cron make them.")
    if not newest:
        yield from _examine_missing(execute, settings)
        return
    made_at, written_at = newest.made_at, newest_write(execute)
    total = megabytes(sum(backup.bytes for backup in stored_backups))
    size = f"{count_of(len(stored_backups), 'backup')}, {total}, in {folder}"
    message = f"The newest backup is of {made_at:%Y-%m-%d %H:%M} UTC ({megabytes(newest.bytes)}; {size})"
    if clock.now() - made_at > MAX_AGE and written_at and written_at > made_at:
        yield problem(f"{message}, and the blog has changed since.", REMEDY)
    else:
        yield ok(f"{message}.")
    if on_same_disk(settings):
        yield note(
            "The backups lie on the same disk as the blog: what breaks the one breaks the other.",
            "docs/backup.md says how to copy them elsewhere.",
        )


def on_same_disk(settings: Settings) -> bool:
    """Return whether backups are, or will be, on the disk of the blog."""
    folder = settings.backup_folder
    folder = folder if folder.exists() else folder.parent
    return folder.exists() and folder.stat().st_dev == settings.database_file.parent.stat().st_dev


def _examine_missing(execute: Execute, settings: Settings) -> Findings:
    """Report that there is no backup: a problem if there was time for one and there is something to lose."""
    first = execute(FIRST_OWN_POST).fetchone()[0]
    if first is None:
        return
    first_date = datetime.fromisoformat(first).replace(tzinfo=UTC)
    message = f"There is no backup in {settings.backup_folder}."
    yield problem(message, REMEDY) if clock.now() - first_date > MAX_AGE else note(message, REMEDY)
