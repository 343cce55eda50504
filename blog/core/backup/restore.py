"""Restore a blog from a backup, under a running server or into an empty folder.

Everything is unpacked and checked in a scratch folder first. Then pictures are added, and the live database is
replaced in a single transaction: from this moment on, the blog is the restored one. The owner's stylesheet and
templates follow; if the process is killed in between, the next one completes this (`finish_interrupted`).
"""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from secrets import token_hex

from sqlalchemy import delete, insert, select, update
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from blog import clock, config
from blog.config import BadSetting, Settings
from blog.core.backup import sqlite_copy, upgrade, zip_file
from blog.core.backup.create import create_backup, explain_write_errors, free_bytes
from blog.core.backup.retention import NAME_TIME, prune
from blog.core.backup.zip_file import DATABASE, BackupFile, Manifest, Progress, no_progress
from blog.core.db.transaction import describe_error
from blog.core.errors import DiskFull, Invalid, Unavailable, Unusable
from blog.core.images import storage
from blog.core.schema import integrity, migrate
from blog.core.text.amounts import count_of, noun
from blog.extensions import is_read_only, separate_engine
from blog.files import move_file, remove_if_stale, scratch_folder, stale_folders, sync_folder
from blog.models import AuthorSession, Lease, Media, Site

KIND = "restore"
NOTHING_RESTORED = "Nothing was restored"
UNFINISHED = "The posts are restored, custom.css and templates are not yet; the next command goes on with them"
# A restore makes these as they are in the backup, and removes them if it has none.
REPLACED_FILES = ("custom.css", "templates")
CONFIG = "config.toml"
# The machine's own settings and key stay.
MACHINE_FILES = (CONFIG, "secret_key")
PRIVATE_FILES = (DATABASE, *MACHINE_FILES)
PUBLIC_VERSION = select(Site.public_version, Site.changed_at)
# More changes than authors publish between the choice of a version and the moment at which readers see it.
VERSION_STEP = 2**20
SECOND = timedelta(seconds=1)
UNPACKED, TO_PUT, TO_REMOVE = "unpacked", "put", "remove"


@dataclass
class RestoreResult:
    """The manifest of the restored backup, where the blog that was replaced is now, and notes for the author.

    `replaced_blog` is the backup of the replaced blog, or a folder with its files. `restart` is set if a running server
    must be restarted, because the database is a new file.
    """

    manifest: Manifest
    replaced_blog: Path | None = None
    notes: list[str] = field(default_factory=list)
    restart: bool = False


def restore(
    settings: Settings, file: Path, *, dry_run: bool = False, progress: Progress = no_progress
) -> RestoreResult:
    """Restore a blog from a backup; with `dry_run`, check the backup only.

    The present blog is backed up before. Raises Invalid if the file is no good backup, before anything is changed.
    Raises DiskFull and Unavailable if the disk or another process prevents it; the blog is then as it was.
    """
    instance = settings.instance
    with (
        zip_file.open_backup(file) as backup,
        explain_write_errors(instance, NOTHING_RESTORED),
        migrate.upgrade_lock(settings.database_file.parent),
        _finish_stale(settings),
        scratch_folder(instance, KIND, lambda folder: folder.name == _restore_id(settings.database_file)) as scratch,
    ):
        used = any((instance / name).exists() for name in upgrade.USED_TRACES)
        result = RestoreResult(backup.manifest, restart=used and not _has_content(settings.database_file))
        _unpack(settings, backup, scratch, progress)
        _check_database(file, scratch / UNPACKED / DATABASE, result)
        if not dry_run:
            _save_present_blog(settings, result, progress)
            _add_pictures(settings, scratch, result)
            _stage_files(settings, scratch, result)
            os.sync()
            _mark_restored(settings, scratch)
            _put_database(settings, scratch / UNPACKED / DATABASE, result)
            with explain_write_errors(instance, UNFINISHED):
                _put_files(instance, scratch)
    if not dry_run:
        prune(settings.backup_folder)
    return result


