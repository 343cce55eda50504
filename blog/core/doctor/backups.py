"""Backups: whether there are any, how old the newest is, and whether they lie where the blog does."""

import os
from datetime import UTC, datetime, timedelta

from blog import clock
from blog.config import Settings
from blog.core.backup import retention
from blog.core.doctor.clock import newest_write
from blog.core.doctor.findings import Findings, Run, count_of, megabytes, note, ok, problem

# The daily one may be a day late: a machine may sleep.
OLD = timedelta(days=2)
OWN = "SELECT min(created_at) FROM post WHERE coalesce(origin, '') NOT LIKE 'sample:%' OR version <> origin_version"
REMEDY = "`broadsheet backup` makes one; `serve` makes one a day."


def examine(run: Run, settings: Settings) -> Findings:
    """Look at the names and sizes of what is kept."""
    folder = settings.backup_folder
    if folder.is_dir() and not os.access(folder, os.R_OK | os.X_OK):
        yield problem(f"{folder} cannot be read.", "Give it to the user that runs the blog.")
        return
    kept = retention.list_backups(folder)
    whole = [one for one in kept if one.complete]
    if settings.backups is None:
        yield note("No backups are made by themselves.", "Unset BLOG_BACKUPS to have one a day, or let cron make them.")
    if not whole:
        yield from _none(run, settings)
        return
    made, written = whole[0].made_at, newest_write(run)
    size = f"{count_of(len(kept), 'backup')}, {megabytes(sum(one.bytes for one in kept))}, in {folder}"
    told = f"The newest backup is of {made:%Y-%m-%d %H:%M} UTC ({megabytes(whole[0].bytes)}; {size})"
    if clock.now() - made > OLD and written and written > made:
        yield problem(f"{told}, and the blog has changed since.", REMEDY)
    else:
        yield ok(f"{told}.")
    if on_same_disk(settings):
        yield note(
            "The backups lie on the same disk as the blog: what breaks the one breaks the other.",
            "docs/backup.md says how to copy them elsewhere.",
        )


def on_same_disk(settings: Settings) -> bool:
    """Whether backups lie, or will lie, on the disk of the blog."""
    folder = settings.backup_folder
    place = folder if folder.exists() else folder.parent
    return place.exists() and place.stat().st_dev == settings.database_file.parent.stat().st_dev


def _none(run: Run, settings: Settings) -> Findings:
    """No backup at all: bad, once there was time for one and there is something to lose."""
    first = run(OWN).fetchone()[0]
    if first is None:
        return
    began = datetime.fromisoformat(first).replace(tzinfo=UTC)
    said = f"There is no backup in {settings.backup_folder}."
    yield problem(said, REMEDY) if clock.now() - began > OLD else note(said, REMEDY)
