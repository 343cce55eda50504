"""Parse what people type into a search box: words, "phrases", -exclusions. Everything else is literal. Pure.

A post must contain all words; the last one may be the beginning of a word. No operator of the search engine can be
reached: expressions are made of words in quotation marks only.
"""

import json
import re
from dataclasses import dataclass, replace
from functools import lru_cache

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


@lru_cache(maxsize=2)
def tag_list(tags: str) -> str:
    """Return a line for each tag of a JSON object (names by ids): the id, and the words of its name."""
    lines = (f"{tag_id} {' '.join(normalize.index_text(name).split())}" for tag_id, name in json.loads(tags).items())
    return "".join(f"\n{line} " for line in lines)


def tags_matching(lines: str, term: Term) -> list[int]:
    """Return the ids of the tags in a `tag_list` whose names contain a term, at most MAX_TAGS."""
    words = f" {' '.join(term.words())}" + ("" if term.open_ended() else " ")
    ids: list[int] = []
    position = lines.find(words)
    while position >= 0 and len(ids) < MAX_TAGS:
        ids.append(int(lines[lines.rfind("\n", 0, position) : position].split(maxsplit=1)[0]))
        position = lines.find(words, lines.find("\n", position))
    return ids
