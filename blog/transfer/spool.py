"""Set aside what would fill the memory: in a file without a name, of which a killed process leaves nothing behind."""

import pickle
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Generic, Self, TypeVar

from blog.core.errors import Unavailable

T = TypeVar("T")
IN_MEMORY = 4 * 1024 * 1024


class Spool(Generic[T]):
    """Things in the order in which they were put in. Much of them lies on the folder's disk, a little in memory.

    Not in the system's place for passing files: that is memory on many servers.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._file = tempfile.SpooledTemporaryFile(IN_MEMORY, dir=str(folder))  # noqa: SIM115  (`__exit__` closes it)
        self._count = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with suppress(OSError):  # a full disk does not take the last bytes, which nobody wants any more
            self._file.close()

    def __len__(self) -> int:
        return self._count

    def put(self, item: T) -> None:
        """Set one thing aside. Raises Unavailable when the disk takes no more."""
        with self._speaking():
            self._file.write(pickle.dumps(item, pickle.HIGHEST_PROTOCOL))
        self._count += 1

    def __iter__(self) -> Iterator[T]:
        with self._speaking():
            self._file.seek(0)
        for _ in range(self._count):
            with self._speaking():
                # Nobody else can reach a file without a name: what is read is what was written.
                item: T = pickle.load(self._file)  # noqa: S301
            yield item

    @contextmanager
    def _speaking(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            sentence = f"The rendered texts cannot be set aside in {self._folder}: {error.strerror}."
            raise Unavailable(f"{sentence} Nothing was imported.") from error
