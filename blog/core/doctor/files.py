"""Check the folders and files of an instance: owners, permissions, free space, leftovers."""

import os
import shlex
import stat
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from blog.config import Settings
from blog.core.backup.create import KIND as BACKUP
from blog.core.doctor.findings import Findings, join_names, note, ok, problem
from blog.core.images.storage import STAGING
from blog.core.site.health import has_space
from blog.core.text.amounts import count_of, megabytes
from blog.files import stale_drafts, stale_folders

MIN_FREE_BYTES = 200 * 2**20


def examine(settings: Settings) -> Findings:
    """Check the instance folder and its content, and the folder of backups if there is one."""
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
        yield from _examine_writable(settings)
    yield from _examine_owners(settings)
    yield from examine_secrets(settings)
    yield from _examine_space(settings)
    if leftovers := list(leftover_files(settings)):
        yield note(
            f"{count_of(len(leftovers), 'file of killed processes is', 'files of killed processes are')} left:"
            f" {join_names([path.name for path in leftovers])}.",
            "`broadsheet doctor --fix` removes them.",
        )


def _examine_writable(settings: Settings) -> Findings:
    folders = [settings.instance, settings.database_file.parent, settings.media, settings.cards, settings.backup_folder]
    problems = []
    for folder in dict.fromkeys(folders):
        if folder.exists() and not folder.is_dir():
            remedy = "Move it away; the folder is made when needed."
            problems.append(problem(f"{folder} is a file, where a folder should be.", remedy))
        elif folder.exists() and not os.access(folder, os.W_OK | os.X_OK):
            problems.append(problem(f"{folder} cannot be written.", "Give it to the user that runs the blog."))
    files = [file for file in _database_files(settings) if not os.access(file, os.R_OK | os.W_OK)]
    problems += [problem(f"{file} cannot be written.", "Give it to the user that runs the blog.") for file in files]
    yield from problems or [ok(f"The instance folder {settings.instance} can be written.")]


def _examine_owners(settings: Settings) -> Findings:
    """Check for files of another user, from a command that somebody ran as root: the server cannot write them."""
    owner = settings.instance.stat().st_uid
    paths = [*_database_files(settings), settings.instance / "secret_key", settings.media, settings.cards]
    paths += [folder for folder in (settings.backup_folder,) if folder.parent == settings.instance]
    others = [path for path in paths if path.exists() and path.stat().st_uid != owner]
    if others:
        user = str(owner)
        with suppress(KeyError):
            user = settings.instance.owner()
        yield problem(
            f"{join_names([path.name for path in others])} belong to another user than their folder"
            f" {settings.instance}: the server may not be able to write them.",
            f"`chown -R {user} {shlex.quote(str(settings.instance))}` gives them back.",
        )


def examine_secrets(settings: Settings) -> Findings:
    for content, file in exposed_secrets(settings):
        yield problem(
            f"Other users of this machine can read {content}.",
            f"`chmod 600 {shlex.quote(str(file))}`, or `broadsheet doctor --fix`.",
        )


def exposed_secrets(settings: Settings) -> Iterator[tuple[str, Path]]:
    """Yield secret files that other users may read, each after a description of its content."""
    secrets = {settings.instance / "secret_key": "the secret key"}
    if settings.sources["secret_key"] == "config.toml":  # noqa: S105
        secrets[settings.instance / "config.toml"] = "config.toml, which holds the secret key"
    secrets |= dict.fromkeys(_database_files(settings), "the database, with drafts and hashes of passwords")
    for file, content in secrets.items():
        with suppress(FileNotFoundError):
            if stat.S_IMODE(file.stat().st_mode) & 0o077:
                yield content, file


def _database_files(settings: Settings) -> list[Path]:
    file = settings.database_file
    files = [file.with_name(file.name + ending) for ending in ("", "-wal", "-shm")]
    return [path for path in files if path.is_file()]


def _examine_space(settings: Settings) -> Findings:
    folders = settings.instance, settings.database_file.parent, settings.media
    disks = {folder.stat().st_dev: os.statvfs(folder) for folder in folders if folder.is_dir()}
    for disk in disks.values():
        free = disk.f_bavail * disk.f_frsize
        if free < MIN_FREE_BYTES:
            yield problem(f"Only {free // 2**20} MB of disk are free.", "Make room: writing needs some.")
        elif not has_space(disk):
            yield problem(
                f"Only {disk.f_favail} more files fit on the disk.", "Remove some: all that is new needs a file."
            )
        else:
            yield ok(f"{megabytes(free)} of disk are free.")


def leftover_files(settings: Settings) -> Iterator[Path]:
    """Yield unfinished files and scratch folders of killed processes."""
    for folder in (settings.instance, settings.media, settings.cards):
        yield from stale_drafts(folder)
    yield from stale_folders(settings.instance, STAGING)
    yield from stale_folders(settings.backup_folder, BACKUP)
