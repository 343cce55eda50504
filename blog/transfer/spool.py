"""Hold what would fill the memory in a file without a name: a killed process leaves nothing behind."""

import pickle
import tempfile
from collections.abc import Iterator
from contextlib import AbstractContextManager, suppress
from pathlib import Path
from typing import Generic, TypeVar

from blog.core.errors import disk_errors

T = TypeVar("T")
IN_MEMORY = 4 * 1024 * 1024


class Spool(AbstractContextManager["Spool[T]"], Generic[T]):
    """Items in the order of `put`: in memory while they are few, then in a temporary file in `folder`.

    The system's folder for temporary files will not do: on many servers it is memory.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._file = tempfile.SpooledTemporaryFile(IN_MEMORY, dir=str(folder))  # noqa: SIM115  (`__exit__` closes it)
        self._count = 0

    def __exit__(self, *_error: object) -> None:
        with suppress(OSError):  # a full disk refuses the last bytes, which are no longer needed
            self._file.close()

    def __len__(self) -> int:
        return self._count

    def put(self, item: T) -> None:
        """Add an item. Raise Unavailable if the disk is full."""
        with self._disk_errors():
            self._file.write(pickle.dumps(item, pickle.HIGHEST_PROTOCOL))
        self._count += 1

    def __iter__(self) -> Iterator[T]:
        with self._disk_errors():
            self._file.seek(0)
        for _ in range(self._count):
            with self._disk_errors():
                # Unpickling is safe: no other process can reach a file without a name.
                item: T = pickle.load(self._file)  # noqa: S301
            yield item

    def _disk_errors(self) -> AbstractContextManager[None]:
        return disk_errors(f"The rendered texts cannot be set aside in {self._folder}", "Nothing was imported")