def finish_interrupted(settings: Settings) -> bool:
    """Clean up after killed restores: complete the one whose database was written, and remove the others.

    Return whether one was completed. Raises DiskFull and Unavailable if it cannot be.
    """
    if is_read_only(settings.instance):
        return False
    stale = stale_folders(settings.instance, KIND)  # first: these restores change the database no more
    try:
        restore_id = _restore_id(settings.database_file) if stale else ""
    except Unavailable:
        return False  # nobody can know now which one to complete; all stay
    if restore_id not in [scratch.name for scratch in stale]:
        for scratch in stale:
            remove_if_stale(scratch)
        return False
    with (
        explain_write_errors(settings.instance, "A restore that was cut off cannot be finished"),
        migrate.upgrade_lock(settings.database_file.parent),
        _finish_stale(settings),
    ):
        return True


def is_interrupted(settings: Settings) -> bool:
    return bool(stale_folders(settings.instance, KIND))


@contextmanager
def _finish_stale(settings: Settings) -> Iterator[None]:
    """Before the block, complete or remove what killed restores left. The caller holds `upgrade_lock`."""
    for scratch in stale_folders(settings.instance, KIND):
        if scratch.name == _restore_id(settings.database_file):
            _put_files(settings.instance, scratch)
        remove_if_stale(scratch)
    yield


def _restore_id(database: Path) -> str:
    """Return the name of the scratch folder that a live database was restored from, or "". Raises Unavailable."""
    if not _has_content(database):
        return ""
    try:
        with sqlite_copy.open_database(database, "ro") as connection:
            if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'lease'").fetchone():
                return ""
            row = connection.execute("SELECT holder FROM lease WHERE name = ?", (KIND,)).fetchone()
    except Unusable:
        return ""
    return str(row[0]) if row else ""


def _unpack(settings: Settings, backup: BackupFile, scratch: Path, progress: Progress) -> None:
    """Unpack all files but the pictures that are already in place. All are compared with their checksums."""
    members = backup.manifest.entries
    in_place = {member.name for member in members if _is_in_place(settings.instance, member)}
    needed = sum(member.bytes for member in members if member.name not in in_place)
    # The database is written once more, by way of its log.
    needed += 2 * next(member.bytes for member in members if member.name == DATABASE)
    if needed > (free := free_bytes(settings.instance)):
        raise DiskFull(
            f"It needs {needed / 1e6:,.0f} MB, and {free / 1e6:,.0f} MB of disk are free. {NOTHING_RESTORED}."
        )
    for member in members:
        if member.name in in_place:
            backup.read(member, None, progress)
            continue
        target = scratch / UNPACKED / member.name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.touch(0o600 if member.name in PRIVATE_FILES else 0o666)
        with target.open("wb") as out:
            backup.read(member, out, progress)


def _is_in_place(instance: Path, member: zip_file.Member) -> bool:
    """Return whether a picture is in the instance folder already, with the same bytes."""
    file = instance / member.name
    if member.name.partition("/")[0] not in zip_file.STORED or not file.is_file():
        return False
    return file.stat().st_size == member.bytes and zip_file.digest(file) == member.sha256


def _check_database(file: Path, database: Path, result: RestoreResult) -> None:
    """Refuse a database that is damaged, not a blog's, or of a newer Broadsheet; upgrade an older one."""
    if damage := sqlite_copy.find_damage(database):
        raise zip_file.unusable_backup(file, f"its database is damaged ({damage[0]})")
    engine = separate_engine(database)
    try:
        sqlite_copy.database_info(database)
        migrate.upgrade(engine, lambda _: None)
        with engine.begin() as connection:
            if missing := migrate.missing_columns(connection):
                raise zip_file.unusable_backup(file, f"its database lacks {missing[0]}")
            if violation := integrity.find_violation(connection):
                raise zip_file.unusable_backup(file, f"its database {violation}")
            broken = len(connection.exec_driver_sql("PRAGMA foreign_key_check").all())
            migrate.recreate_triggers(connection)
    except (Unusable, SQLAlchemyError) as error:
        message = describe_error(error) if isinstance(error, DBAPIError) else str(error).replace(str(database), "it")
        raise Invalid("file", f"The database in {file} cannot be used: {zip_file.printable(message)}") from error
    finally:
        engine.dispose()
    if broken:
        one, several = "reference in the restored database leads", "references in the restored database lead"
        count, subject = count_of(broken, one, several), noun(broken, "it", "they")
        result.notes.append(f"{count} nowhere, as {subject} did when the database was saved.")


