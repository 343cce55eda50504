"""Set a few words as a designer would: which letters need which font, in which order, on which lines. Pure.

Measures and fonts stay with the caller. Lines are broken where the script allows it and are made about equally long.
Directions follow the Unicode bidirectional algorithm (UAX #9) as far as titles need it: no explicit embeddings.
"""

import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

import regex

from blog.core.text.words import graphemes

# The text of one script in one direction -> its width in pixels.
Measure = Callable[["Run"], float]
COMMON = ""
# What Unicode's names of letters begin with, where that is not the script's own name.
SCRIPT_ALIASES = {"HIRAGANA": "CJK", "KATAKANA": "CJK", "IDEOGRAPHIC": "CJK", "BOPOMOFO": "CJK",
           "HALFWIDTH": "CJK", "FULLWIDTH": "CJK", "KANGXI": "CJK"}  # fmt: skip
LETTERS = {"Lu", "Ll", "Lt", "Lm", "Lo"}
EMOJI = r"(?:\p{Emoji_Presentation}|\p{Extended_Pictographic}(?=\ufe0f)|\p{Regional_Indicator}|\p{Emoji_Modifier})"
EMOJI_SEQUENCES = regex.compile(
    rf"{EMOJI}\ufe0f?(?:\u200d?{EMOJI}\ufe0f?)*[\U000e0020-\U000e007f]*|[\ufe0e\ufe0f\u20e3]"
)
# Scripts that put no space between words: a line may end after almost any of their characters.
UNSPACED = {"CJK", "THAI", "LAO", "KHMER", "MYANMAR", "TIBETAN"}
NEVER_FIRST = set("、。，．・：；？！）」』】〕〉》”’ー々ぁぃぅぇぉっゃゅょァィゥェォッャュョ,.;:!?)]}»›…%")
NEVER_LAST = set("（「『【〔〈《“‘([{«‹")
DIRECTION_MARKS = regex.compile(r"[\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069]")


@dataclass(frozen=True)
class Run:
    """Letters of one script that run in one direction."""

    text: str
    script: str
    right_to_left: bool


@dataclass(frozen=True)
class TextLine:
    """Runs from left to right, as they are drawn."""

    runs: Sequence[Run]

    @property
    def text(self) -> str:
        """The words, as they are drawn."""
        return "".join(run.text for run in self.runs)


def without_emoji(text: str) -> str:
    """The text without emoji, which text fonts cannot draw; digits and signs that can be letters stay."""
    return " ".join(EMOJI_SEQUENCES.sub("", DIRECTION_MARKS.sub("", text)).split())


def script_of(char: str) -> str:
    """The script of a letter by its Unicode name, like DEVANAGARI or CJK; empty for what all scripts share."""
    if "0" <= char <= "9":
        return "LATIN"
    if unicodedata.category(char) not in LETTERS:
        return COMMON
    first = unicodedata.name(char, "").partition(" ")[0].partition("-")[0]
    return SCRIPT_ALIASES.get(first, first)


def scripts_of(text: str) -> list[str]:
    """The script of each character; marks, signs and spaces take that of the letters before them, else after."""
    found = [script_of(char) for char in text]
    known = next((each for each in found if each), "LATIN")
    for place, each in enumerate(found):
        known = found[place] = each or known
    return found


# -- lines ---------------------------------------------------------------------------------------------------


def unbreakable_parts(text: str) -> list[str]:
    """What may not be broken: words with the space after them; of scripts without spaces, single characters."""
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


def break_lines(parts: Sequence[str], widths: Sequence[float], most: float) -> list[str]:
    """The parts on as few lines of `most` width as they need, about equally long. A wider part has its own line."""
    least, best = len(_line_ends(widths, most)), most
    low, high = max([*(width for width in widths if width <= most), most / 3]), most
    for _ in range(12):
        middle = (low + high) / 2
        if len(_line_ends(widths, middle)) <= least:
            best = high = middle
        else:
            low = middle
    ends = _line_ends(widths, best)
    return ["".join(parts[start:end]).strip() for start, end in zip([0, *ends], ends, strict=False)]


def _line_ends(widths: Sequence[float], most: float) -> list[int]:
    """Where lines end that are filled one after the other."""
    ends, width = [], 0.0
    for place, each in enumerate(widths):
        if width and width + each > most:
            ends.append(place)
            width = 0.0
        width += each
    return [*ends, len(widths)]


# -- order ---------------------------------------------------------------------------------------------------


def visual_order(text: str, writings: Sequence[str], *, right_to_left: bool) -> TextLine:
    """A line of a paragraph in the order in which it is drawn; `writings` names the script of each character."""
    levels = _levels(text, base=int(right_to_left))
    runs: list[tuple[int, Run]] = []
    start = 0
    for (level, writing), group in groupby(zip(levels, writings, strict=True)):
        end = start + len(list(group))
        runs.append((level, Run(text[start:end], writing, bool(level % 2))))
        start = end
    for level in range(max(levels, default=0), 0, -1):
        runs = list(_reverse_runs(runs, level))
    return TextLine([run for _, run in runs])


def is_right_to_left(text: str) -> bool:
    """Whether a text begins with a script that runs from right to left (UAX #9, P2 and P3)."""
    kinds = (unicodedata.bidirectional(char) for char in text)
    return next((kind != "L" for kind in kinds if kind in ("L", "R", "AL")), False)


def _levels(text: str, base: int) -> list[int]:
    """The embedding level of each character (UAX #9, W1 to I2, simplified)."""
    directions = _strong_directions(text, base)
    levels: list[int] = []
    for place, each in enumerate(directions):
        if each is None:
            before = next((one for one in reversed(directions[:place]) if one is not None), base)
            after = next((one for one in directions[place:] if one is not None), base)
            level = (
                _neighbour_direction(before) if _neighbour_direction(before) == _neighbour_direction(after) else base
            )
        else:
            level = each
        levels.append(level if level >= base else base + 1)
    return levels


def _strong_directions(text: str, base: int) -> list[int | None]:
    """For each character 0 (left to right), 1 (right to left), 2 (a number within the latter), or None."""
    found: list[int | None] = []
    last = base
    for char in text:
        kind = unicodedata.bidirectional(char)
        if kind in ("L", "R", "AL"):
            last = int(kind != "L")
            found.append(last)
        elif kind in ("EN", "AN"):
            found.append(2 if last else 0)
        elif kind == "NSM" and found:
            found.append(found[-1])
        elif kind in ("ES", "CS", "ET") and found and found[-1] == 2:
            found.append(2)
        else:
            found.append(None)
    return found


def _neighbour_direction(level: int) -> int:
    """The direction that a neighbour sees: a number among right-to-left words is one of them."""
    return 1 if level else 0


def _reverse_runs(runs: list[tuple[int, Run]], least: int) -> Iterator[tuple[int, Run]]:
    for high, group in groupby(runs, lambda run: run[0] >= least):
        together = list(group)
        yield from reversed(together) if high else together
