"""The backups in a folder: which exist, which is the newest good one, and which to remove."""

import re
import shlex
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from blog import clock
from blog.config import Settings
from blog.core.backup import zip_file
from blog.core.errors import Invalid

# The name says why and when a backup was made: a folder can be listed without opening its files.
NAME = re.compile(r"broadsheet-(daily|manual|before-upgrade|before-restore)-(\d{8}T\d{6}Z)\.zip")
COMPLETE = ("daily", "manual")
UNDO_REASONS = ("before-upgrade", "before-restore")
NAME_TIME = "%Y%m%dT%H%M%SZ"
DAY = timedelta(days=1)
# The newest daily backup of each of the last days that have one stays, and the newest of each of the last weeks.
DAYS, WEEKS = 7, 4
# So many stay of those that undo an upgrade, and of those that undo a restore.
UNDOS = 4


@dataclass(frozen=True)
class StoredBackup:
    """A backup in a folder. `reason` is daily, manual, before-upgrade or before-restore; `bytes` is its size."""

    file: Path
    reason: str
    made_at: datetime
    bytes: int

    @property
    def complete(self) -> bool:
        """Whether it has pictures, too, and not only what an upgrade or a restore replaces."""
        return self.reason in COMPLETE


def list_backups(folder: Path) -> list[StoredBackup]:
    """Return the backups of a folder by their names, newest first; none if the folder cannot be read."""
    backups = []
    with suppress(OSError):
        for file in folder.iterdir():
            # Skip files that are removed meanwhile, or that have no date in their names.
            with suppress(ValueError, FileNotFoundError):
                if match := NAME.fullmatch(file.name):
                    made_at = datetime.strptime(match[2], NAME_TIME).replace(tzinfo=UTC)
                    backups.append(StoredBackup(file, match[1], made_at, file.stat().st_size))
    return sorted(backups, key=lambda backup: (backup.made_at, backup.file.name), reverse=True)


def new_backup_path(folder: Path, reason: str, moment: datetime) -> Path:
    while (file := folder / f"broadsheet-{reason}-{moment.strftime(NAME_TIME)}.zip").exists():
        moment += timedelta(seconds=1)
    return file


def newest_good(folder: Path) -> StoredBackup | None:
    """Return the newest backup whose database and settings match their checksums; its pictures are not read."""
    for stored in list_backups(folder):
        with suppress(Invalid), zip_file.open_backup(stored.file) as backup:
            for member in backup.manifest.entries:
                if member.name.partition("/")[0] not in zip_file.STORED:
                    backup.read(member)
            return stored
    return None


def recovery_advice(settings: Settings) -> str:
    """Return a sentence that says how to recover a blog whose database is lost or damaged."""
    backup = newest_good(settings.backup_folder)
    if backup is None:
        return f"There is no good backup in {settings.backup_folder}."
    made_at = f"{backup.made_at:%Y-%m-%d %H:%M} UTC"
    return f"The newest good backup is of {made_at}: {restore_command(settings, backup.file)} brings it back."


def restore_command(settings: Settings, file: Path) -> str:
    """Return the shell command that restores a backup, in backticks."""
    return f"`{shlex.join(['broadsheet', '--instance', str(settings.instance), 'restore', str(file)])}`"


def is_due(settings: Settings) -> bool:
    """Return whether a day has passed since the last daily backup, and something has changed since."""
    if settings.backups is None or not settings.database_file.is_file():
        return False
    daily = next((backup for backup in not_in_future(settings.backups) if backup.reason == "daily"), None)
    return daily is None or (clock.now() - daily.made_at >= DAY and changed_since(settings, daily.made_at))


def changed_since(settings: Settings, moment: datetime) -> bool:
    """Return whether something that belongs in a backup changed after a time, by the dates of the files."""
    database = settings.database_file.resolve()  # SQLite keeps the log beside the file itself
    files = [database, database.with_name(f"{database.name}-wal"), settings.media, settings.cards]
    files += [file for _, file in zip_file.list_files(settings.instance, ("templates",))]
    newest = 0.0
    for file in files:
        with suppress(OSError):
            newest = max(newest, file.stat().st_mtime)
    return newest > moment.timestamp()


def prune(folder: Path) -> list[Path]:
    """Remove old backups, but never a manual one. Return the removed files."""
    backups = not_in_future(folder)
    daily = [backup for backup in backups if backup.reason == "daily"]
    upgrades, restores = ([backup for backup in backups if backup.reason == reason] for reason in UNDO_REASONS)
    staying = {
        *_newest_of_each(daily, DAYS, lambda backup: backup.made_at.date()),
        *_newest_of_each(daily, WEEKS, lambda backup: backup.made_at.isocalendar()[:2]),
        *upgrades[:UNDOS],
        *restores[:UNDOS],
    }
    old_files = [backup.file for backup in (*daily, *upgrades, *restores) if backup not in staying]
    for file in old_files:
        with suppress(OSError):  # the next call removes it
            file.unlink()
    return old_files


def not_in_future(folder: Path) -> list[StoredBackup]:
    """Return the backups of a folder but those with a future date, from a wrong clock: others must not go for them."""
    now = clock.now()
    return [backup for backup in list_backups(folder) if backup.made_at <= now]


def _newest_of_each(
    backups: Iterable[StoredBackup], limit: int, period: Callable[[StoredBackup], object]
) -> Iterator[StoredBackup]:
    """Yield the first (newest) backup of each period, a day or a week, for at most `limit` periods."""
    seen: set[object] = set()
    for backup in backups:
        if period(backup) not in seen and len(seen) < limit:
            seen.add(period(backup))
            yield backup
