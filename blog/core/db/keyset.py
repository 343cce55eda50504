"""Keyset pagination: a page begins after the last row of the page before. Pure.

The key of a row is its date, and an id or path that tells apart rows of the same date.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Generic, TypeVar

from blog.core.errors import NotFound

T = TypeVar("T")
KEY = re.compile(r"(-?\d{1,18})-(.{1,1000})", re.ASCII)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True)
class KeysetPage(Generic[T]):
    """Some rows of a list. `after` is the key of the last one; None if no more rows follow."""

    rows: Sequence[T]
    after: str | None = None


def cut_page(rows: Sequence[T], size: int, key: Callable[[T], tuple[datetime, object]]) -> KeysetPage[T]:
    """Return a page with the first `size` rows. Pass one row more than that, if there are more."""
    shown = rows[:size]
    return KeysetPage(shown, encode_key(*key(shown[-1])) if len(rows) > len(shown) else None)


def encode_key(moment: datetime, rest: object) -> str:
    """Return the key of a row, for a URL."""
    return f"{(moment - EPOCH) // MICROSECOND}-{rest}"


def decode_key(text: str) -> tuple[datetime, str]:
    """Return the date and the rest of a key. Raise NotFound if it is no key."""
    match = KEY.fullmatch(text)
    try:
        if match:
            return EPOCH + int(match[1]) * MICROSECOND, match[2]
    except OverflowError:
        pass
    raise NotFound("There is no such page of this list.")


def decode_id_key(text: str) -> tuple[datetime, int]:
    """Return the date and the id of a key. Raise NotFound if it is no key with an id."""
    moment, rest = decode_key(text)
    if not re.fullmatch(r"\d{1,18}", rest, re.ASCII):
        raise NotFound("There is no such page of this list.")
    return moment, int(rest)
