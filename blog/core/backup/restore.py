"""Put a blog back as a backup holds it, under a running server or into an empty folder.

Everything is unpacked and judged beside the blog first. Then pictures are added, and the database is written into the
live one in a single transaction, which is the moment at which the blog becomes another. The owner's stylesheet and
templates follow it; a process that is killed in between leaves them to the next one (`finish`).
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
from blog.core.backup.create import back_up, free_bytes, writable
from blog.core.backup.retention import STAMP, prune
from blog.core.backup.scratch import abandoned, remove, workspace
from blog.core.backup.zip_file import DATABASE, Archive, Manifest, Progress, unseen
from blog.core.db.transaction import describe_error
from blog.core.errors import DiskFull, Invalid, Unavailable, Unusable
from blog.core.images import storage
from blog.core.schema import integrity, migrate
from blog.extensions import is_read_only, separate_engine
from blog.models import AuthorSession, Lease, Media, Site

KIND = "restore"
NOTHING = "Nothing was restored"
UNFINISHED = "The posts are restored, custom.css and templates are not yet; the next command goes on with them"
# What is as the backup says afterwards, and is gone when it holds none. The machine's own settings and key stay.
FOLLOWING = ("custom.css", "templates")
CONFIG = "config.toml"
STAYING = (CONFIG, "secret_key")
PRIVATE = (DATABASE, *STAYING)
EDITION = select(Site.public_version, Site.changed_at)
# More than is published between the moment at which a version is chosen and the one at which readers see it.
VERSIONS = 2**20
SECOND = timedelta(seconds=1)
UNPACKED, TO_PUT, TO_REMOVE = "unpacked", "put", "remove"


@dataclass
class Restored:
    """What a restore did: the backup's manifest; what keeps the blog that was here; what its author should know.

    After a `restart` only, a server that is running reads the restored blog: the database's file was another.
    """

    manifest: Manifest
    kept: Path | None = None
    notes: list[str] = field(default_factory=list)
    restart: bool = False


def restore(settings: Settings, file: Path, *, dry_run: bool = False, progress: Progress = unseen) -> Restored:
    """Restore a blog from a backup; with `dry_run`, judge it only.

    What is replaced is backed up before. Raises Invalid for a file that is no good backup, before anything is touched;
    NoRoom and Unavailable when the disk or another process keeps it from being done; the blog is then as it was.
    """
    instance = settings.instance
    with (
        zip_file.opened(file) as opened,
        writable(instance, NOTHING),
        migrate.alone(settings.database_file.parent),
        _finished(settings),
        workspace(instance, KIND, lambda work: work.name == _signed(settings.database_file)) as work,
    ):
        used = any((instance / name).exists() for name in upgrade.TRACES)
        done = Restored(opened.manifest, restart=used and not _is_blog(settings.database_file))
        _unpack(settings, opened, work, progress)
        _judge(file, work / UNPACKED / DATABASE, done)
        if not dry_run:
            _keep(settings, done, progress)
            _add_pictures(settings, work, done)
            _stage_settings(settings, work, done)
            os.sync()
            _sign(settings, work)
            _put_database(settings, work / UNPACKED / DATABASE, done)
            with writable(instance, UNFINISHED):
                _settle(instance, work)
    if not dry_run:
        prune(settings.backup_folder)
    return done


def finish(settings: Settings) -> bool:
    """End what a killed restore left: complete one whose database was written, forget any other.

    Returns whether one was completed. Raises NoRoom and Unavailable when it cannot be.
    """
    if is_read_only(settings.instance):
        return False
    left = abandoned(settings.instance, KIND)  # first: what they did to the database is past
    try:
        signed = _signed(settings.database_file) if left else ""
    except Unavailable:
        return False  # which of them is to be completed cannot be told now; all stay
    if signed not in [work.name for work in left]:
        for work in left:
            remove(work)
        return False
    with (
        writable(settings.instance, "A restore that was cut off cannot be finished"),
        migrate.alone(settings.database_file.parent),
        _finished(settings),
    ):
        return True


def cut_off(settings: Settings) -> bool:
    """Whether a restore was killed here, and nobody has finished it."""
    return bool(abandoned(settings.instance, KIND))


@contextmanager
def _finished(settings: Settings) -> Iterator[None]:
    """Complete or forget what killed restores left, before anything else is done. The caller is `alone`."""
    for work in abandoned(settings.instance, KIND):
        if work.name == _signed(settings.database_file):
            _settle(settings.instance, work)
        remove(work)
    yield


def _signed(database: Path) -> str:
    """The name of the restore that a live database came from; empty if it came from none. Raises Unavailable."""
    if not _is_blog(database):
        return ""
    try:
        with sqlite_copy.connected(database, "ro") as connection:
            if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'lease'").fetchone():
                return ""
            row = connection.execute("SELECT holder FROM lease WHERE name = ?", (KIND,)).fetchone()
    except Unusable:
        return ""
    return str(row[0]) if row else ""


def _unpack(settings: Settings, opened: Archive, work: Path, progress: Progress) -> None:
    """Every file that is not here already, compared with its checksum; those that are here are compared, too."""
    lying = {entry.name for entry in opened.manifest.entries if _is_here(settings.instance, entry)}
    wanted = sum(entry.bytes for entry in opened.manifest.entries if entry.name not in lying)
    # The database is written once more, by way of its log.
    wanted += 2 * next(entry.bytes for entry in opened.manifest.entries if entry.name == DATABASE)
    if wanted > (free := free_bytes(settings.instance)):
        raise DiskFull(f"It needs {wanted / 1e6:,.0f} MB, and {free / 1e6:,.0f} MB of disk are free. {NOTHING}.")
    for entry in opened.manifest.entries:
        if entry.name in lying:
            opened.read(entry, None, progress)
            continue
        place = work / UNPACKED / entry.name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.touch(0o600 if entry.name in PRIVATE else 0o666)
        with place.open("wb") as out:
            opened.read(entry, out, progress)


def _is_here(instance: Path, entry: zip_file.Entry) -> bool:
    """Whether a picture lies in its place, byte by byte."""
    file = instance / entry.name
    if entry.name.partition("/")[0] not in zip_file.STORED or not file.is_file():
        return False
    return file.stat().st_size == entry.bytes and zip_file.digest(file) == entry.sha256


def _judge(file: Path, database: Path, done: Restored) -> None:
    """Refuse a database that is not a whole blog's, or of a newer Broadsheet; bring an older one to this schema."""
    if damages := sqlite_copy.damages(database):
        raise zip_file.wrong(file, f"its database is damaged ({damages[0]})")
    engine = separate_engine(database)
    try:
        sqlite_copy.facts(database)
        migrate.upgrade(engine, lambda _: None)
        with engine.begin() as connection:
            if lacking := migrate.lacking(connection):
                raise zip_file.wrong(file, f"its database lacks {lacking[0]}")
            if unsound := integrity.unsound(connection):
                raise zip_file.wrong(file, f"its database {unsound}")
            broken = len(connection.exec_driver_sql("PRAGMA foreign_key_check").all())
            migrate.renew_triggers(connection)
    except (Unusable, SQLAlchemyError) as error:
        said = describe_error(error) if isinstance(error, DBAPIError) else str(error).replace(str(database), "it")
        raise Invalid("file", f"The database in {file} cannot be used: {zip_file.tame(said)}") from error
    finally:
        engine.dispose()
    if broken:
        done.notes.append(f"{broken} references in the restored database lead nowhere, as they did when it was saved.")


