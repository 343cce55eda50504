"""Small disks of a test's own: they fill, and they can be made ones that can only be read."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

MEGABYTES = 16


class Disk:
    """A file system in memory, mounted at a folder."""

    def __init__(self, folder: Path, megabytes: int) -> None:
        self.folder = folder
        self._ballast = folder / "ballast"
        _run("mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(folder))

    def read_only(self) -> None:
        """Let nobody write from now on. Nobody may have a file open for writing."""
        _run("mount", "-o", "remount,ro", str(self.folder))

    def fill(self) -> None:
        """Leave no byte free."""
        with self._ballast.open("ab", buffering=0) as out, _until_full():
            while True:
                out.write(bytes(4096))

    def make_room(self) -> None:
        """Take away what filled it."""
        self._ballast.unlink()

    def unmount(self) -> None:
        """Take the file system away, and all that is on it."""
        _run("umount", str(self.folder))


@contextmanager
def disk(folder: Path, megabytes: int = MEGABYTES) -> Iterator[Disk]:
    """A disk of so many megabytes, mounted meanwhile; the test is skipped where that is not allowed."""
    if os.geteuid() != 0:
        pytest.skip("only root can mount a disk")
    folder.mkdir(exist_ok=True)
    try:
        mounted = Disk(folder, megabytes)
    except subprocess.CalledProcessError as error:
        pytest.skip(f"no disk can be mounted here: {error.stderr.strip()}")
    try:
        yield mounted
    finally:
        mounted.unmount()


@contextmanager
def _until_full() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        assert error.errno == 28, error


def _run(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True, text=True)
