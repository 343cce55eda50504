"""Text in the form of the search index: folded, so that different spellings of a word match. Pure.

Case, diacritics, Arabic and Hebrew vowel marks, and letters that people exchange (ё and е, ß and ss) make no
difference. Devanagari vowel signs do: they are letters of their own. Chinese, Japanese, Korean, Thai, Lao, Khmer and
Burmese put no space between words: their text is indexed as overlapping pairs of characters, and the last character
alone. So any two neighbouring characters match as a word, and any single one as the beginning of a pair.

Folding works character by character (in the composed form, NFC). `core.search.highlight` reverses it, to mark in a
text what the index matched.
"""

import html
import re
import unicodedata
from functools import cache

import regex

EAST_ASIAN = r"\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}々〆ー"
UNSPACED = regex.compile(rf"[{EAST_ASIAN}]+|\p{{Thai}}+|\p{{Lao}}+|\p{{Khmer}}+|\p{{Myanmar}}+")
SPACED = re.compile(r"[\x00-\u0e00\u2000-\u206f]*")
# A letter of scripts that put spaces between words; see TOKENIZER in core.search.index.
LETTER = rf"[[\p{{L}}\p{{N}}\p{{Mn}}\p{{Mc}}]--[{EAST_ASIAN}\p{{Thai}}\p{{Lao}}\p{{Khmer}}\p{{Myanmar}}]]"
RUN = regex.compile(rf"(?V1)(?P<unspaced>{UNSPACED.pattern})|{LETTER}+")
# Letters that are not decomposed: й is another letter than и.
UNFOLDED = frozenset("йўїӣӯ")
MARKS = regex.compile(
    r"[\u0300-\u036f\u0483-\u0487"  # accents: Latin, Greek, Cyrillic
    r"\u0591-\u05bd\u05bf-\u05c5\u05c7"  # Hebrew points
    r"\u0610-\u061a\u0640\u064b-\u065f\u0670\u06d6-\u06ed"  # Arabic vowel signs, tatweel
    r"\u093c\u09bc\u0a3c"  # nukta, which many leave out
    r"\u00ad\u200c-\u200f\u202a-\u202e\u2060-\u2069\ufeff"  # invisible characters
    r"\p{Co}\u05f3\u05f4]"  # private use: TAG_MARK and TITLE_MARK
)
LETTERS = str.maketrans(
    {
        "æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ħ": "h", "ı": "i", "ŋ": "n", "ſ": "s",
        "ى": "ي", "ی": "ي", "ک": "ك", "ٱ": "ا", "ة": "ه", "ہ": "ه", "ँ": "ं", "ҝ": "к",
        **{chr(zero + digit): str(digit) for zero in (0x0660, 0x06F0, 0x0966) for digit in range(10)},
    }
)  # fmt: skip
# Tags, and the second copy of a title, are indexed as words that nobody can type: folding removes these characters
# from all texts.
TAG_MARK, TITLE_MARK = "\ue000", "\ue001"
WORD = regex.compile(r"[\p{L}\p{N}\p{Mn}\p{Mc}]+")
# Elements that may stand inside a word; all others separate words. <sup> is not one: it is often a note's number.
INLINE = re.compile(
    r"</?(?:a|abbr|b|bdi|bdo|cite|code|del|dfn|em|i|ins|kbd|mark|q|s|samp|small|span|strong|sub|u|var|wbr)\b"
    r'[^<>"]*(?:"[^"]*"[^<>"]*)*>'
)
# The arrow from a note back to the text.
BACK_LINK = "\u21a9\ufe0e"
# The number of a note is no word of its sentence.
NOTE_NUMBER = re.compile(r'<sup class="footnote-ref">.*?</sup>')
ELEMENT = re.compile(r'<[^<>"]*(?:"[^"]*"[^<>"]*)*>')


class _Folds(dict[int, str]):
    """The folded form of each character, by code point; computed on first use."""

    def __missing__(self, code: int) -> str:
        self[code] = folded = _fold_character(chr(code))
        return folded


def _fold_character(character: str) -> str:
    lower = character.casefold()
    if lower in UNFOLDED:
        return lower
    decomposed = unicodedata.normalize("NFKD", lower).casefold()
    return unicodedata.normalize("NFC", MARKS.sub("", decomposed).translate(LETTERS))


FOLDS = _Folds()
# A nasal before a consonant of its own kind may be written as a dot instead: हिन्दी is हिंदी.
NASAL = re.compile("[ङञण]्(?=[क-न])|न्(?=[त-ध])|म्(?=[प-भ])")
DOT, VIRAMA = "ं", "्"


def fold(text: str) -> str:
    """Return the text without the differences that searches ignore."""
    if text.isascii():
        return text.lower()
    folded = unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).translate(FOLDS))
    return NASAL.sub(DOT, folded) if VIRAMA in folded else folded


def bigrams(run: str, *, whole: bool = True) -> list[str]:
    """Return the overlapping pairs of characters of a folded text; if `whole`, also the last character alone."""
    pairs = [run[start : start + 2] for start in range(len(run) - 1)]
    return [*pairs, run[-1]] if whole or not pairs else pairs


def index_text(text: str) -> str:
    """Return a text as the index stores it."""
    folded = fold(text)
    if SPACED.fullmatch(folded):
        return folded
    return str(UNSPACED.sub(lambda run: f" {' '.join(bigrams(run[0]))} ", folded))


def index_title(text: str) -> str:
    """Return the second copy of a title for the index: its words match among titles only, not in other texts."""
    return str(WORD.sub(rf"{TITLE_MARK}\g<0>", index_text(text)))


def index_tags(tag_ids: list[int]) -> str:
    """Return a post's tags for the index: by id, so that a tag can be renamed without indexing anew."""
    return " ".join(map(tag_token, tag_ids))


def tag_token(tag_id: int) -> str:
    return f"{TAG_MARK}{tag_id}"


def html_to_text(rendered: str) -> str:
    """Return the words of rendered HTML, without elements and URLs."""
    return html.unescape(ELEMENT.sub(" ", INLINE.sub("", NOTE_NUMBER.sub("", rendered)))).replace(BACK_LINK, "")


@cache
def split_words(text: str) -> tuple[tuple[str, bool], ...]:
    """Return the folded words of a short text, each with True if its script puts no spaces between words."""
    return tuple((match[0], match["unspaced"] is not None) for match in RUN.finditer(fold(text)))
