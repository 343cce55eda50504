"""Back up a blog while it is read and written: one file, verified before it gets its name."""

import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from blog import clock, migrations
from blog.config import Settings
from blog.core.backup import retention, sqlite_copy, zip_file
from blog.core.backup.zip_file import DATABASE, Manifest, Progress, no_progress
from blog.core.errors import DiskFull, Invalid, Unavailable, Unusable, disk_full, is_disk_full
from blog.core.images import variants
from blog.core.schema import integrity
from blog.extensions import watcher_engine
from blog.files import lock_if_free, scratch_folder, sync_folder

KIND = "backup"
# A daily backup leaves this much of the disk free.
SPARE_BYTES = 256 * 2**20
# Pictures may be deleted or restored while they are read.
ATTEMPTS = 3


@dataclass(frozen=True)
class BackupResult:
    """A new backup: its file, its size in bytes, its manifest, and the pictures whose files are missing.

    `restore_problem` says why a restore would refuse the database; it is empty if nothing is wrong.
    """

    file: Path
    bytes: int
    manifest: Manifest
    missing_pictures: tuple[str, ...]
    restore_problem: str


def create_backup(
    settings: Settings, reason: str, target: Path | None = None, progress: Progress = no_progress
) -> BackupResult:
    """Back up a blog into the file or folder `target`, by default into the folder of backups.

    A `daily` or `manual` backup has everything. The ones made before an upgrade or a restore have no pictures, because
    neither of these removes any. If the target is a backup, it is replaced once the new one is complete. `progress` is
    called with the bytes that were read, first while writing and again while verifying. Raises Unusable when the
    database is damaged or missing, Invalid when the target is something else than a backup, DiskFull, and Unavailable
    when the backup cannot be written.
    """
    database = settings.database_file
    if not database.is_file() or not database.stat().st_size:
        raise Unusable(f"There is no blog to back up: {database} {'is empty' if database.exists() else 'is missing'}.")
    target = target and target.resolve()  # or a link would be replaced, not the file it leads to
    with explain_write_errors(target or settings.backup_folder):
        folder = _target_folder(settings, target)
        with scratch_folder(folder, KIND) as scratch:
            draft = scratch / "draft.zip"
            manifest, missing = _write(settings, draft, reason, progress)
            verify(draft, progress)
            restore_problem = _find_violation(scratch / DATABASE) if manifest.schema == migrations.HEAD else ""
            file = retention.new_backup_path(folder, reason, manifest.made_at) if target in (None, folder) else target
            assert file is not None  # noqa: S101
            draft.replace(file)
            sync_folder(folder)
        # A restore prunes at its own end: if it fails, it must remove no backup, least of all the one it reads.
        if target is None and reason != "before-restore":
            retention.prune(folder)
    return BackupResult(file, file.stat().st_size, manifest, missing, restore_problem)


def create_if_due(settings: Settings) -> BackupResult | None:
    """Create today's backup if one is due, and prune old ones. Return None if none is due.

    If several processes call this, one creates it. Raises what `create_backup` raises.
    """
    folder = settings.backups
    if folder is None or not retention.is_due(settings):
        return None
    with explain_write_errors(folder):
        folder.mkdir(0o700, exist_ok=True)
        with lock_if_free(folder) as locked:
            if not locked or not retention.is_due(settings):
                return None
            _make_room(settings, folder)
            return create_backup(settings, "daily")


def verify(file: Path, progress: Progress = no_progress) -> None:
    """Read a whole backup and compare it with its manifest. Raises Invalid."""
    with zip_file.open_backup(file) as backup:
        for member in backup.manifest.entries:
            backup.read(member, None, progress)


@contextmanager
def explain_write_errors(path: Path, outcome: str = "No backup was made") -> Iterator[None]:
    """Turn an OSError into DiskFull or Unavailable, with a message that begins with the outcome."""
    try:
        yield
    except OSError as error:
        if is_disk_full(error):
            raise disk_full(outcome) from error
        raise Unavailable(f"{outcome}: {error.filename or path}: {error.strerror}.") from error


