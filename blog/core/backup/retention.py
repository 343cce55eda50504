"""The backups that are kept in a folder: which there are, which is the newest good one, and which of them go."""

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

# What made a backup, and when, is in its name: whoever lists a folder opens none of its files.
NAME = re.compile(r"broadsheet-(daily|manual|before-upgrade|before-restore)-(\d{8}T\d{6}Z)\.zip")
UNDOING = ("before-upgrade", "before-restore")
STAMP = "%Y%m%dT%H%M%SZ"
DAY = timedelta(days=1)
# Of the daily ones the newest of each of the last days that have any, and of each of the last weeks.
DAYS, WEEKS = 7, 4
# Of those that undo an upgrade, and of those that undo a restore.
UNDOS = 4


@dataclass(frozen=True)
class Kept:
    """One backup: why it was made (daily, manual, before-upgrade, before-restore), when, and its size in bytes."""

    file: Path
    reason: str
    made_at: datetime
    bytes: int

    @property
    def whole(self) -> bool:
        """Whether pictures are in it, too, and not only what an upgrade or a restore replaces."""
        return self.reason in ("daily", "manual")


def kept(folder: Path) -> list[Kept]:
    """The backups of a folder by their names, newest first; none when it cannot be read."""
    found = []
    with suppress(OSError):
        for file in folder.iterdir():
            # One that goes meanwhile, or whose name tells no date, is none.
            with suppress(ValueError, FileNotFoundError):
                if named := NAME.fullmatch(file.name):
                    made_at = datetime.strptime(named[2], STAMP).replace(tzinfo=UTC)
                    found.append(Kept(file, named[1], made_at, file.stat().st_size))
    return sorted(found, key=lambda one: (one.made_at, one.file.name), reverse=True)


def place(folder: Path, reason: str, moment: datetime) -> Path:
    """The name of a new backup; no other has it."""
    while (file := folder / f"broadsheet-{reason}-{moment.strftime(STAMP)}.zip").exists():
        moment += timedelta(seconds=1)
    return file


def newest_good(folder: Path) -> Kept | None:
    """The newest backup whose database and settings are as they were written; its pictures are not read."""
    for one in kept(folder):
        with suppress(Invalid), zip_file.opened(one.file) as opened:
            for entry in opened.manifest.entries:
                if entry.name.partition("/")[0] not in zip_file.STORED:
                    opened.read(entry)
            return one
    return None


def advice(settings: Settings) -> str:
    """How to get a blog back whose database is lost or damaged, in one sentence."""
    good = newest_good(settings.backup_folder)
    if good is None:
        return f"There is no good backup in {settings.backup_folder}."
    made_at = f"{good.made_at:%Y-%m-%d %H:%M} UTC"
    return f"The newest good backup is of {made_at}: {command(settings, good.file)} brings it back."


def command(settings: Settings, file: Path) -> str:
    """What restores a backup, to be copied into a shell."""
    return f"`{shlex.join(['broadsheet', '--instance', str(settings.instance), 'restore', str(file)])}`"


def due(settings: Settings) -> bool:
    """Whether a day has passed since the last daily backup, and something has changed since."""
    if settings.backups is None or not settings.database_file.is_file():
        return False
    daily = next((one for one in made_until_now(settings.backups) if one.reason == "daily"), None)
    return daily is None or (clock.now() - daily.made_at >= DAY and changed_since(settings, daily.made_at))


def changed_since(settings: Settings, moment: datetime) -> bool:
    """Whether anything that a backup holds was written after an instant, as far as the dates of files tell."""
    database = settings.database_file.resolve()  # SQLite keeps the log beside the file itself
    files = [database, database.with_name(f"{database.name}-wal"), settings.media, settings.cards]
    files += [file for _, file in zip_file.files(settings.instance, ("templates",))]
    newest = 0.0
    for file in files:
        with suppress(OSError):
            newest = max(newest, file.stat().st_mtime)
    return newest > moment.timestamp()


def prune(folder: Path) -> list[Path]:
    """Remove backups that are of use no more, never one that was asked for; returns those that went."""
    shelf = made_until_now(folder)
    daily = [one for one in shelf if one.reason == "daily"]
    upgrades, restores = ([one for one in shelf if one.reason == reason] for reason in UNDOING)
    staying = {
        *_first_of_each(daily, DAYS, lambda one: one.made_at.date()),
        *_first_of_each(daily, WEEKS, lambda one: one.made_at.isocalendar()[:2]),
        *upgrades[:UNDOS],
        *restores[:UNDOS],
    }
    going = [one.file for one in (*daily, *upgrades, *restores) if one not in staying]
    for file in going:
        with suppress(OSError):  # it goes another time
            file.unlink()
    return going


def made_until_now(folder: Path) -> list[Kept]:
    """The backups of a folder without those that a wrong clock dated ahead, which are in the way of no other."""
    now = clock.now()
    return [one for one in kept(folder) if one.made_at <= now]


def _first_of_each(shelf: Iterable[Kept], most: int, time: Callable[[Kept], object]) -> Iterator[Kept]:
    """The first backup of each day (or week), of so many of them."""
    seen: set[object] = set()
    for one in shelf:
        if time(one) not in seen and len(seen) < most:
            seen.add(time(one))
            yield one
