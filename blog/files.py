"""Files that are complete or not there, and scratch folders that are removed when their process is dead."""

import fcntl
import os
import re
import secrets
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from datetime import timedelta
from errno import EXDEV
from io import BytesIO
from pathlib import Path
from stat import S_IMODE
from typing import IO

from blog import clock

# The names of drafts: of the secret key, and of pictures.
DRAFT_NAME = re.compile(r"\.(?:secret_key|.+\.(?:jpg|png|webp|gif))-\d+-[0-9a-f]{8}")
# No process takes this long to write one file.
MAX_WRITE_TIME = timedelta(hours=1)


# -- files --------------------------------------------------------------------------------------------------


@contextmanager
def draft(file: Path, source: IO[bytes], mode: int = 0o666) -> Iterator[Path]:
    """Write what `source` holds beside `file`, under a hidden name, and sync it; yield its path for this block.

    The block renames it to its own name; otherwise it is removed. A private file is never readable for others, not for
    a moment. Raises OSError.
    """
    path = file.with_name(f".{file.name}-{os.getpid()}-{secrets.token_hex(4)}")
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    try:
        with os.fdopen(descriptor, "wb") as out:
            shutil.copyfileobj(source, out)
            sync(out)
        yield path
    finally:
        path.unlink(missing_ok=True)


def write_files(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write files under hidden names, and rename them once all are on the disk. Raises OSError."""
    with ExitStack() as drafts:
        paths = {name: drafts.enter_context(draft(folder / name, BytesIO(data))) for name, data in files.items()}
        for name, path in paths.items():
            path.replace(folder / name)
        sync_folder(folder)


def move_file(file: Path, target: Path) -> None:
    """Move a file in one step, also to another disk. Raises OSError."""
    try:
        file.replace(target)
    except OSError as error:
        if error.errno != EXDEV:
            raise
        with file.open("rb") as source, draft(target, source, S_IMODE(file.stat().st_mode)) as copy:
            copy.replace(target)


def stale_drafts(folder: Path) -> Iterator[Path]:
    """Yield the drafts in a folder whose processes were killed: nobody can still be writing them."""
    oldest = (clock.now() - MAX_WRITE_TIME).timestamp()
    with suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            if DRAFT_NAME.fullmatch(entry.name) and entry.stat(follow_symlinks=False).st_mtime < oldest:
                yield Path(entry.path)


def sync(out: IO[bytes]) -> None:
    """Wait until what was written to a file is on the disk."""
    out.flush()
    os.fsync(out.fileno())


def sync_folder(folder: Path) -> None:
    """Wait until the names of the folder's files are on the disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


# -- scratch folders: hidden, locked by their process -------------------------------------------------------


@contextmanager
def scratch_folder(parent: Path, kind: str, needed: Callable[[Path], bool] = lambda _: False) -> Iterator[Path]:
    """Create a folder `.kind-…` in `parent`, only for this user, and remove it at the end of the block.

    If the block fails while the folder is `needed`, it stays, as if the process had been killed. Folders of killed
    processes are removed first. Raises OSError.
    """
    remove_stale_folders(parent, kind)
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


def remove_stale_folders(parent: Path, kind: str) -> None:
    """Remove the scratch folders of this kind whose processes are dead."""
    for folder in parent.glob(f".{kind}-*"):
        remove_if_stale(folder)


def remove_if_stale(folder: Path) -> None:
    """Remove a scratch folder if its process is dead.

    It is locked meanwhile: a process that just made it makes another.
    """
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
        folder = parent / f".{kind}-{secrets.token_hex(8)}"
        folder.mkdir(0o700)
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        if folder.is_dir():  # no other process removed it as stale before it was locked
            return folder, descriptor
        os.close(descriptor)
