"""Folders in which something is made before it is shown: hidden, locked by their maker, swept once that is dead."""

import fcntl
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from secrets import token_hex


@contextmanager
def workspace(parent: Path, kind: str, needed: Callable[[Path], bool] = lambda _: False) -> Iterator[Path]:
    """A new folder `.kind-…` that only this user can read, on the disk of `parent`; gone afterwards.

    When the block fails while the folder is `needed`, it stays, as if the process had been killed. Those that killed
    processes left are removed first. Raises OSError.
    """
    sweep(parent, kind)
    folder, lock = _made(parent, kind)
    stays = False
    try:
        yield folder
    except BaseException:
        stays = True  # also when it cannot be told
        stays = needed(folder)
        raise
    finally:
        if not stays:
            shutil.rmtree(folder, ignore_errors=True)
        os.close(lock)


def sweep(parent: Path, kind: str) -> None:
    """Remove the folders of this kind whose makers are dead."""
    for folder in parent.glob(f".{kind}-*"):
        remove(folder)


def remove(folder: Path) -> None:
    """Remove a folder if its maker is dead. Locked meanwhile: one who has just made it waits, and makes another."""
    with _ours(folder) as ours:
        if ours:
            shutil.rmtree(folder, ignore_errors=True)


def abandoned(parent: Path, kind: str) -> list[Path]:
    """The folders of this kind whose makers are dead: nobody holds the lock, which the kernel takes back by itself."""
    found = []
    for folder in parent.glob(f".{kind}-*"):
        with _ours(folder) as ours:
            found += [folder] if ours else []
    return found


@contextmanager
def _ours(folder: Path) -> Iterator[bool]:
    """Whether the lock of a folder could be taken; it is held as long as the block runs."""
    try:
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    except OSError:
        yield False
        return
    try:
        taken = False
        with suppress(OSError):
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            taken = True
        yield taken
    finally:
        os.close(descriptor)


def _made(parent: Path, kind: str) -> tuple[Path, int]:
    """A folder, and the descriptor that holds its lock."""
    while True:
        folder = parent / f".{kind}-{token_hex(8)}"
        folder.mkdir(0o700)
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        if folder.is_dir():  # nobody took it for an abandoned one before it was locked
            return folder, descriptor
        os.close(descriptor)
