"""Back up a blog while it is read and written: one file, verified before it is shown."""

import errno
import fcntl
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from blog import clock
from blog.config import Settings
from blog.core.backup import retention, sqlite_copy, zip_file
from blog.core.backup.scratch import workspace
from blog.core.backup.zip_file import DATABASE, Entry, Manifest, Progress, unseen
from blog.core.errors import DiskFull, Invalid, Unavailable, Unusable
from blog.core.images import storage, variants
from blog.core.schema import integrity
from blog.extensions import watcher_engine
from blog.migrations import HEAD

KIND = "backup"
FULL = (errno.ENOSPC, errno.EDQUOT)
# A daily backup leaves so much of a disk to everybody else.
SPARE_BYTES = 256 * 2**20
# Pictures may be deleted and brought back while they are read.
TRIES = 3


@dataclass(frozen=True)
class Made:
    """A backup that was just made: its size in bytes, what it says of itself, and pictures whose files are lost.

    What is `unsound` in the database would keep it from being restored.
    """

    file: Path
    bytes: int
    manifest: Manifest
    missing: tuple[str, ...]
    unsound: str


def back_up(settings: Settings, reason: str, target: Path | None = None, progress: Progress = unseen) -> Made:
    """Back up a blog into a file, or into the folder of backups.

    A `daily` or `manual` one is whole. What is to undo an upgrade or a restore holds no pictures, since neither takes
    any away. A file that is a backup already is replaced once the new one is whole. Raises Unusable when the database
    is damaged or missing, Invalid when something else is at the target, NoRoom, and Unavailable when it cannot be
    written. `progress` is told of the bytes that were read: of what is saved, and once more of what was written.
    """
    database = settings.database_file
    if not database.is_file() or not database.stat().st_size:
        raise Unusable(f"There is no blog to back up: {database} {'is empty' if database.exists() else 'is missing'}.")
    target = target and target.resolve()  # or a link would be replaced, not the file it leads to
    with writable(target or settings.backup_folder):
        folder = _ready(settings, target)
        with workspace(folder, KIND) as making:
            draft, manifest, missing = _write(settings, making, reason, progress)
            verify(draft, progress)
            unsound = _unsound(making / DATABASE) if manifest.schema == HEAD else ""
            file = retention.place(folder, reason, manifest.made_at) if target in (None, folder) else target
            assert file is not None  # noqa: S101
            draft.replace(file)
            storage.sync_folder(folder)
        # A restore does so itself, at its end: one that fails pushes none out, least of all the one it reads.
        if target is None and reason != "before-restore":
            retention.prune(folder)
    return Made(file, file.stat().st_size, manifest, missing, unsound)


def keep_daily(settings: Settings) -> Made | None:
    """Make today's backup when one is due, and let old ones go; None when there is nothing to do.

    Of several processes one makes it. Raises what `back_up` does.
    """
    folder = settings.backups
    if folder is None or not retention.due(settings):
        return None
    with writable(folder):
        folder.mkdir(0o700, exist_ok=True)
        with _alone(folder) as alone:
            if not alone or not retention.due(settings):
                return None
            _make_room(settings, folder)
            return back_up(settings, "daily")


def verify(file: Path, progress: Progress = unseen) -> None:
    """Read a backup whole, and compare it with what its manifest says. Raises Invalid."""
    with zip_file.opened(file) as opened:
        for entry in opened.manifest.entries:
            opened.read(entry, None, progress)


@contextmanager
def writable(place: Path, nothing: str = "No backup was made") -> Iterator[None]:
    """What keeps files from being written becomes a sentence, which says that nothing was done."""
    try:
        yield
    except OSError as error:
        if error.errno in FULL:
            raise DiskFull(f"The disk is full. {nothing}; free some space and try again.") from error
        raise Unavailable(f"{nothing}: {error.filename or place}: {error.strerror}.") from error


def _ready(settings: Settings, target: Path | None) -> Path:
    """The folder that a backup goes to. Nothing but another backup is ever written over. Raises OSError."""
    folder = settings.backup_folder if target is None else target if target.is_dir() else target.parent
    for name in zip_file.FOLDERS:
        if (settings.instance / name).resolve() in (folder.resolve(), *folder.resolve().parents):
            raise Invalid("file", f"{folder} is backed up itself. No backup was made; choose another folder.")
    if target is None:
        folder.mkdir(0o700, exist_ok=True)
    elif not folder.is_dir():
        raise Invalid("file", f"There is no folder {folder}. No backup was made.")
    elif target != folder and target.exists():
        try:
            with zip_file.opened(target):
                pass
        except Invalid as error:
            raise Invalid("file", f"{target} is there already, and is no backup. It was left as it is.") from error
    return folder


