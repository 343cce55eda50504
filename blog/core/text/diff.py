"""The differences of two texts, word by word. Pure.

Lines are compared first, then the words of changed lines: this matches the way people write, and is fast.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import takewhile
from typing import Protocol

# Longer changes, and more words in all, are shown as one replacement: to compare them would take seconds.
MAX_LINES = 2000
MAX_WORDS = 20_000
# The number of unchanged lines shown around a change.
CONTEXT_LINES = 2
Opcode = tuple[str, int, int, int, int]
TOKEN = re.compile(r"\s+|\w+|[^\w\s]")
SAME, REMOVED, ADDED = "same", "removed", "added"


@dataclass(frozen=True)
class Chunk:
    """Some text that is the `same` in both texts, `removed` from the first or `added` in the second."""

    kind: str
    text: str


@dataclass(frozen=True)
class Hunk:
    """Text with its changes; or, without pieces, the number of unchanged lines that are left out."""

    pieces: Sequence[Chunk]
    left_out: int = 0


class Comparable(Protocol):
    """The fields of a post that are compared."""

    @property
    def title(self) -> str: ...
    @property
    def summary(self) -> str: ...
    @property
    def body(self) -> str: ...


def compare_posts(before: Comparable, after: Comparable) -> list[tuple[str, list[Hunk]]]:
    """Return the differences of each field, with the label of the field."""
    return [
        ("Title", compare(before.title, after.title)),
        ("Summary", compare(before.summary, after.summary)),
        ("Text", compare(before.body, after.body)),
    ]


def compare(before: str, after: str) -> list[Hunk]:
    """Return the differences of two texts; empty if they are equal."""
    return list(_hunks(before.split("\n"), after.split("\n"))) if before != after else []


def _hunks(old: Sequence[str], new: Sequence[str]) -> Iterator[Hunk]:
    opcodes, words_left = _opcodes(old, new), MAX_WORDS
    for index, (operation, start, end, new_start, new_end) in enumerate(opcodes):
        if operation == "equal":
            yield from _context(old[start:end], first=index == 0, last=index == len(opcodes) - 1)
            continue
        before, after = (TOKEN.findall("\n".join(lines)) for lines in (old[start:end], new[new_start:new_end]))
        words_left -= len(before) + len(after)
        yield Hunk(_chunks(before, after, replace_all=words_left < 0))


def _opcodes(old: Sequence[str], new: Sequence[str]) -> Sequence[Opcode]:
    """Return the steps from one list to the other; above MAX_LINES all differences become one replacement."""
    head = _equal_pairs(zip(old, new, strict=False))
    rest = min(len(old), len(new)) - head
    tail = min(rest, _equal_pairs(zip(reversed(old), reversed(new), strict=False)))
    if max(len(old), len(new)) - head - tail <= MAX_LINES:
        # autojunk ignores very frequent lines and words (blanks, “the”): to match those would take minutes.
        return SequenceMatcher(None, old, new, autojunk=True).get_opcodes()
    opcodes: list[Opcode] = [
        ("equal", 0, head, 0, head),
        ("replace", head, len(old) - tail, head, len(new) - tail),
        ("equal", len(old) - tail, len(old), len(new) - tail, len(new)),
    ]
    return [opcode for opcode in opcodes if opcode[2] > opcode[1] or opcode[4] > opcode[3]]


def _equal_pairs(pairs: Iterable[tuple[str, str]]) -> int:
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))


def _context(lines: Sequence[str], *, first: bool, last: bool) -> Iterator[Hunk]:
    """Yield the unchanged lines next to the changes, and the number of lines left out between them."""
    head, tail = (0 if first else CONTEXT_LINES), (0 if last else CONTEXT_LINES)
    if len(lines) <= head + tail + 1:
        yield Hunk([Chunk(SAME, "\n".join(lines))])
        return
    if head:
        yield Hunk([Chunk(SAME, "\n".join(lines[:head]))])
    yield Hunk([], len(lines) - head - tail)
    if tail:
        yield Hunk([Chunk(SAME, "\n".join(lines[-tail:]))])


def _chunks(before: Sequence[str], after: Sequence[str], *, replace_all: bool) -> list[Chunk]:
    opcodes = [("replace", 0, len(before), 0, len(after))] if replace_all else _opcodes(before, after)
    chunks = []
    for operation, start, end, new_start, new_end in opcodes:
        if operation == "equal":
            chunks.append(Chunk(SAME, "".join(before[start:end])))
            continue
        chunks.append(Chunk(REMOVED, "".join(before[start:end])))
        chunks.append(Chunk(ADDED, "".join(after[new_start:new_end])))
    return [chunk for chunk in chunks if chunk.text]
