"""Split long sequences into batches that fit into one query, or into memory. Pure."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

T = TypeVar("T")
# Values in one query: few enough for any database, and enough to keep the number of queries low.
QUERY_VALUES = 500


def batches(items: Iterable[T], size: int = QUERY_VALUES) -> Iterator[list[T]]:
    """Yield the items in order, at most `size` at a time. Reads no more of a stream than the next batch."""
    rest = iter(items)
    while batch := list(islice(rest, size)):
        yield batch