def _write(settings: Settings, making: Path, reason: str, progress: Progress) -> tuple[Path, Manifest, tuple[str, ...]]:
    """An archive, not verified yet; and the pictures it lacks."""
    copy, draft, moment = making / DATABASE, making / "draft.zip", clock.now().replace(microsecond=0)
    _refuse_small(making, settings.database_file.stat().st_size)
    sqlite_copy.take(settings.database_file, copy)
    if damages := sqlite_copy.damages(copy):
        raise Unusable(f"The database is damaged ({damages[0]}): no backup was made. {retention.advice(settings)}")
    facts, whole = sqlite_copy.facts(copy), reason in ("daily", "manual")

    def about(entries: tuple[Entry, ...]) -> Manifest:
        scope = "all" if whole else "database"
        return Manifest(zip_file.FORMAT, moment, reason, scope, version(), facts.schema, facts.counts, entries)

    for attempt in range(TRIES):
        members = dict(zip_file.files(settings.instance, zip_file.FOLDERS if whole else ("templates",)))
        missing = _complete(members, copy, settings.media) if whole else ()
        try:
            _refuse_small(making, copy.stat().st_size + sum(file.stat().st_size for file in members.values()))
            return draft, zip_file.write(draft, {DATABASE: copy, **members}, about, progress), missing
        except FileNotFoundError:
            if attempt + 1 == TRIES:
                raise
    raise AssertionError


def _unsound(copy: Path) -> str:
    """What a restore would refuse: better known while the blog is there to be mended."""
    engine = watcher_engine(copy)
    with engine.connect() as connection:
        return integrity.unsound(connection)


def version() -> str:
    """The version of this code, as it was installed."""
    try:
        return metadata.version("broadsheet")
    except metadata.PackageNotFoundError:
        return "unknown"


def _complete(members: dict[str, Path], copy: Path, folder: Path) -> tuple[str, ...]:
    """Add what was moved behind the back of whoever listed the folder; the pictures whose files are lost."""
    missing = []
    for name in sqlite_copy.pictures(copy):
        if f"media/{name}" not in members:
            lying = {f"media/{each}": folder / each for each in variants.file_names(name[:24])}
            members |= {member: file for member, file in lying.items() if file.is_file()}
            missing += [name] if f"media/{name}" not in members else []
    return tuple(missing)


def _refuse_small(folder: Path, wanted: int, spare: int = 0) -> None:
    """Refuse to begin what would fill the disk."""
    free = free_bytes(folder)
    if wanted + spare > free:
        raise DiskFull(
            f"A backup needs up to {wanted / 1e6:,.0f} MB, and {free / 1e6:,.0f} MB of disk are free. None was made."
        )


def free_bytes(folder: Path) -> int:
    """How much a disk still takes."""
    disk = os.statvfs(folder)
    return disk.f_bavail * disk.f_frsize


def size(settings: Settings, folders: Iterable[str] = zip_file.FOLDERS) -> int:
    """About how many bytes a backup with these folders unpacks to. Raises OSError."""
    files = [settings.database_file, *dict(zip_file.files(settings.instance, folders)).values()]
    return sum(file.stat().st_size for file in files if file.is_file())


def _make_room(settings: Settings, folder: Path) -> None:
    """Let the oldest daily backups go when a new one would not fit beside them; the newest always stays."""
    wanted = settings.database_file.stat().st_size + size(settings)
    daily = [one for one in retention.kept(folder) if one.reason == "daily"]
    while len(daily) > 1 and free_bytes(folder) < wanted + SPARE_BYTES:
        daily.pop().file.unlink(missing_ok=True)
    _refuse_small(folder, wanted, SPARE_BYTES)


@contextmanager
def _alone(folder: Path) -> Iterator[bool]:
    """Whether no other process is making a daily backup."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        alone = True
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            alone = False
        yield alone
    finally:
        os.close(descriptor)
