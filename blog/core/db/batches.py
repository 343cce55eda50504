"""Cut what is many into parts of a size that a database, or memory, takes well. Pure."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

T = TypeVar("T")
# Values in one question to the database: few enough for any, many enough to make questions rare.
ASKED = 500


def slices(items: Iterable[T], size: int = ASKED) -> Iterator[list[T]]:
    """The items in order, at most `size` at a time; no more than these are taken from a stream."""
    rest = iter(items)
    while part := list(islice(rest, size)):
        yield part
