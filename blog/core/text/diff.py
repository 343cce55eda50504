"""What changed between two texts, word by word. Pure.

Lines are compared first, then the words of lines that changed: this reads as people write, and costs little.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import takewhile
from typing import Protocol

# Longer stretches, and more words in all, are told as replaced altogether: comparing them would take seconds.
MAX_LINES = 2000
MAX_WORDS = 20_000
# So many lines that stay the same are shown around a change.
CONTEXT_LINES = 2
Opcode = tuple[str, int, int, int, int]
TOKEN = re.compile(r"\s+|\w+|[^\w\s]")
SAME, REMOVED, ADDED = "same", "removed", "added"


@dataclass(frozen=True)
class Chunk:
    """A piece of text that is the `same` in both, `removed` from the first or `added` in the second."""

    kind: str
    text: str


@dataclass(frozen=True)
class Hunk:
    """Text with its changes; or, without pieces, a number of lines that are the same and left out."""

    pieces: Sequence[Chunk]
    left_out: int = 0


class Comparable(Protocol):
    """What is compared of a post."""

    @property
    def title(self) -> str: ...
    @property
    def summary(self) -> str: ...
    @property
    def body(self) -> str: ...


def compare_posts(before: Comparable, after: Comparable) -> list[tuple[str, list[Hunk]]]:
    """What changed of a post, by the names that people know its parts by."""
    return [
        ("Title", compare(before.title, after.title)),
        ("Summary", compare(before.summary, after.summary)),
        ("Text", compare(before.body, after.body)),
    ]


def compare(before: str, after: str) -> list[Hunk]:
    """What one text has and the other has not; empty when they are the same."""
    if before == after:
        return []
    old, new = before.split("\n"), after.split("\n")
    return list(_stretches(old, new))


def _stretches(old: Sequence[str], new: Sequence[str]) -> Iterator[Hunk]:
    steps, words = _steps(old, new), MAX_WORDS
    for place, (what, start, end, other_start, other_end) in enumerate(steps):
        if what == "equal":
            yield from _context(old[start:end], first=place == 0, last=place == len(steps) - 1)
            continue
        before, after = (TOKEN.findall("\n".join(lines)) for lines in (old[start:end], new[other_start:other_end]))
        words -= len(before) + len(after)
        yield Hunk(_pieces(before, after, whole=words < 0))


def _steps(old: Sequence[str], new: Sequence[str]) -> Sequence[Opcode]:
    """How to come from one list to the other; all that differs is one step where there is very much of it."""
    head = _alike(zip(old, new, strict=False))
    rest = min(len(old), len(new)) - head
    tail = min(rest, _alike(zip(reversed(old), reversed(new), strict=False)))
    middle, other = old[head : len(old) - tail], new[head : len(new) - tail]
    if max(len(middle), len(other)) <= MAX_LINES:
        # What stands in every hundredth place (blanks, “the”) is no landmark: looking for it would take minutes.
        return SequenceMatcher(None, old, new, autojunk=True).get_opcodes()
    steps: list[Opcode] = [
        ("equal", 0, head, 0, head),
        ("replace", head, len(old) - tail, head, len(new) - tail),
        ("equal", len(old) - tail, len(old), len(new) - tail, len(new)),
    ]
    return [step for step in steps if step[2] > step[1] or step[4] > step[3]]


def _alike(pairs: Iterable[tuple[str, str]]) -> int:
    """How many pairs are the same, until one is not."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))


def _context(lines: Sequence[str], *, first: bool, last: bool) -> Iterator[Hunk]:
    """The lines nearest to the changes, and how many are left out between them."""
    head, tail = (0 if first else CONTEXT_LINES), (0 if last else CONTEXT_LINES)
    if len(lines) <= head + tail + 1:
        yield Hunk([Chunk(SAME, "\n".join(lines))])
        return
    if head:
        yield Hunk([Chunk(SAME, "\n".join(lines[:head]))])
    yield Hunk([], len(lines) - head - tail)
    if tail:
        yield Hunk([Chunk(SAME, "\n".join(lines[-tail:]))])


def _pieces(before: Sequence[str], after: Sequence[str], *, whole: bool) -> list[Chunk]:
    steps = [("replace", 0, len(before), 0, len(after))] if whole else _steps(before, after)
    pieces = []
    for what, start, end, other_start, other_end in steps:
        if what == "equal":
            pieces.append(Chunk(SAME, "".join(before[start:end])))
            continue
        pieces.append(Chunk(REMOVED, "".join(before[start:end])))
        pieces.append(Chunk(ADDED, "".join(after[other_start:other_end])))
    return [piece for piece in pieces if piece.text]
