"""Scratch folders: hidden folders for unfinished files, locked by their process and removed after it dies."""

import fcntl
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from secrets import token_hex


@contextmanager
def scratch_folder(parent: Path, kind: str, needed: Callable[[Path], bool] = lambda _: False) -> Iterator[Path]:
    """Create a folder `.kind-…` in `parent`, only for this user, and remove it at the end of the block.

    If the block fails while the folder is `needed`, it stays, as if the process had been killed. Folders of killed
    processes are removed first. Raises OSError.
    """
    remove_stale(parent, kind)
    folder, lock = _create_locked(parent, kind)
    stays = False
    try:
        yield folder
    except BaseException:
        stays = True  # also if `needed` itself fails
        stays = needed(folder)
        raise
    finally:
        if not stays:
            shutil.rmtree(folder, ignore_errors=True)
        os.close(lock)


def remove_stale(parent: Path, kind: str) -> None:
    """Remove the folders of this kind whose processes are dead."""
    for folder in parent.glob(f".{kind}-*"):
        remove_if_stale(folder)


def remove_if_stale(folder: Path) -> None:
    """Remove a folder if its process is dead. It is locked meanwhile: a process that just made it makes another."""
    with suppress(OSError), lock_if_free(folder) as locked:
        if locked:
            shutil.rmtree(folder, ignore_errors=True)


def stale_folders(parent: Path, kind: str) -> list[Path]:
    """Return the folders of this kind whose processes are dead: the kernel releases the lock of a dead process."""
    stale = []
    for folder in parent.glob(f".{kind}-*"):
        with suppress(OSError), lock_if_free(folder) as locked:
            stale += [folder] if locked else []
    return stale


@contextmanager
def lock_if_free(folder: Path) -> Iterator[bool]:
    """Lock a folder for this block if no process holds its lock; yield whether it is locked. Raises OSError."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        locked = False
        with suppress(BlockingIOError):
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            locked = True
        yield locked
    finally:
        os.close(descriptor)


def _create_locked(parent: Path, kind: str) -> tuple[Path, int]:
    """Create a folder, and return it with the file descriptor that holds its lock."""
    while True:
        folder = parent / f".{kind}-{token_hex(8)}"
        folder.mkdir(0o700)
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        if folder.is_dir():  # no other process removed it as stale before it was locked
            return folder, descriptor
        os.close(descriptor)
