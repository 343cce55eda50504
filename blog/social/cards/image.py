"""Cards: the picture that a shared link shows. A book's cover in the site's colour, and a label with the title on it.

1200 x 630, so that every network shows it whole; all words stand in the middle, because some cut it to a square.
"""

import hashlib
import json
import unicodedata
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from blog.core.text.words import graphemes
from blog.social.cards import fonts, text_layout
from blog.social.cards.text_layout import Run, TextLine

if TYPE_CHECKING:
    from PIL.Image import Image
    from PIL.ImageDraw import ImageDraw
    from PIL.ImageFont import FreeTypeFont, ImageFont

    Font = FreeTypeFont | ImageFont

WIDTH, HEIGHT = 1200, 630
# Whoever changes what a card looks like raises this: cards get new addresses, and are drawn anew.
DESIGN = 1
PAPER, INK, MUTED = "#fcfbf7", "#1c1b19", "#5b5750"
LABEL = (228, 42, 972, 588)
# Of the label, what a square cut from the middle keeps.
MAX_LINE_WIDTH = 610
TITLE_TOP, TITLE_BOTTOM = 150, 492
SIZES = (96, 88, 80, 73, 67, 61, 56, 51, 46, 42, 38, 35, 32, 29)
# From this size on words may be broken that are longer than a line.
BREAK_WORDS_FROM = 56
MAX_LINES = 9
LINE_HEIGHT = 1.2
SMALL_SIZE = 29
COLOURS = 64
QUALITIES = (84, 74, 60, 40, 20)
MAX_JPEG_BYTES = 290 * 1024


@dataclass(frozen=True)
class Card:
    """All that a card shows. `accent` is #rrggbb; `cover` is the name of a picture in the media folder, or empty."""

    title: str
    site: str
    line: str
    accent: str
    language: str
    cover: str = ""

    @property
    def hash(self) -> str:
        """What names this card, and no other."""
        told = json.dumps([DESIGN, asdict(self)], sort_keys=True)
        return hashlib.sha256(told.encode()).hexdigest()[:16]

    @property
    def ending(self) -> str:
        """Photographs are JPEG, all else PNG."""
        return "jpg" if self.cover else "png"


def draw(card: Card, media: Path | None = None) -> bytes:
    """The card as a PNG; as a JPEG when it has a cover picture. Without the picture, it looks like any other."""
    from PIL import Image, ImageDraw

    image = Image.new("RGB", (WIDTH, HEIGHT), card.accent)
    brush = ImageDraw.Draw(image)
    covered = bool(card.cover and media) and _paste_cover(image, media / card.cover)  # type: ignore[operator]
    if not covered:
        _draw_frame(brush, _tint(card.accent))
    brush.rectangle(LABEL, fill=PAPER)
    inset = (LABEL[0] + 12, LABEL[1] + 12, LABEL[2] - 12, LABEL[3] - 12)
    brush.rectangle(inset, outline=card.accent, width=2)
    _draw_words(brush, card)
    if card.cover:
        return _encode_jpeg(image)
    out = BytesIO()
    image.quantize(COLOURS, dither=Image.Dither.NONE).save(out, "PNG", optimize=True)
    return out.getvalue()