def _save_present_blog(settings: Settings, result: RestoreResult, progress: Progress) -> None:
    """Back up the blog that is replaced; if this fails because its database is damaged, copy its files."""
    try:
        if _has_content(settings.database_file):
            result.replaced_blog = create_backup(settings, "before-restore", progress=progress).file
            return
    except Unavailable as error:
        raise Unavailable(f"{NOTHING_RESTORED}: what is here could not be backed up before. {error}") from error
    except Unusable as error:
        result.notes.append(f"What was here could not be backed up. {error}")
    result.replaced_blog = _copy_aside(settings)


def _copy_aside(settings: Settings) -> Path | None:
    """Copy the files that are replaced into a folder beside the backups, and return it; None if there are none."""
    files = [*_database_files(settings.database_file), *(settings.instance / name for name in REPLACED_FILES)]
    if not (files := [file for file in files if file.exists()]):
        return None
    folder = settings.backup_folder / f"replaced-{clock.now().strftime(NAME_TIME)}-{token_hex(2)}"
    folder.mkdir(0o700, parents=True)
    try:
        for file in files:
            if file.is_dir():
                shutil.copytree(file, folder / file.name, symlinks=True)  # editors leave links that lead nowhere
            else:
                shutil.copy2(file, folder / file.name)
    except OSError:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return folder


def _has_content(database: Path) -> bool:
    """Return whether there is a database, good or damaged."""
    return database.is_file() and database.stat().st_size > 0


def _database_files(database: Path) -> list[Path]:
    database = database.resolve()  # SQLite keeps the log beside the file itself
    files = [database.with_name(database.name + ending) for ending in ("", "-wal", "-shm")]
    return [file for file in files if file.exists()]


def _add_pictures(settings: Settings, scratch: Path, result: RestoreResult) -> None:
    """Move pictures and cards into place, and bring back those deleted since. No picture is removed."""
    for top in zip_file.STORED:
        for folder, _, names in os.walk(scratch / UNPACKED / top):
            for file in (Path(folder, name) for name in names):
                target = settings.instance / file.relative_to(scratch / UNPACKED)
                target.parent.mkdir(parents=True, exist_ok=True)
                move_file(file, target)
    missing = []
    for name in sqlite_copy.picture_names(scratch / UNPACKED / DATABASE):
        if not (settings.media / name).is_file():
            storage.restore_files(settings.media, name[:24])
            missing += [name] if not (settings.media / name).is_file() else []
    if missing:
        result.notes.append(f"Files of {count_of(len(missing), 'picture')} are missing, {missing[0]} among them.")


def _stage_files(settings: Settings, scratch: Path, result: RestoreResult) -> None:
    """Prepare two folders for `_put_files`, so that it can be repeated: files to put, and names to remove."""
    (scratch / TO_PUT).mkdir()
    (scratch / TO_REMOVE).mkdir()
    _stage_config(settings, scratch, result)
    for name in (*REPLACED_FILES, *MACHINE_FILES):
        unpacked, present = scratch / UNPACKED / name, settings.instance / name
        if unpacked.exists() and not (name in MACHINE_FILES and present.exists()):
            unpacked.replace(scratch / TO_PUT / name)
        elif name in REPLACED_FILES:
            (scratch / TO_REMOVE / name).touch()