def _target_folder(settings: Settings, target: Path | None) -> Path:
    """Return the folder for the new backup. Raise Invalid rather than overwrite another kind of file."""
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
            with zip_file.open_backup(target):
                pass
        except Invalid as error:
            raise Invalid("file", f"{target} is there already, and is no backup. It was left as it is.") from error
    return folder


def _write(settings: Settings, draft: Path, reason: str, progress: Progress) -> tuple[Manifest, tuple[str, ...]]:
    """Write a backup that is not verified yet. Return its manifest and the names of missing pictures."""
    copy, moment = draft.with_name(DATABASE), clock.now().replace(microsecond=0)
    _require_space(draft.parent, settings.database_file.stat().st_size)
    sqlite_copy.copy_database(settings.database_file, copy)
    if damage := sqlite_copy.find_damage(copy):
        advice = retention.recovery_advice(settings)
        raise Unusable(f"The database is damaged ({damage[0]}): no backup was made. {advice}")
    (schema, counts), complete = sqlite_copy.database_info(copy), reason in retention.COMPLETE
    scope = "all" if complete else "database"
    manifest = Manifest(zip_file.FORMAT, moment, reason, scope, installed_version(), schema, counts)
    for attempt in range(ATTEMPTS):
        members = dict(zip_file.list_files(settings.instance, zip_file.FOLDERS if complete else ("templates",)))
        missing = _add_moved_pictures(members, copy, settings.media) if complete else ()
        try:
            _require_space(draft.parent, copy.stat().st_size + sum(file.stat().st_size for file in members.values()))
            return zip_file.write(draft, {DATABASE: copy, **members}, manifest, progress), missing
        except FileNotFoundError:
            if attempt + 1 == ATTEMPTS:
                raise
    raise AssertionError


def _find_violation(copy: Path) -> str:
    """Return why a restore would refuse this database: better to know while the blog is there to be fixed."""
    engine = watcher_engine(copy)
    with engine.connect() as connection:
        return integrity.find_violation(connection)


def installed_version() -> str:
    try:
        return metadata.version("broadsheet")
    except metadata.PackageNotFoundError:
        return "unknown"


def _add_moved_pictures(members: dict[str, Path], copy: Path, folder: Path) -> tuple[str, ...]:
    """Add pictures that were moved while the folder was listed. Return the names of pictures without files."""
    missing = []
    for name in sqlite_copy.picture_names(copy):
        if f"media/{name}" not in members:
            files = {f"media/{file_name}": folder / file_name for file_name in variants.file_names(name[:24])}
            members |= {member: file for member, file in files.items() if file.is_file()}
            missing += [name] if f"media/{name}" not in members else []
    return tuple(missing)


def _require_space(folder: Path, needed: int, spare: int = 0) -> None:
    free = free_bytes(folder)
    if needed + spare > free:
        raise DiskFull(
            f"A backup needs up to {needed / 1e6:,.0f} MB, and {free / 1e6:,.0f} MB of disk are free. None was made."
        )


def free_bytes(folder: Path) -> int:
    return shutil.disk_usage(folder).free


def unpacked_size(settings: Settings, folders: Iterable[str] = zip_file.FOLDERS) -> int:
    """Estimate the bytes that a backup with these folders unpacks to. Raises OSError."""
    files = [settings.database_file, *dict(zip_file.list_files(settings.instance, folders)).values()]
    return sum(file.stat().st_size for file in files if file.is_file())


def _make_room(settings: Settings, folder: Path) -> None:
    """Remove the oldest daily backups if a new one would not fit beside them; the newest always stays."""
    needed = settings.database_file.stat().st_size + unpacked_size(settings)
    daily = [backup for backup in retention.list_backups(folder) if backup.reason == "daily"]
    while len(daily) > 1 and free_bytes(folder) < needed + SPARE_BYTES:
        daily.pop().file.unlink(missing_ok=True)
    _require_space(folder, needed, SPARE_BYTES)