def half_size(picture: bytes, kind: str) -> bytes:
    """A drawn card (`png` or `jpeg`) at half its width: enough for an author's look at it."""
    from PIL import Image

    out = BytesIO()
    with Image.open(BytesIO(picture)) as image:
        small = image.convert("RGB").resize((WIDTH // 2, HEIGHT // 2), Image.Resampling.LANCZOS)
    if kind == "png":
        small = small.quantize(COLOURS, dither=Image.Dither.NONE)
    small.save(out, kind.upper(), optimize=True)
    return out.getvalue()


def _encode_jpeg(image: "Image") -> bytes:
    """A JPEG that no network finds too heavy."""
    for quality in QUALITIES:
        out = BytesIO()
        image.save(out, "JPEG", quality=quality, optimize=True, progressive=True)
        if out.tell() <= MAX_JPEG_BYTES:
            break
    return out.getvalue()


def _paste_cover(image: "Image", file: Path) -> bool:
    """Fill the card with the picture; whether there is one."""
    from PIL import Image, ImageOps

    try:
        with Image.open(file) as picture:
            image.paste(ImageOps.fit(picture.convert("RGB"), image.size, Image.Resampling.LANCZOS))
    except (OSError, ValueError):
        return False
    return True


def _draw_frame(brush: "ImageDraw", colour: str) -> None:
    """Lines as they are stamped into a cover of cloth."""
    for inset, width in ((22, 3), (31, 1)):
        brush.rectangle((inset, inset, WIDTH - 1 - inset, HEIGHT - 1 - inset), outline=colour, width=width)


def _tint(colour: str) -> str:
    """A colour between this and white, or black if this is light."""
    parts = [int(colour[place : place + 2], 16) for place in (1, 3, 5)]
    other = 255 if sum(parts) < 480 else 0
    return "#" + "".join(f"{round(part + (other - part) * 0.42):02x}" for part in parts)


def _draw_words(brush: "ImageDraw", card: Card) -> None:
    middle = WIDTH // 2
    if card.site:
        draw_line(brush, card.site, card.language, 102, SMALL_SIZE + 3, MUTED)
        brush.line((middle - 30, 134, middle + 30, 134), fill=card.accent, width=3)
    title = card.title if drawable_text(card.title, card.language, bold=True) else card.site
    size, lines = fit_title(title, card.language)
    leading = round(size * LINE_HEIGHT)
    top = (TITLE_TOP + TITLE_BOTTOM) / 2 - leading * len(lines) / 2
    for number, line in enumerate(lines):
        draw_line(brush, line, card.language, top + leading * number + size * 0.93, size, INK, bold=True, whole=title)
    if card.line:
        brush.line((middle - 30, 508, middle + 30, 508), fill=card.accent, width=3)
        draw_line(brush, card.line, card.language, 550, SMALL_SIZE, MUTED)


def draw_line(
    brush: "ImageDraw",
    text: str,
    language: str,
    baseline: float,
    size: int,
    colour: str,
    *,
    bold: bool = False,
    whole: str = "",
) -> None:
    """Draw a line in the middle of the card; `whole` is the paragraph that it belongs to."""
    text = _fit_line(drawable_text(text, language, bold=bold), language, size, bold=bold)
    line = _text_line(text, language, bold=bold, right_to_left=text_layout.is_right_to_left(whole or text))
    left = WIDTH / 2 - line_width(line, language, size, bold=bold) / 2
    for run in line.runs:
        font = load_font(run.script, language, size, bold=bold)
        brush.text(
            (left, baseline), run.text, fill=colour, font=font, anchor="ls", **_shaping_options(font, run, language)
        )
        left += _run_width(run, language, size, bold=bold)


def fit_title(title: str, language: str) -> tuple[int, list[str]]:
    """The size in pixels and the lines in which a title looks best; what fits in no size is cut."""
    text = drawable_text(title, language, bold=True)
    while True:
        parts = text_layout.unbreakable_parts(text)
        widths = [_text_width(part, language, SIZES[0]) for part in parts]
        for size in SIZES:
            lines = _break_title(parts, [width * size / SIZES[0] for width in widths], size)
            if lines:
                return size, lines
        kept = graphemes(text)
        text = "".join(kept[: len(kept) * 9 // 10]).rstrip(" ….") + "…"


def _break_title(parts: Sequence[str], widths: Sequence[float], size: int) -> list[str] | None:
    """The lines at this size; None if they do not fit."""
    if max(widths, default=0) > MAX_LINE_WIDTH:
        if size > BREAK_WORDS_FROM:
            return None
        broken = [piece for part in zip(parts, widths, strict=True) for piece in _split_word(*part)]
        parts, widths = [text for text, _ in broken], [width for _, width in broken]
    lines = text_layout.break_lines(parts, widths, MAX_LINE_WIDTH)
    room = (TITLE_BOTTOM - TITLE_TOP) // round(size * LINE_HEIGHT)
    return lines if len(lines) <= min(room, MAX_LINES) else None


def _split_word(part: str, width: float) -> list[tuple[str, float]]:
    """A word with its width; in several pieces, if it is wider than a line."""
    if width <= MAX_LINE_WIDTH:
        return [(part, width)]
    letters = graphemes(part)
    step = max(1, int(len(letters) * MAX_LINE_WIDTH / width * 0.85))
    pieces = ["".join(letters[start : start + step]) for start in range(0, len(letters), step)]
    hyphen = "-" if text_layout.script_of(part[0]) in fonts.LATIN_SCRIPTS else ""
    told = [piece + hyphen for piece in pieces[:-1]] + pieces[-1:]
    return [(piece, width * len(graphemes(piece)) / len(letters)) for piece in told]


def _fit_line(text: str, language: str, size: int, *, bold: bool) -> str:
    """The text, or as much of it as a line holds."""
    letters, cut = graphemes(text), text
    while letters and _text_width(cut, language, size, bold=bold) > MAX_LINE_WIDTH + 10:
        letters = letters[: -max(1, len(letters) // 12)]
        cut = "".join(letters).rstrip() + "…"
    return cut


# -- fonts ---------------------------------------------------------------------------------------------------


@lru_cache(maxsize=256)
def load_font(script: str, language: str, size: int, *, bold: bool) -> "Font":
    """The font for a script; without one, that for Latin; without any, Pillow's own."""
    from PIL import ImageFont

    for wanted in (script, "LATIN"):
        file = fonts.find_font(wanted, bold=bold)
        if file:
            return ImageFont.truetype(file, size, index=fonts.face_index(wanted, language))
    return ImageFont.load_default(size)


@lru_cache(maxsize=4096)
def has_glyph(script: str, language: str, char: str, *, bold: bool) -> bool:
    """Whether the font for a script has a glyph for a character."""
    font = load_font(script, language, 40, bold=bold)
    return bytes(font.getmask(char)) != bytes(font.getmask("\U0010fffe"))


def drawable_text(text: str, language: str, *, bold: bool) -> str:
    """The text without emoji and without what no font here can draw."""
    told = text_layout.without_emoji(text)
    kept = "".join(
        char for char, writing in zip(told, _font_scripts(told, language, bold=bold), strict=True) if writing
    )
    return " ".join(kept.split())


def undrawable_letters(text: str, language: str) -> str:
    """The letters of a title that no font here can draw; emoji are none."""
    told = text_layout.without_emoji(text)
    pairs = zip(told, _font_scripts(told, language, bold=True), strict=True)
    return "".join(dict.fromkeys(char for char, writing in pairs if not writing))


def _font_scripts(text: str, language: str, *, bold: bool) -> list[str]:
    """For each character the script whose font draws it; empty where none does."""
    found = []
    for char, usual in zip(text, text_layout.scripts_of(text), strict=True):
        silent = char.isspace() or unicodedata.category(char) in ("Cf", "Mn")
        able = (each for each in (usual, "LATIN", "CJK") if silent or has_glyph(each, language, char, bold=bold))
        found.append(next(able, ""))
    return found


def _text_line(text: str, language: str, *, bold: bool, right_to_left: bool) -> TextLine:
    return text_layout.visual_order(text, _font_scripts(text, language, bold=bold), right_to_left=right_to_left)


def _text_width(text: str, language: str, size: int, *, bold: bool = True) -> float:
    return line_width(_text_line(text, language, bold=bold, right_to_left=False), language, size, bold=bold)


def line_width(line: TextLine, language: str, size: int, *, bold: bool) -> float:
    """How many pixels a line takes."""
    return sum(_run_width(run, language, size, bold=bold) for run in line.runs)


@lru_cache(maxsize=8192)
def _run_width(run: Run, language: str, size: int, *, bold: bool) -> float:
    font = load_font(run.script, language, size, bold=bold)
    return font.getlength(run.text, **_shaping_options(font, run, language))


def can_shape_text() -> bool:
    """Whether letters can be joined and ordered as Arabic and Devanagari need it."""
    from PIL import features

    return bool(features.check("raqm"))


def _shaping_options(font: "Font", run: Run, language: str) -> dict[str, Any]:
    from PIL import ImageFont

    if getattr(font, "layout_engine", ImageFont.Layout.BASIC) != ImageFont.Layout.RAQM:
        return {}
    return {"direction": "rtl" if run.right_to_left else "ltr", "language": language}
