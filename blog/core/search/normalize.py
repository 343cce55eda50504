"""Text as the search index holds it: folded, so that many ways to write a word find each other. Pure.

Case, diacritics, Arabic and Hebrew vowel marks, and letters that people exchange (ё and е, ß and ss) make no
difference. Devanagari vowel signs do: they are letters of their own. Chinese, Japanese, Korean, Thai, Lao, Khmer and
Burmese put no space between words: they are cut into overlapping pieces of two characters, and the last one alone, so
that any two neighbouring characters are found as a word, and any single one as the beginning of a piece.

A fold goes character by character (of the composed form): `core.search.highlight` turns it round, to find in a text
what the index found.
"""

import html
import re
import unicodedata
from functools import cache

import regex

EAST_ASIAN = r"\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}々〆ー"
UNSPACED = regex.compile(rf"[{EAST_ASIAN}]+|\p{{Thai}}+|\p{{Lao}}+|\p{{Khmer}}+|\p{{Myanmar}}+")
SPACED = re.compile(r"[\x00-\u0e00\u2000-\u206f]*")
# What words are made of where spaces part them; see TOKENIZER in core.search.index.
LETTER = rf"[[\p{{L}}\p{{N}}\p{{Mn}}\p{{Mc}}]--[{EAST_ASIAN}\p{{Thai}}\p{{Lao}}\p{{Khmer}}\p{{Myanmar}}]]"
RUN = regex.compile(rf"(?V1)(?P<unspaced>{UNSPACED.pattern})|{LETTER}+")
# Decomposed, these keep their mark: й is another letter than и.
KEPT = frozenset("йўїӣӯ")
MARKS = regex.compile(
    r"[\u0300-\u036f\u0483-\u0487"  # accents: Latin, Greek, Cyrillic
    r"\u0591-\u05bd\u05bf-\u05c5\u05c7"  # Hebrew points
    r"\u0610-\u061a\u0640\u064b-\u065f\u0670\u06d6-\u06ed"  # Arabic vowel signs, tatweel
    r"\u093c\u09bc\u0a3c"  # nukta, which many leave out
    r"\u00ad\u200c-\u200f\u202a-\u202e\u2060-\u2069\ufeff"  # what is not seen
    r"\p{Co}\u05f3\u05f4]"  # private characters are for tags
)
LETTERS = str.maketrans(
    {
        "æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ħ": "h", "ı": "i", "ŋ": "n", "ſ": "s",
        "ى": "ي", "ی": "ي", "ک": "ك", "ٱ": "ا", "ة": "ه", "ہ": "ه", "ँ": "ं", "ҝ": "к",
        **{chr(0x0660 + digit): str(digit) for digit in range(10)},
        **{chr(0x06F0 + digit): str(digit) for digit in range(10)},
        **{chr(0x0966 + digit): str(digit) for digit in range(10)},
    }
)  # fmt: skip
# A tag is a word that nobody can type, and so is a word of a title, the second time: no text keeps these characters.
TAG, TITLE = "\ue000", "\ue001"
WORD = regex.compile(r"[\p{L}\p{N}\p{Mn}\p{Mc}]+")
# These stand inside words; all other elements part them. A raised one is often the number of a note.
INLINE = re.compile(
    r"</?(?:a|abbr|b|bdi|bdo|cite|code|del|dfn|em|i|ins|kbd|mark|q|s|samp|small|span|strong|sub|u|var|wbr)\b"
    r'[^<>"]*(?:"[^"]*"[^<>"]*)*>'
)
BACK = "\u21a9\ufe0e"  # what leads back from a note is no word of the author's
# The number of a note is no word of its sentence.
NOTE = re.compile(r'<sup class="footnote-ref">.*?</sup>')
ELEMENT = re.compile(r'<[^<>"]*(?:"[^"]*"[^<>"]*)*>')


class _Folds(dict[int, str]):
    """The fold of each character, worked out when it is first met."""

    def __missing__(self, code: int) -> str:
        self[code] = folded = _fold(chr(code))
        return folded


def _fold(character: str) -> str:
    lower = character.casefold()
    if lower in KEPT:
        return lower
    apart = unicodedata.normalize("NFKD", lower).casefold()
    return unicodedata.normalize("NFC", MARKS.sub("", apart).translate(LETTERS))


FOLDS = _Folds()
# A nasal before a consonant of its own kind may be written as a dot instead: हिन्दी is हिंदी.
NASAL = re.compile("[ङञण]्(?=[क-न])|न्(?=[त-ध])|म्(?=[प-भ])")
DOT, VIRAMA = "ं", "्"


def folded(text: str) -> str:
    """The text with all that makes no difference taken away."""
    if text.isascii():
        return text.lower()
    known = unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).translate(FOLDS))
    return NASAL.sub(DOT, known) if VIRAMA in known else known


def pieces(run: str, *, whole: bool = True) -> list[str]:
    """The pieces of folded characters of a script without spaces; the last character alone is one if `whole`."""
    pairs = [run[place : place + 2] for place in range(len(run) - 1)]
    return [*pairs, run[-1]] if whole or not pairs else pairs


def indexed(text: str) -> str:
    """The text as the index takes it."""
    known = folded(text)
    if SPACED.fullmatch(known):
        return known
    return str(UNSPACED.sub(lambda found: f" {' '.join(pieces(found[0]))} ", known))


def indexed_title(text: str) -> str:
    """The words of a title as the index takes them the second time: to be found among titles, not all texts."""
    return str(WORD.sub(rf"{TITLE}\g<0>", indexed(text)))


def indexed_tags(ids: list[int]) -> str:
    """The tags of a post as the index takes them: by their ids, so that another name changes nothing."""
    return " ".join(tag_word(number) for number in ids)


def tag_word(number: int) -> str:
    """The word that stands for a tag."""
    return f"{TAG}{number}"


def plain(rendered: str) -> str:
    """The words of rendered HTML, without elements and addresses."""
    return html.unescape(ELEMENT.sub(" ", INLINE.sub("", NOTE.sub("", rendered)))).replace(BACK, "")


@cache
def runs(text: str) -> tuple[tuple[str, bool], ...]:
    """The words of a short text, folded, each with whether its script has no spaces."""
    return tuple((found[0], found["unspaced"] is not None) for found in RUN.finditer(folded(text)))
