"""Findings of the doctor: the state of something in one sentence, and what to do about it."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

# `join_names` writes out this many names, and counts the others.
NAMES_SHOWN = 5

# Executes a statement on a connection, SQLAlchemy's or the driver's, and returns its rows.
Execute = Callable[..., Any]


@dataclass(frozen=True)
class Finding:
    """The state of one thing: `level` is good, note or bad, `what` and `remedy` are sentences."""

    level: str
    what: str
    remedy: str = ""


Findings = Iterator[Finding]


@dataclass(frozen=True)
class Check:
    """A check that another package adds. `examine` gets whether to be thorough; otherwise it should be quick."""

    examine: Callable[[bool], Findings]
    needs_database: bool = True


def ok(what: str) -> Finding:
    return Finding("good", what)


def note(what: str, remedy: str = "") -> Finding:
    """Return a finding that is worth knowing; nothing fails."""
    return Finding("note", what, remedy)


def problem(what: str, remedy: str = "") -> Finding:
    """Return a finding that something is lost, fails, or will fail soon."""
    return Finding("bad", what, remedy)


def run_check(subject: str, check: Callable[[], Iterable[Finding]]) -> Findings:
    """Run a check. An unexpected error becomes a finding, so that the other checks go on."""
    try:
        yield from check()
    except Exception as error:  # noqa: BLE001  (the doctor must not fail on the damage it looks for)
        yield problem(f"{subject} could not be looked at: {error_line(error)}.", "All other checks went on.")


def error_line(error: Exception) -> str:
    """Return the message of an error in one line, without a full stop."""
    if isinstance(error, OSError) and error.strerror:
        return f"{error.filename}: {error.strerror}" if error.filename else error.strerror
    message = str(getattr(error, "orig", None) or error).partition("\n")[0].strip().rstrip(".")
    return message or type(error).__name__


def join_names(names: Sequence[str], total: int = 0) -> str:
    """Join the first names, and count the others. Pass the total if `names` does not have all."""
    more = (total or len(names)) - NAMES_SHOWN
    first = ", ".join(names[:NAMES_SHOWN])
    return f"{first} and {more:,} more" if more > 0 else first
