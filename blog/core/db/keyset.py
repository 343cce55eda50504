"""Keys of pages: the moment, and what tells apart rows of one moment, of the last row of the page before. Pure."""

import re
from datetime import UTC, datetime, timedelta

from blog.core.errors import Missing

KEY = re.compile(r"(-?\d{1,18})-(.{1,1000})", re.ASCII)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


def key(moment: datetime, rest: object) -> str:
    """The key of a row, for an address."""
    return f"{(moment - EPOCH) // MICROSECOND}-{rest}"


def place(text: str) -> tuple[datetime, str]:
    """The moment and the rest that a key names. Raises Missing for what is no key."""
    found = KEY.fullmatch(text)
    try:
        if found:
            return EPOCH + int(found[1]) * MICROSECOND, found[2]
    except OverflowError:
        pass
    raise Missing("There is no such page of this list.")


def numbered_place(text: str) -> tuple[datetime, int]:
    """The same of a key whose rest is a number."""
    moment, rest = place(text)
    if not re.fullmatch(r"\d{1,18}", rest, re.ASCII):
        raise Missing("There is no such page of this list.")
    return moment, int(rest)
