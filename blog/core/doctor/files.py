"""Folders and files of an instance: whose they are, who may read and write them, whether there is room."""

import os
import pwd
import re
import shlex
import stat
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

from blog import clock
from blog.config import Settings
from blog.core.backup.create import KIND as BACKUP
from blog.core.backup.scratch import stale_folders
from blog.core.doctor.findings import Findings, count_of, join_names, megabytes, note, ok, problem
from blog.core.site.health import has_space

SMALL_DISK = 200 * 2**20
# How files are called until they are whole, and folders in which an import sets its pictures aside.
DRAFT = re.compile(r"\.(?:secret_key|.+\.(?:jpg|png|webp|gif))-\d+-[0-9a-f]{8}|\.import-\d+")
# Nobody writes one file for so long.
LONG_AGO = timedelta(hours=1)


def examine(settings: Settings) -> Findings:
    """Look at the instance folder and what lies in it; the backups' folder, if there is one."""
    folder = settings.instance
    if not folder.is_dir():
        yield problem(
            f"There is no instance folder {folder}.", f"`broadsheet --instance {folder} serve` begins a blog there."
        )
        return
    if os.statvfs(folder).f_flag & os.ST_RDONLY:
        yield problem(
            f"The disk of {folder} can only be read: readers are served, authors cannot write.",
            "Look into the machine's log for why, then mount it for writing.",
        )
    else:
        yield from _writable(settings)
    yield from _owners(settings)
    yield from _private(settings)
    yield from _room(settings)
    if old := list(leftover_files(settings)):
        yield note(
            f"{count_of(len(old), 'file')} of killed processes are left: {join_names([each.name for each in old])}.",
            "`broadsheet doctor --fix` removes them.",
        )


def _writable(settings: Settings) -> Findings:
    folders = [settings.instance, settings.database_file.parent, settings.media, settings.cards, settings.backup_folder]
    wrong = False
    for folder in dict.fromkeys(folders):
        if folder.exists() and not folder.is_dir():
            wrong = True
            yield problem(
                f"{folder} is a file, where a folder should be.", "Move it away; the folder is made when needed."
            )
        elif folder.exists() and not os.access(folder, os.W_OK | os.X_OK):
            wrong = True
            yield problem(f"{folder} cannot be written.", "Give it to the user that runs the blog.")
    for file in _files_of_database(settings):
        if not os.access(file, os.R_OK | os.W_OK):
            wrong = True
            yield problem(f"{file} cannot be written.", "Give it to the user that runs the blog.")
    if not wrong:
        yield ok(f"The instance folder {settings.instance} can be written.")


def _owners(settings: Settings) -> Findings:
    """What a command that was run as another user leaves behind, the server cannot write."""
    owner = settings.instance.stat().st_uid
    belongings = [*_files_of_database(settings), settings.instance / "secret_key", settings.media, settings.cards]
    belongings += [folder for folder in (settings.backup_folder,) if folder.parent == settings.instance]
    others = [path for path in belongings if path.exists() and path.stat().st_uid != owner]
    if others:
        yield problem(
            f"{join_names([path.name for path in others])} belong to another user than their folder"
            f" {settings.instance}: the server may not be able to write them.",
            f"`chown -R {_name(owner)} {shlex.quote(str(settings.instance))}` gives them back.",
        )


def _name(user: int) -> str:
    try:
        return pwd.getpwuid(user).pw_name
    except KeyError:
        return str(user)


def _private(settings: Settings) -> Findings:
    for what, file in exposed_secrets(settings):
        yield problem(
            f"Other users of this machine can read {what}.",
            f"`chmod 600 {shlex.quote(str(file))}`, or `broadsheet doctor --fix`.",
        )


def exposed_secrets(settings: Settings) -> Iterator[tuple[str, Path]]:
    """What others than the owner may read though it is secret: what it is, and its file."""
    secrets = {settings.instance / "secret_key": "the secret key"}
    if settings.sources["secret_key"] == "config.toml":  # noqa: S105
        secrets[settings.instance / "config.toml"] = "config.toml, which holds the secret key"
    secrets |= dict.fromkeys(_files_of_database(settings), "the database, with drafts and hashes of passwords")
    for file, what in secrets.items():
        with suppress(FileNotFoundError):
            if stat.S_IMODE(file.stat().st_mode) & 0o077:
                yield what, file


def _files_of_database(settings: Settings) -> list[Path]:
    file = settings.database_file
    return [each for ending in ("", "-wal", "-shm") if (each := file.with_name(file.name + ending)).is_file()]


def _room(settings: Settings) -> Findings:
    seen: set[int] = set()
    for folder in (settings.instance, settings.database_file.parent, settings.media):
        if not folder.is_dir() or folder.stat().st_dev in seen:
            continue
        seen.add(folder.stat().st_dev)
        disk = os.statvfs(folder)
        free = disk.f_bavail * disk.f_frsize
        if free < SMALL_DISK:
            yield problem(f"Only {free // 2**20} MB of disk are free.", "Make room: writing needs some.")
        elif not has_space(disk):
            yield problem(
                f"Only {disk.f_favail} more files fit on the disk.", "Remove some: all that is new needs a file."
            )
        else:
            yield ok(f"{megabytes(free)} of disk are free.")


def leftover_files(settings: Settings) -> Iterator[Path]:
    """What killed processes left half written: no process that runs now can be at it any more."""
    for folder in (settings.instance, settings.media, settings.cards):
        with suppress(OSError), os.scandir(folder) as entries:
            for entry in entries:
                if DRAFT.fullmatch(entry.name) and _is_old(entry) and not _is_at_work(entry):
                    yield Path(entry.path)
    yield from stale_folders(settings.backup_folder, BACKUP)


def _is_old(entry: "os.DirEntry[str]") -> bool:
    return entry.stat(follow_symlinks=False).st_mtime < (clock.now() - LONG_AGO).timestamp()


def _is_at_work(entry: "os.DirEntry[str]") -> bool:
    """An import may take hours; its folder names its process."""
    if not entry.name.startswith(".import-"):
        return False
    try:
        os.kill(int(entry.name.rpartition("-")[2]), 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True
