"""Where a text holds what was searched for: the words to be marked, and the passage worth showing. Pure.

The index knows folded words. Most texts are as long when they are folded, so that what is found there is found in the
text. Where letters are joined, marked or left out, a pattern is made of each word: for every letter all those that are
folded to it. What comes of it is text in pieces, never HTML.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import islice

import regex

from blog.core.search.normalize import FOLDS, LETTER, MARKS, VIRAMA, folded
from blog.core.search.query import Term

LENGTH = 200
# How far apart hits may be that are shown together, and how much stands before the first.
REACH, LEAD = 150, 60
MOST_HITS = 60
# Writing that is in use, with letters that are folded: Latin, Greek, Cyrillic, Hebrew, Arabic, Devanagari, wide forms.
FOLDED = (
    (0x41, 0x587), (0x5D0, 0x700), (0x900, 0x980), (0x1E00, 0x2000), (0xFB00, 0xFB07), (0xFE70, 0xFEFD),
    (0xFF10, 0xFFDD),
)  # fmt: skip
# What may stand between the words of a phrase.
BETWEEN = r"[^\p{L}\p{N}]*"
A_LETTER = regex.compile(f"(?V1){LETTER}")
# The marks that Latin, Greek and Cyrillic letters have: a pattern with these is made in a tenth of the time.
ACCENTS, NOT_EUROPEAN = r"[\u0300-\u036f\u00ad]", "\u0530"
NASALS = "[ङञणनम]्"


@dataclass(frozen=True)
class Piece:
    """Some text, and whether it is what was searched for."""

    text: str
    marked: bool = False


@cache
def _unfolded() -> dict[str, str]:
    """Folded letters (one, or two) -> all the characters that are folded to them."""
    found: dict[str, list[str]] = defaultdict(list)
    for first, last in FOLDED:
        for code in range(first, last):
            found[FOLDS[code]].append(chr(code))
    return {known: "".join(every) for known, every in found.items() if known}


def _letter(known: str) -> str:
    every = _unfolded().get(known, "") + known + known.upper()[:1]
    letters = f"[{regex.escape(''.join(dict.fromkeys(every)))}]"
    return f"(?:{letters}|{NASALS})" if known == "ं" else letters


@lru_cache(maxsize=4096)
def _written(known: str) -> str:
    """A pattern of all the ways to write a folded word."""
    marks = f"{ACCENTS if known < NOT_EUROPEAN else MARKS.pattern}*"
    parts, place = [], 0
    while place < len(known):
        letters = _letter(known[place])
        pair = known[place : place + 2]
        together = _unfolded().get(pair, "") if len(pair) == 2 else ""
        if together:  # two letters that may be written as one: ss as ß
            letters = f"(?:{letters}{marks}{_letter(pair[1])}|[{regex.escape(together)}])"
        parts.append(letters + marks)
        place += 2 if together else 1
    return "".join(parts)


@lru_cache(maxsize=512)
def _pattern(term: Term) -> "regex.Pattern[str]":
    """A pattern of all the ways to write a term."""
    parts = []
    for place, (run, unspaced) in enumerate(term.runs):
        last = place == len(term.runs) - 1
        goes_on = f"{LETTER}*" if last and term.open_ended() else f"(?!{LETTER})"
        parts.append(_written(run) if unspaced else f"(?<!{LETTER}){_written(run)}{goes_on}")
    return regex.compile(f"(?V1){BETWEEN.join(parts)}")


def hits(text: str, terms: tuple[Term, ...]) -> list[tuple[int, int, int]]:
    """Where the terms stand in a text, in its order: begin, end, and which of them. Not more than enough."""
    known = folded(text)
    # Most texts are as long when they are folded: what is found there stands at the same place in the text.
    aligned = len(known) == len(text) and VIRAMA not in text
    found = []
    for number, term in enumerate(terms):
        spans = _places(known, term) if aligned else (match.span() for match in _pattern(term).finditer(text))
        found += [(*span, number) for span in islice(spans, MOST_HITS)]
    if aligned and not text.isascii():
        found = [hit for hit in found if folded(text[hit[0] : hit[1]]) == known[hit[0] : hit[1]]]
    return sorted(found)


def _places(known: str, term: Term) -> Iterator[tuple[int, int]]:
    """Where a term stands in a folded text."""
    (first, unspaced), *_ = term.runs
    start = known.find(first)
    while start >= 0:
        alone = unspaced or not start or not _is_letter(known[start - 1])
        end = _end(known, start, term) if alone else 0
        if end:
            yield start, end
        start = known.find(first, max(end, start + 1))


def _end(known: str, place: int, term: Term) -> int:
    """Where a term ends that begins at a place; 0 if it does not stand there."""
    for number, (run, unspaced) in enumerate(term.runs):
        while number and place < len(known) and not known[place].isalnum():
            place += 1
        if not known.startswith(run, place):
            return 0
        place += len(run)
        last = number == len(term.runs) - 1
        while last and not unspaced and term.open_ended() and place < len(known) and _is_letter(known[place]):
            place += 1
        if not unspaced and place < len(known) and _is_letter(known[place]):
            return 0
    return place


@lru_cache(maxsize=4096)
def _is_letter(character: str) -> bool:
    """Whether a character is part of a word where spaces part words."""
    return A_LETTER.match(character) is not None


def marked(text: str, terms: tuple[Term, ...]) -> list[Piece]:
    """A short text, what was searched for marked."""
    return list(_cut_up(text, hits(text, terms)))


def _cut_up(text: str, found: Iterable[tuple[int, int, int]]) -> Iterator[Piece]:
    done = 0
    for start, end, _term in found:
        if start < done:
            continue
        if start > done:
            yield Piece(text[done:start])
        yield Piece(text[start:end], marked=True)
        done = end
    if done < len(text):
        yield Piece(text[done:])


def passage(text: str, terms: tuple[Term, ...]) -> list[Piece]:
    """The part of a long text in which most of the terms stand close together; nothing when none does."""
    found = hits(text, terms)
    if not found:
        return []
    first = _densest(found)
    start = _word_start(text, max(0, found[first][0] - LEAD))
    end = _word_end(text, max(start + LENGTH, found[first][1]))
    shown = text[start:end]
    before, after = "…" if start else "", "…" if end < len(text) else ""
    inside = [(begin - start, stop - start, term) for begin, stop, term in found if begin >= start and stop <= end]
    return [piece for piece in (Piece(before), *_cut_up(shown.rstrip(), inside), Piece(after)) if piece.text]


def _densest(found: Sequence[tuple[int, int, int]]) -> int:
    """The hit after which most different terms stand within reach."""

    def worth(place: int) -> tuple[int, int]:
        reach = found[place][0] + REACH
        near = [hit[2] for hit in found[place : place + 12] if hit[1] <= reach]
        return len(set(near)), len(near)

    return max(range(len(found)), key=worth) if len(found) > 1 else 0


def _word_start(text: str, place: int) -> int:
    """The beginning of a word at or after a place, or the place itself where no word begins soon."""
    if not place:
        return 0
    space = text.find(" ", place - 1, place + 30)
    return space + 1 if space >= 0 else _apart(text, place)


def _word_end(text: str, place: int) -> int:
    """The end of a word at or before a place, or the place itself where no word ends soon."""
    if place >= len(text):
        return len(text)
    space = text.rfind(" ", place - 30, place + 1)
    return space if space >= 0 else _apart(text, place)


def _apart(text: str, place: int) -> int:
    """A place before which no sign hangs on the letter before."""
    while place < len(text) and regex.match(r"[\p{M}\u200d]", text[place]):
        place += 1
    return place