def _keep(settings: Settings, done: Restored, progress: Progress) -> None:
    """Back up what is to be replaced; where that cannot be done, because the database is damaged, lay it aside."""
    try:
        if _is_blog(settings.database_file):
            done.kept = back_up(settings, "before-restore", progress=progress).file
            return
    except Unavailable as error:
        raise Unavailable(f"{NOTHING}: what is here could not be backed up before. {error}") from error
    except Unusable as error:
        done.notes.append(f"What was here could not be backed up. {error}")
    done.kept = _lay_aside(settings)


def _lay_aside(settings: Settings) -> Path | None:
    """Copy what is to be replaced, as it is, into a folder beside the backups; None when there is nothing."""
    lying = [*_of_database(settings.database_file), *(settings.instance / name for name in FOLLOWING)]
    if not (lying := [each for each in lying if each.exists()]):
        return None
    folder = settings.backup_folder / f"replaced-{clock.now().strftime(STAMP)}-{token_hex(2)}"
    folder.mkdir(0o700, parents=True)
    try:
        for each in lying:
            if each.is_dir():
                shutil.copytree(each, folder / each.name, symlinks=True)  # some lead nowhere, as editors leave them
            else:
                shutil.copy2(each, folder / each.name)
    except OSError:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return folder


def _is_blog(database: Path) -> bool:
    """Whether there is a database, whole or damaged."""
    return database.is_file() and database.stat().st_size > 0


def _of_database(file: Path) -> Iterator[Path]:
    """The files of a database that are there."""
    file = file.resolve()  # SQLite keeps the log beside the file itself
    yield from (each for ending in ("", "-wal", "-shm") if (each := file.with_name(file.name + ending)).exists())


def _add_pictures(settings: Settings, work: Path, done: Restored) -> None:
    """Put pictures and cards in their places, and those back that were deleted since. None is taken away."""
    for top in zip_file.STORED:
        for folder, _, names in os.walk(work / UNPACKED / top):
            for file in (Path(folder, name) for name in names):
                place = settings.instance / file.relative_to(work / UNPACKED)
                place.parent.mkdir(parents=True, exist_ok=True)
                storage.move_file(file, place)
    lost = []
    for name in sqlite_copy.pictures(work / UNPACKED / DATABASE):
        if not (settings.media / name).is_file():
            storage.restore_files(settings.media, name[:24])
            lost += [name] if not (settings.media / name).is_file() else []
    if lost:
        done.notes.append(f"Files of {len(lost)} pictures are missing, {lost[0]} among them.")


