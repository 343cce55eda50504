"""What the doctor says: how it is, in a sentence, and what to do about it."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

# So many names are told; of the others only how many there are.
NAMES_SHOWN = 5

# Runs a statement on a connection, SQLAlchemy's or the driver's, and returns its rows.
Run = Callable[..., Any]


@dataclass(frozen=True)
class Finding:
    """One thing looked at: `level` is good, note or bad."""

    level: str
    what: str
    remedy: str = ""


Findings = Iterator[Finding]


@dataclass(frozen=True)
class Check:
    """What a face looks at, told whether it may take its time; `asks`, if it needs a database that answers."""

    look: Callable[[bool], Findings]
    asks: bool = True


def ok(what: str) -> Finding:
    """All is well here."""
    return Finding("good", what)


def note(what: str, remedy: str = "") -> Finding:
    """Worth knowing; nothing fails."""
    return Finding("note", what, remedy)


def problem(what: str, remedy: str = "") -> Finding:
    """Something is lost, fails, or will soon."""
    return Finding("bad", what, remedy)


def run_check(at: str, check: Callable[[], Iterable[Finding]]) -> Findings:
    """The findings of a check. An error that nobody expected is one, too, and the other checks go on."""
    try:
        yield from check()
    except Exception as error:  # noqa: BLE001  (whatever it is: who looks for damage must not fail on it)
        yield problem(f"{at} could not be looked at: {error_line(error)}.", "All other checks went on.")


def error_line(error: Exception) -> str:
    """An error in one line, without a full stop."""
    if isinstance(error, OSError) and error.strerror:
        return f"{error.filename}: {error.strerror}" if error.filename else error.strerror
    said = str(getattr(error, "orig", None) or error).partition("\n")[0].strip().rstrip(".")
    return said or type(error).__name__


def join_names(names: Sequence[str], of: int = 0) -> str:
    """The first names, and how many more there are (`of` all, when not all names are given)."""
    more = (of or len(names)) - NAMES_SHOWN
    shown = ", ".join(names[:NAMES_SHOWN])
    return f"{shown} and {more:,} more" if more > 0 else shown


def count_of(number: int, one: str, many: str = "") -> str:
    """A number with its noun."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def megabytes(size: int) -> str:
    """A size for people: at least a tenth of a megabyte, when it is anything."""
    return f"{size / 1e6:,.0f} MB" if size >= 1e7 else f"{max(size / 1e6, 0.1 if size else 0):.1f} MB"
