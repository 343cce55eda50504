"""Lay out a few words as a designer would: find scripts, order right-to-left text, break lines. Pure.

The caller measures the text and knows the fonts. Lines break where the script allows it and become about equally long.
Directions follow the Unicode bidirectional algorithm (UAX #9) as far as titles need it: no explicit embeddings.
"""

import unicodedata
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import NamedTuple

import regex

from blog.core.text.words import graphemes

COMMON = ""
# The Unicode name of a letter begins with its script; these first words stand for another script.
SCRIPT_ALIASES = {"HIRAGANA": "CJK", "KATAKANA": "CJK", "IDEOGRAPHIC": "CJK", "BOPOMOFO": "CJK",
           "HALFWIDTH": "CJK", "FULLWIDTH": "CJK", "KANGXI": "CJK"}  # fmt: skip
LETTERS = {"Lu", "Ll", "Lt", "Lm", "Lo"}
EMOJI = r"(?:\p{Emoji_Presentation}|\p{Extended_Pictographic}(?=\ufe0f)|\p{Regional_Indicator}|\p{Emoji_Modifier})"
EMOJI_SEQUENCES = regex.compile(
    rf"{EMOJI}\ufe0f?(?:\u200d?{EMOJI}\ufe0f?)*[\U000e0020-\U000e007f]*|[\ufe0e\ufe0f\u20e3]"
)
# Scripts without spaces between words: a line may end after almost any of their characters.
UNSPACED = {"CJK", "THAI", "LAO", "KHMER", "MYANMAR", "TIBETAN"}
NEVER_FIRST = set("、。，．・：；？！）」』】〕〉》”’ー々ぁぃぅぇぉっゃゅょァィゥェォッャュョ,.;:!?)]}»›…%")
NEVER_LAST = set("（「『【〔〈《“‘([{«‹")
DIRECTION_MARKS = regex.compile(r"[\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069]")


class Run(NamedTuple):
    """Letters of one script and one direction."""

    text: str
    script: str
    right_to_left: bool


def without_emoji(text: str) -> str:
    """Return the text without emoji, which text fonts cannot draw; digits and signs that can be letters stay."""
    return " ".join(EMOJI_SEQUENCES.sub("", DIRECTION_MARKS.sub("", text)).split())


def script_of(char: str) -> str:
    """Return the script of a letter by its Unicode name, like DEVANAGARI or CJK; empty for what all scripts share."""
    if "0" <= char <= "9":
        return "LATIN"
    if unicodedata.category(char) not in LETTERS:
        return COMMON
    first = unicodedata.name(char, "").partition(" ")[0].partition("-")[0]
    return SCRIPT_ALIASES.get(first, first)


def scripts_of(text: str) -> list[str]:
    """Return the script of each character; marks, signs and spaces take it from the letter before them, else after."""
    scripts = [script_of(char) for char in text]
    last = next((script for script in scripts if script), "LATIN")
    for index, script in enumerate(scripts):
        last = scripts[index] = script or last
    return scripts


# -- lines ---------------------------------------------------------------------------------------------------


def unbreakable_parts(text: str) -> list[str]:
    """Split a text into words, each with the space after it; in scripts without spaces, into single characters."""
    parts: list[str] = []
    for grapheme in graphemes(text):
        if parts and not _breakable(parts[-1], grapheme):
            parts[-1] += grapheme
        else:
            parts.append(grapheme)
    return parts


def _breakable(before: str, after: str) -> bool:
    if after.isspace() or after in NEVER_FIRST or before[-1] in NEVER_LAST:
        return False
    if before[-1].isspace() or before[-1] in "-–—/\u200b":
        return True
    letter = next((char for char in reversed(before) if char not in NEVER_FIRST), " ")
    return script_of(letter) in UNSPACED and (script_of(after[0]) in UNSPACED or after[0] in NEVER_LAST)


def break_lines(parts: Sequence[str], widths: Sequence[float], max_width: float) -> list[str]:
    """Set the parts on as few lines as `max_width` allows, about equally long. A wider part gets a line of its own."""
    line_count, best = len(_line_ends(widths, max_width)), max_width
    low, high = max([*(width for width in widths if width <= max_width), max_width / 3]), max_width
    for _ in range(12):
        middle = (low + high) / 2
        if len(_line_ends(widths, middle)) <= line_count:
            best = high = middle
        else:
            low = middle
    ends = _line_ends(widths, best)
    return ["".join(parts[start:end]).strip() for start, end in zip([0, *ends], ends, strict=False)]


def _line_ends(widths: Sequence[float], max_width: float) -> list[int]:
    """Fill one line after the other; return the index of the part after each line."""
    ends, line_width = [], 0.0
    for index, width in enumerate(widths):
        if line_width and line_width + width > max_width:
            ends.append(index)
            line_width = 0.0
        line_width += width
    return [*ends, len(widths)]


# -- order ---------------------------------------------------------------------------------------------------


def visual_order(text: str, scripts: Sequence[str], *, right_to_left: bool) -> list[Run]:
    """Return a line of a paragraph from left to right, as it is drawn; `scripts` has the script of each character."""
    levels = _levels(text, base=int(right_to_left))
    runs: list[tuple[int, Run]] = []
    start = 0
    for (level, script), group in groupby(zip(levels, scripts, strict=True)):
        end = start + len(list(group))
        runs.append((level, Run(text[start:end], script, bool(level % 2))))
        start = end
    for level in range(max(levels, default=0), 0, -1):
        runs = list(_reverse_runs(runs, level))
    return [run for _, run in runs]


def is_right_to_left(text: str) -> bool:
    """Return whether the first strong character runs from right to left (UAX #9, P2 and P3)."""
    bidi_classes = map(unicodedata.bidirectional, text)
    return next((bidi_class != "L" for bidi_class in bidi_classes if bidi_class in ("L", "R", "AL")), False)


def _levels(text: str, base: int) -> list[int]:
    """Return the embedding level of each character (UAX #9, W1 to I2, simplified)."""
    directions = _strong_directions(text, base)
    levels: list[int] = []
    for index, direction in enumerate(directions):
        level = direction
        if level is None:
            # A number among right-to-left words counts as one of them.
            before = bool(next((left for left in reversed(directions[:index]) if left is not None), base))
            after = bool(next((right for right in directions[index:] if right is not None), base))
            level = int(before) if before == after else base
        levels.append(level if level >= base else base + 1)
    return levels


def _strong_directions(text: str, base: int) -> list[int | None]:
    """Return for each character 0 (left to right), 1 (right to left), 2 (a number within the latter), or None."""
    directions: list[int | None] = []
    last = base
    for char in text:
        bidi_class = unicodedata.bidirectional(char)
        if bidi_class in ("L", "R", "AL"):
            last = int(bidi_class != "L")
            directions.append(last)
        elif bidi_class in ("EN", "AN"):
            directions.append(2 if last else 0)
        elif bidi_class == "NSM" and directions:
            directions.append(directions[-1])
        elif bidi_class in ("ES", "CS", "ET") and directions and directions[-1] == 2:
            directions.append(2)
        else:
            directions.append(None)
    return directions


def _reverse_runs(runs: list[tuple[int, Run]], min_level: int) -> Iterator[tuple[int, Run]]:
    for reverse, group in groupby(runs, lambda run: run[0] >= min_level):
        neighbours = list(group)
        yield from reversed(neighbours) if reverse else neighbours