def _stage_settings(settings: Settings, work: Path, done: Restored) -> None:
    """Lay out what `_settle` is to do, so that it can be done again."""
    (work / TO_PUT).mkdir()
    (work / TO_REMOVE).mkdir()
    _stage_config(settings, work, done)
    for name in (*FOLLOWING, *STAYING):
        unpacked, here = work / UNPACKED / name, settings.instance / name
        if unpacked.exists() and not (name in STAYING and here.exists()):
            unpacked.replace(work / TO_PUT / name)
        elif name in FOLLOWING:
            (work / TO_REMOVE / name).touch()


def _stage_config(settings: Settings, work: Path, done: Restored) -> None:
    """Lay the backup's config.toml beside the place when this machine's stays, or when it leads away from here."""
    unpacked, here = work / UNPACKED / CONFIG, settings.instance / CONFIG
    if not unpacked.exists() or (here.exists() and unpacked.read_bytes() == here.read_bytes()):
        return
    if here.exists():
        why = "config.toml stayed as it is here"
    elif not _leads_here(settings, unpacked.parent):
        why = "The backup's config.toml names another database, or cannot be read: it was not put in place"
    else:
        return
    unpacked.replace(work / TO_PUT / f"{CONFIG}.restored")
    done.notes.append(f"{why}; the backup's lies beside it, as config.toml.restored.")


def _leads_here(settings: Settings, folder: Path) -> bool:
    """Whether the config.toml in a folder can be read, and says nothing of another database than the restored one."""
    try:
        found = config.load(folder, environ={})
    except BadSetting:
        return False
    return found.sources["database_url"] == "default" or found.database_url == settings.database_url


def _sign(settings: Settings, work: Path) -> None:
    """Make the database ready to be live: newer than what readers saw, nobody signed in, known to `finish`."""
    now, live = clock.now().replace(microsecond=0), _edition(settings.database_file)
    engine = separate_engine(work / UNPACKED / DATABASE)
    with engine.begin() as connection:
        # Or pictures that were deleted long before that backup was made would go for good at once, and no undo of this
        # restore could bring them back.
        connection.execute(update(Media).where(Media.deleted_at.is_not(None)).values(deleted_at=now))
        connection.execute(delete(AuthorSession))
        connection.execute(delete(Lease))
        connection.execute(insert(Lease).values(name=KIND, holder=work.name, until=now))
        restored = connection.execute(EDITION).one()
        if live:
            version = max(restored[0], live[0]) + VERSIONS
            changed_at = max(now, restored[1] + SECOND, live[1] + SECOND)
            values = {"public_version": version, "changed_version": version, "changed_at": changed_at}
            connection.execute(update(Site).values(values))
    engine.dispose()
    sqlite_copy.close_log(work / UNPACKED / DATABASE)


def _edition(file: Path) -> tuple[int, datetime] | None:
    """The public version that a blog's readers saw last, and its time; None if that cannot be told."""
    if not file.is_file():
        return None
    engine = separate_engine(file)
    try:
        with engine.connect() as connection:
            version, changed_at = connection.execute(EDITION).one()
    except (SQLAlchemyError, ValueError):
        return None
    finally:
        engine.dispose()
    return version, changed_at


def _put_database(settings: Settings, database: Path, done: Restored) -> None:
    file = settings.database_file.resolve()
    try:
        if _is_blog(file):
            sqlite_copy.put(database, file)
            return
    except Unusable:
        done.restart = True  # not even its head can be read
    for each in _of_database(file):
        if each.name.endswith(("-wal", "-shm")):  # of the old file: they would be taken for the new one's
            each.unlink()
    database.chmod(0o600)
    storage.move_file(database, file)


def _settle(instance: Path, work: Path) -> None:
    """Bring the owner's files to what was restored. Whatever was done already is left alone.

    All of it was, when what lists it is gone: whoever did it was killed while it cleared away.
    """
    for mark in (work / TO_REMOVE).glob("*"):
        _discard(instance / mark.name, work)
        mark.unlink()
    for file in (work / TO_PUT).glob("*"):
        place = instance / file.name
        if file.is_dir() or place.is_dir():  # which cannot be replaced in one step
            _discard(place, work)
        file.replace(place)
    storage.sync_folder(instance)


def _discard(file: Path, work: Path) -> None:
    """Take away what was here: it was kept."""
    if file.exists() or file.is_symlink():
        file.replace(work / f"old-{file.name}-{token_hex(4)}")