def _stage_config(settings: Settings, scratch: Path, result: RestoreResult) -> None:
    """Put the backup's config.toml beside the present one, or beside its place if it names another database."""
    unpacked, present = scratch / UNPACKED / CONFIG, settings.instance / CONFIG
    if not unpacked.exists() or (present.exists() and unpacked.read_bytes() == present.read_bytes()):
        return
    if present.exists():
        reason = "config.toml stayed as it is here"
    elif not _has_same_database(settings, unpacked.parent):
        reason = "The backup's config.toml names another database, or cannot be read: it was not put in place"
    else:
        return
    unpacked.replace(scratch / TO_PUT / f"{CONFIG}.restored")
    result.notes.append(f"{reason}; the backup's lies beside it, as config.toml.restored.")


def _has_same_database(settings: Settings, folder: Path) -> bool:
    """Return whether the config.toml in a folder can be read and names no other database than the restored one."""
    try:
        restored = config.load(folder, environ={})
    except BadSetting:
        return False
    return restored.sources["database_url"] == "default" or restored.database_url == settings.database_url


def _mark_restored(settings: Settings, scratch: Path) -> None:
    """Make the database ready to be live: a newer public version, nobody signed in, the restore's id in a lease."""
    now, live = clock.now().replace(microsecond=0), _public_version(settings.database_file)
    engine = separate_engine(scratch / UNPACKED / DATABASE)
    with engine.begin() as connection:
        # Or pictures that were deleted long before the backup was made would be purged at once, and no undo of this
        # restore could bring them back.
        connection.execute(update(Media).where(Media.deleted_at.is_not(None)).values(deleted_at=now))
        connection.execute(delete(AuthorSession))
        connection.execute(delete(Lease))
        connection.execute(insert(Lease).values(name=KIND, holder=scratch.name, until=now))
        restored = connection.execute(PUBLIC_VERSION).one()
        if live:
            version = max(restored[0], live[0]) + VERSION_STEP
            changed_at = max(now, restored[1] + SECOND, live[1] + SECOND)
            values = {"public_version": version, "changed_version": version, "changed_at": changed_at}
            connection.execute(update(Site).values(values))
    engine.dispose()
    sqlite_copy.close_wal(scratch / UNPACKED / DATABASE)


def _public_version(file: Path) -> tuple[int, datetime] | None:
    """Return the public version of the live blog and its date; None if they cannot be read."""
    if not file.is_file():
        return None
    engine = separate_engine(file)
    try:
        with engine.connect() as connection:
            version, changed_at = connection.execute(PUBLIC_VERSION).one()
    except (SQLAlchemyError, ValueError):
        return None
    finally:
        engine.dispose()
    return version, changed_at


def _put_database(settings: Settings, database: Path, result: RestoreResult) -> None:
    """Replace the live database; where there is none, or one that cannot be opened, move the new file there."""
    target = settings.database_file.resolve()
    try:
        if _has_content(target):
            sqlite_copy.replace_database(database, target)
            return
    except Unusable:
        result.restart = True  # not even its head can be read
    for file in _database_files(target):
        if file.name.endswith(("-wal", "-shm")):  # of the old file: SQLite would take them for the new one's
            file.unlink()
    database.chmod(0o600)
    move_file(database, target)


def _put_files(instance: Path, scratch: Path) -> None:
    """Replace the owner's files with the restored ones. It can be repeated after it was killed.

    If the folders that list the files are gone, another process has done all of it, and was killed while it cleaned up.
    """
    for marker in (scratch / TO_REMOVE).glob("*"):
        _move_away(instance / marker.name, scratch)
        marker.unlink()
    for file in (scratch / TO_PUT).glob("*"):
        target = instance / file.name
        if file.is_dir() or target.is_dir():  # a folder cannot be replaced in one step
            _move_away(target, scratch)
        file.replace(target)
    sync_folder(instance)


def _move_away(file: Path, scratch: Path) -> None:
    """Move a file of the replaced blog into the scratch folder: its backup has it."""
    if file.exists() or file.is_symlink():
        file.replace(scratch / f"old-{file.name}-{token_hex(4)}")
