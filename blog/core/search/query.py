"""Parse what people type into a search box: words, "phrases", -exclusions. Everything else is literal. Pure.

A post must contain all words; the last one may be the beginning of a word. No operator of the search engine can be
reached: expressions are made of words in quotation marks only.
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

MAX_LENGTH = 300
MAX_TERMS = 12
# A word of at least this many letters may be the beginning of another; in scripts without spaces one is enough.
MIN_PREFIX = 3
# At most this many tags are searched for one term.
MAX_TAGS = 40
QUOTES = '"“”„«»「」『』'
PART = re.compile(
    rf"(?P<minus>(?<!\S)[-−–](?=\S))?"
    rf"(?:[{QUOTES}](?P<phrase>[^{QUOTES}]*)[{QUOTES}]|(?P<word>[^\s{QUOTES}]+))"
)
# In Hebrew a quotation mark inside a word belongs to it.
GERSHAYIM = re.compile('(?<=[א-ת])"(?=[א-ת])')


@dataclass(frozen=True)
class Term:
    """A word, or a phrase. `runs` are its folded words, as `split_words` returns them; `starts`: the last may go on."""

    runs: tuple[tuple[str, bool], ...]
    starts: bool = False

    def words(self) -> list[str]:
        """Return the term's words as the index stores them."""
        words: list[str] = []
        for number, (run, unspaced) in enumerate(self.runs, 1):
            words += normalize.bigrams(run, whole=number < len(self.runs)) if unspaced else [run]
        return words

    def open_ended(self) -> bool:
        """Return whether the last word matches longer words, too."""
        run, unspaced = self.runs[-1]
        return len(run) == 1 if unspaced else self.starts and len(run) >= MIN_PREFIX

    def exact_expression(self, mark: str = "") -> str:
        """Return the FTS5 expression for these words, with `mark` before each."""
        return f'"{" ".join(mark + word for word in self.words())}"'

    def prefix_expression(self, mark: str = "") -> str:
        """Return the FTS5 expression for these words, of which the last may go on."""
        return f"{self.exact_expression(mark)} *"


@dataclass(frozen=True)
class Query:
    """A parsed search: `said` is the text as typed, `terms` must be in a post, `without` must not; `shortened` if some
    of the text was cut off. Templates read these names."""

    said: str
    terms: tuple[Term, ...] = ()
    without: tuple[Term, ...] = ()
    shortened: bool = False


def parse_query(text: str) -> Query:
    typed = validate.one_line(text)
    shortened_text = _shorten(typed)
    terms: dict[Term, None] = {}
    without: dict[Term, None] = {}
    parts = list(PART.finditer(GERSHAYIM.sub("״", shortened_text)))
    for part in parts:
        runs = normalize.split_words(part["phrase"] or part["word"] or "")
        if runs:
            (without if part["minus"] else terms).setdefault(Term(runs))
    last_word = parts[-1]["word"] if parts and not parts[-1]["minus"] else None
    included = _open_last(list(terms), last_word) if last_word else list(terms)
    shortened = len(shortened_text) < len(typed) or max(len(terms), len(without)) > MAX_TERMS
    return Query(shortened_text, tuple(included[:MAX_TERMS]), tuple(without)[:MAX_TERMS], shortened)


def _shorten(text: str) -> str:
    if len(text) <= MAX_LENGTH:
        return text
    head, space, _ = text[: MAX_LENGTH + 1].rpartition(" ")
    return head if space and len(head) > MAX_LENGTH // 2 else text[:MAX_LENGTH]


def _open_last(terms: list[Term], word: str) -> list[Term]:
    """Let the term that was typed last match the beginnings of words."""
    runs = normalize.split_words(word)
    return [replace(term, starts=True) if term.runs == runs else term for term in terms]


class TagNames:
    """All tags, indexed by the words of their names."""

    def __init__(self, tags: Iterable[tuple[int, str]]) -> None:
        self._names = {tag_id: normalize.index_text(name).split() for tag_id, name in tags}
        self._ids_by_word: dict[str, list[int]] = {}
        for tag_id, words in self._names.items():
            for word in dict.fromkeys(words):
                self._ids_by_word.setdefault(word, []).append(tag_id)
        self._words = sorted(self._ids_by_word)

    def ids_matching(self, term: Term) -> list[int]:
        """Return the ids of the tags whose names contain a term, at most MAX_TAGS."""
        words = term.words()
        if len(words) > 1:
            ids = self._ids_by_word.get(words[0], [])
            return [tag_id for tag_id in ids if _contains(self._names[tag_id], words, term.open_ended())][:MAX_TAGS]
        if not term.open_ended():
            return self._ids_by_word.get(words[0], [])[:MAX_TAGS]
        matches = (tag_id for word in self._words_with_prefix(words[0]) for tag_id in self._ids_by_word[word])
        return list(islice(dict.fromkeys(matches), MAX_TAGS))

    def _words_with_prefix(self, prefix: str) -> Iterator[str]:
        for word in islice(self._words, bisect_left(self._words, prefix), None):
            if not word.startswith(prefix):
                return
            yield word


@lru_cache(maxsize=2)
def tag_names(tags: str) -> TagNames:
    """Return the index of tags from JSON (names by ids). As long as the JSON is the same, it is the same object."""
    return TagNames((int(tag_id), name) for tag_id, name in json.loads(tags).items())


def _contains(name: list[str], words: list[str], open_ended: bool) -> bool:
    *first, last = words
    for start in range(len(name) - len(first)):
        end = name[start + len(first)]
        if (end.startswith(last) if open_ended else end == last) and name[start : start + len(first)] == first:
            return True
    return False
