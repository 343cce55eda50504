"""Mark search terms in a text, and choose the snippet to show. Pure.

The index stores folded words (`core.search.normalize`). Most texts keep their length when folded: then a match in the
folded text is at the same position in the original. Where letters are joined, marked or left out, each term becomes a
pattern that allows for every letter all characters that fold to it. The result is a list of text spans, never HTML.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import islice

import regex

from blog.core.search.normalize import FOLDS, LETTER, MARKS, VIRAMA, fold
from blog.core.search.query import Term

LENGTH = 200
# A snippet is chosen for the terms within REACH characters; it begins LEAD characters before the first.
REACH, LEAD = 150, 60
MAX_MATCHES = 60
# Scripts in use whose letters are folded: Latin, Greek, Cyrillic, Hebrew, Arabic, Devanagari, wide forms.
FOLDED_RANGES = (
    (0x41, 0x587), (0x5D0, 0x700), (0x900, 0x980), (0x1E00, 0x2000), (0xFB00, 0xFB07), (0xFE70, 0xFEFD),
    (0xFF10, 0xFFDD),
)  # fmt: skip
# Characters allowed between the words of a phrase.
BETWEEN = r"[^\p{L}\p{N}]*"
LETTER_PATTERN = regex.compile(f"(?V1){LETTER}")
# The marks that Latin, Greek and Cyrillic letters have: a pattern with only these compiles in a tenth of the time.
ACCENTS, NOT_EUROPEAN = r"[\u0300-\u036f\u00ad]", "\u0530"
NASALS = "[ङञणनम]्"
# Start, end and the number of the term.
Match = tuple[int, int, int]


@dataclass(frozen=True)
class Span:
    """Some text; `marked` if it matches a search term."""

    text: str
    marked: bool = False


@cache
def _unfolded() -> dict[str, str]:
    """Map each folded letter (or pair of letters) to all characters that fold to it."""
    characters: dict[str, list[str]] = defaultdict(list)
    for first, last in FOLDED_RANGES:
        for code in range(first, last):
            characters[FOLDS[code]].append(chr(code))
    return {folded: "".join(originals) for folded, originals in characters.items() if folded}


def _letter_pattern(letter: str) -> str:
    originals = _unfolded().get(letter, "") + letter + letter.upper()[:1]
    pattern = f"[{regex.escape(''.join(dict.fromkeys(originals)))}]"
    return f"(?:{pattern}|{NASALS})" if letter == "ं" else pattern


@lru_cache(maxsize=4096)
def _word_pattern(word: str) -> str:
    """Return a pattern for all spellings of a folded word."""
    marks = f"{ACCENTS if word < NOT_EUROPEAN else MARKS.pattern}*"
    parts, position = [], 0
    while position < len(word):
        pattern = _letter_pattern(word[position])
        pair = word[position : position + 2]
        ligatures = _unfolded().get(pair, "") if len(pair) == 2 else ""
        if ligatures:  # two letters that may be written as one: ss as ß
            pattern = f"(?:{pattern}{marks}{_letter_pattern(pair[1])}|[{regex.escape(ligatures)}])"
        parts.append(pattern + marks)
        position += 2 if ligatures else 1
    return "".join(parts)


@lru_cache(maxsize=512)
def _term_pattern(term: Term) -> "regex.Pattern[str]":
    parts = []
    for number, (run, unspaced) in enumerate(term.runs, 1):
        word_end = f"{LETTER}*" if number == len(term.runs) and term.open_ended() else f"(?!{LETTER})"
        parts.append(_word_pattern(run) if unspaced else f"(?<!{LETTER}){_word_pattern(run)}{word_end}")
    return regex.compile(f"(?V1){BETWEEN.join(parts)}")


def find_terms(text: str, terms: tuple[Term, ...]) -> list[Match]:
    """Return the matches of all terms, in the order of the text; at most MAX_MATCHES for each term."""
    folded = fold(text)
    # If folding keeps the length, a match in the folded text has the same position in the text.
    aligned = len(folded) == len(text) and VIRAMA not in text
    matches = []
    for number, term in enumerate(terms):
        spans = (
            _find_folded(folded, term) if aligned else (match.span() for match in _term_pattern(term).finditer(text))
        )
        matches += [(*span, number) for span in islice(spans, MAX_MATCHES)]
    if aligned and not text.isascii():
        matches = [match for match in matches if fold(text[match[0] : match[1]]) == folded[match[0] : match[1]]]
    return sorted(matches)


def _find_folded(folded: str, term: Term) -> Iterator[tuple[int, int]]:
    """Yield start and end of each occurrence of a term in a folded text."""
    (first, unspaced), *_ = term.runs
    start = folded.find(first)
    while start >= 0:
        at_word_start = unspaced or not start or not _is_letter(folded[start - 1])
        end = _term_end(folded, start, term) if at_word_start else 0
        if end:
            yield start, end
        start = folded.find(first, max(end, start + 1))


def _term_end(folded: str, position: int, term: Term) -> int:
    """Return the end of the term that begins at this position; 0 if it is not there."""
    for number, (run, unspaced) in enumerate(term.runs):
        while number and position < len(folded) and not folded[position].isalnum():
            position += 1
        if not folded.startswith(run, position):
            return 0
        position += len(run)
        last = number == len(term.runs) - 1
        while last and not unspaced and term.open_ended() and position < len(folded) and _is_letter(folded[position]):
            position += 1
        if not unspaced and position < len(folded) and _is_letter(folded[position]):
            return 0
    return position


@lru_cache(maxsize=4096)
def _is_letter(character: str) -> bool:
    """Return whether a character belongs to words of scripts that separate words by spaces."""
    return LETTER_PATTERN.match(character) is not None


def mark_terms(text: str, terms: tuple[Term, ...]) -> list[Span]:
    return list(_split(text, find_terms(text, terms)))


def _split(text: str, matches: Iterable[Match]) -> Iterator[Span]:
    position = 0
    for start, end, _term in matches:
        if start < position:
            continue
        if start > position:
            yield Span(text[position:start])
        yield Span(text[start:end], marked=True)
        position = end
    if position < len(text):
        yield Span(text[position:])


def snippet(text: str, terms: tuple[Term, ...]) -> list[Span]:
    """Return the part of a long text where most of the terms are close together; empty if the text has none of them."""
    matches = find_terms(text, terms)
    if not matches:
        return []
    first = _densest(matches)
    start = _word_start(text, max(0, matches[first][0] - LEAD))
    end = _word_end(text, max(start + LENGTH, matches[first][1]))
    inside = [(begin - start, stop - start, term) for begin, stop, term in matches if begin >= start and stop <= end]
    before, after = "…" if start else "", "…" if end < len(text) else ""
    return [span for span in (Span(before), *_split(text[start:end].rstrip(), inside), Span(after)) if span.text]


def _densest(matches: Sequence[Match]) -> int:
    """Return the index of the match that is followed by most different terms within REACH."""

    def density(index: int) -> tuple[int, int]:
        limit = matches[index][0] + REACH
        near = [match[2] for match in matches[index : index + 12] if match[1] <= limit]
        return len(set(near)), len(near)

    return max(range(len(matches)), key=density) if len(matches) > 1 else 0


def _word_start(text: str, position: int) -> int:
    """Return the next start of a word, or the position itself if there is none within 30 characters."""
    if not position:
        return 0
    space = text.find(" ", position - 1, position + 30)
    return space + 1 if space >= 0 else _grapheme_start(text, position)


def _word_end(text: str, position: int) -> int:
    """Return the last end of a word, or the position itself if there is none within 30 characters before it."""
    if position >= len(text):
        return len(text)
    space = text.rfind(" ", position - 30, position + 1)
    return space if space >= 0 else _grapheme_start(text, position)


def _grapheme_start(text: str, position: int) -> int:
    """Skip combining marks and joiners, so that no letter is cut from its marks."""
    return int(regex.compile(r"[\p{M}\u200d]*").match(text, position).end())
