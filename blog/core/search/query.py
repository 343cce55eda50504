"""What people type into a search box, understood: words, "phrases", -exclusions. Everything else is literal. Pure.

All words must stand in a post; the last one may be a beginning. No operator of the search engine can be reached: an
expression is made of words alone, each in quotation marks.
"""

import json
import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import islice

from blog.core.search import normalize
from blog.core.text import validate

LONGEST = 300
MOST_TERMS = 12
# Letters from which on a word may be the beginning of another; in scripts without spaces one is enough.
PREFIX = 3
# A term may stand in the names of so many tags.
MOST_TAGS = 40
QUOTES = '"“”„«»「」『』'
PART = re.compile(
    rf"(?P<minus>(?<!\S)[-−–](?=\S))?"
    rf"(?:[{QUOTES}](?P<phrase>[^{QUOTES}]*)[{QUOTES}]|(?P<word>[^\s{QUOTES}]+))"
)
# In Hebrew a quotation mark inside a word belongs to it.
GERSHAYIM = re.compile('(?<=[א-ת])"(?=[א-ת])')


@dataclass(frozen=True)
class Term:
    """A word, or several that stand side by side; folded. `starts` says that the last may go on."""

    runs: tuple[tuple[str, bool], ...]
    starts: bool = False

    def words(self) -> list[str]:
        """The words of the index that it is made of."""
        found: list[str] = []
        for place, (run, unspaced) in enumerate(self.runs, 1):
            found += normalize.pieces(run, whole=place < len(self.runs)) if unspaced else [run]
        return found

    def open_ended(self) -> bool:
        """Whether its last word is to be taken as a beginning."""
        run, unspaced = self.runs[-1]
        return len(run) == 1 if unspaced else self.starts and len(run) >= PREFIX

    def exactly(self, mark: str = "") -> str:
        """The expression for the words as they are, each with a mark before it."""
        return f'"{" ".join(mark + word for word in self.words())}"'

    def beginning(self, mark: str = "") -> str:
        """The expression for the words, of which the last may go on."""
        return f"{self.exactly(mark)} *"


@dataclass(frozen=True)
class Query:
    """What was asked for: `said` as it was typed, the terms that posts must and must not hold, whether some was cut."""

    said: str
    terms: tuple[Term, ...] = ()
    without: tuple[Term, ...] = ()
    shortened: bool = False


def understood(text: str) -> Query:
    """The query of any text."""
    said = validate.one_line(text)
    kept = _cut(said)
    terms: dict[Term, None] = {}
    without: dict[Term, None] = {}
    parts = list(PART.finditer(GERSHAYIM.sub("״", kept)))
    for part in parts:
        runs = normalize.runs(part["phrase"] or part["word"] or "")
        if runs:
            (without if part["minus"] else terms).setdefault(Term(runs))
    last = parts[-1]["word"] if parts and not parts[-1]["minus"] else None
    wanted = _open_last(list(terms), last) if last else list(terms)
    shortened = len(kept) < len(said) or max(len(terms), len(without)) > MOST_TERMS
    return Query(kept, tuple(wanted[:MOST_TERMS]), tuple(without)[:MOST_TERMS], shortened)


def _cut(said: str) -> str:
    if len(said) <= LONGEST:
        return said
    head, space, _ = said[: LONGEST + 1].rpartition(" ")
    return head if space and len(head) > LONGEST // 2 else said[:LONGEST]


def _open_last(terms: list[Term], word: str) -> list[Term]:
    """Let the word that was typed last be a beginning."""
    runs = normalize.runs(word)
    return [replace(term, starts=True) if term.runs == runs else term for term in terms]


class TagNames:
    """All tags by the words of their names."""

    def __init__(self, tags: Iterable[tuple[int, str]]) -> None:
        self._names = {number: normalize.indexed(name).split() for number, name in tags}
        self._carrying: dict[str, list[int]] = {}
        for number, words in self._names.items():
            for word in dict.fromkeys(words):
                self._carrying.setdefault(word, []).append(number)
        self._words = sorted(self._carrying)

    def holding(self, term: Term) -> list[int]:
        """The tags in whose names a term stands; not more than enough."""
        words = term.words()
        if len(words) > 1:
            known = self._carrying.get(words[0], [])
            return [number for number in known if _stands(words, self._names[number], term.open_ended())][:MOST_TAGS]
        if not term.open_ended():
            return self._carrying.get(words[0], [])[:MOST_TAGS]
        found = (number for word in self._beginning(words[0]) for number in self._carrying[word])
        return list(islice(dict.fromkeys(found), MOST_TAGS))

    def _beginning(self, start: str) -> Iterator[str]:
        for word in islice(self._words, bisect_left(self._words, start), None):
            if not word.startswith(start):
                return
            yield word


@lru_cache(maxsize=2)
def tag_names(tags: str) -> TagNames:
    """The tags by their words, from JSON: names by ids. As long as they are the same, it is the same object."""
    return TagNames((int(number), name) for number, name in json.loads(tags).items())


def _stands(words: list[str], name: list[str], begins: bool) -> bool:
    *first, last = words
    for place in range(len(name) - len(first)):
        end = name[place + len(first)]
        if (end.startswith(last) if begins else end == last) and name[place : place + len(first)] == first:
            return True
    return False
