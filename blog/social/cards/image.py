"""Draw social cards: a book cover in the site's colour, with the title on a label.

A card has 1200 x 630 pixels, so that every network shows all of it; the words stand in the middle, because some
networks crop it to a square.
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
from blog.social.cards.text_layout import Run

if TYPE_CHECKING:
    from PIL.Image import Image
    from PIL.ImageDraw import ImageDraw
    from PIL.ImageFont import FreeTypeFont, ImageFont

    Font = FreeTypeFont | ImageFont

WIDTH, HEIGHT = 1200, 630
# Raise this when cards shall look different: they get new addresses and are drawn again.
DESIGN = 1
PAPER, INK, MUTED = "#fcfbf7", "#1c1b19", "#5b5750"
LABEL = (228, 42, 972, 588)
# This much of the label remains when the card is cropped to a square.
MAX_LINE_WIDTH = 610
TITLE_TOP, TITLE_BOTTOM = 150, 492
SIZES = (96, 88, 80, 73, 67, 61, 56, 51, 46, 42, 38, 35, 32, 29)
# At this size and smaller ones, words longer than a line are broken.
BREAK_WORDS_FROM = 56
MAX_LINES = 9
LINE_HEIGHT = 1.2
SMALL_SIZE = 29
COLOURS = 64
QUALITIES = (84, 74, 60, 40, 20)
MAX_JPEG_BYTES = 290 * 1024


@dataclass(frozen=True)
class Card:
    """Everything a card shows; field names and values go into `hash`.

    `accent` is #rrggbb; `cover` is the name of a picture in the media folder, or empty.
    """

    title: str
    site: str
    line: str
    accent: str
    language: str
    cover: str = ""

    @property
    def hash(self) -> str:
        content = json.dumps([DESIGN, asdict(self)], sort_keys=True)
        return hashlib.sha256(content.encode()).hexdigest()[:16]

    @property
    def extension(self) -> str:
        return "jpg" if self.cover else "png"


def draw(card: Card, media: Path | None = None) -> bytes:
    """Return the card as a PNG, or as a JPEG if it has a cover; a missing cover file gives the usual background."""
    from PIL import Image, ImageDraw

    image = Image.new("RGB", (WIDTH, HEIGHT), card.accent)
    brush = ImageDraw.Draw(image)
    if not (card.cover and media and _paste_cover(image, media / card.cover)):
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
    """Return a card (`kind` is png or jpeg) at half its width and height, for the editor."""
    from PIL import Image

    out = BytesIO()
    with Image.open(BytesIO(picture)) as image:
        small = image.convert("RGB").resize((WIDTH // 2, HEIGHT // 2), Image.Resampling.LANCZOS)
    if kind == "png":
        small = small.quantize(COLOURS, dither=Image.Dither.NONE)
    small.save(out, kind.upper(), optimize=True)
    return out.getvalue()


def _encode_jpeg(image: "Image") -> bytes:
    """Return a JPEG light enough for all networks."""
    for quality in QUALITIES:
        out = BytesIO()
        image.save(out, "JPEG", quality=quality, optimize=True, progressive=True)
        if out.tell() <= MAX_JPEG_BYTES:
            break
    return out.getvalue()


def _paste_cover(image: "Image", file: Path) -> bool:
    """Fill the card with the picture; return False if it cannot be read."""
    from PIL import Image, ImageOps

    try:
        with Image.open(file) as picture:
            image.paste(ImageOps.fit(picture.convert("RGB"), image.size, Image.Resampling.LANCZOS))
    except (OSError, ValueError):
        return False
    return True


def _draw_frame(brush: "ImageDraw", colour: str) -> None:
    """Draw the two lines of a cloth cover."""
    for inset, width in ((22, 3), (31, 1)):
        brush.rectangle((inset, inset, WIDTH - 1 - inset, HEIGHT - 1 - inset), outline=colour, width=width)


def _tint(colour: str) -> str:
    """Mix a colour with white, a light one with black."""
    parts = [int(colour[start : start + 2], 16) for start in (1, 3, 5)]
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
        baseline = top + leading * number + size * 0.93
        draw_line(brush, line, card.language, baseline, size, INK, bold=True, paragraph=title)
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
    paragraph: str = "",
) -> None:
    """Draw a centred line of text; the direction is that of its whole paragraph."""
    text = _fit_line(drawable_text(text, language, bold=bold), language, size, bold=bold)
    runs = _runs(text, language, bold=bold, right_to_left=text_layout.is_right_to_left(paragraph or text))
    left = WIDTH / 2 - line_width(runs, language, size, bold=bold) / 2
    for run in runs:
        font = load_font(run.script, language, size, bold=bold)
        options = _shaping_options(font, run, language)
        brush.text((left, baseline), run.text, fill=colour, font=font, anchor="ls", **options)
        left += _run_width(run, language, size, bold=bold)


def fit_title(title: str, language: str) -> tuple[int, list[str]]:
    """Return the size in pixels and the lines that suit a title; a title too long for every size is shortened."""
    text = drawable_text(title, language, bold=True)
    while True:
        parts = text_layout.unbreakable_parts(text)
        widths = [_text_width(part, language, SIZES[0]) for part in parts]
        for size in SIZES:
            lines = _break_title(parts, [width * size / SIZES[0] for width in widths], size)
            if lines:
                return size, lines
        letters = graphemes(text)
        text = "".join(letters[: len(letters) * 9 // 10]).rstrip(" ….") + "…"


def _break_title(parts: Sequence[str], widths: Sequence[float], size: int) -> list[str] | None:
    """Return the lines at this size; None if they do not fit."""
    if max(widths, default=0) > MAX_LINE_WIDTH:
        if size > BREAK_WORDS_FROM:
            return None
        pieces = [piece for part in zip(parts, widths, strict=True) for piece in _split_word(*part)]
        parts, widths = [text for text, _ in pieces], [width for _, width in pieces]
    lines = text_layout.break_lines(parts, widths, MAX_LINE_WIDTH)
    room = (TITLE_BOTTOM - TITLE_TOP) // round(size * LINE_HEIGHT)
    return lines if len(lines) <= min(room, MAX_LINES) else None


def _split_word(part: str, width: float) -> list[tuple[str, float]]:
    """Split a word wider than a line into pieces; return each piece with its width."""
    if width <= MAX_LINE_WIDTH:
        return [(part, width)]
    letters = graphemes(part)
    step = max(1, int(len(letters) * MAX_LINE_WIDTH / width * 0.85))
    pieces = ["".join(letters[start : start + step]) for start in range(0, len(letters), step)]
    hyphen = "-" if text_layout.script_of(part[0]) in fonts.LATIN_SCRIPTS else ""
    pieces = [piece + hyphen for piece in pieces[:-1]] + pieces[-1:]
    return [(piece, width * len(graphemes(piece)) / len(letters)) for piece in pieces]


def _fit_line(text: str, language: str, size: int, *, bold: bool) -> str:
    letters = graphemes(text)
    while letters and _text_width(text, language, size, bold=bold) > MAX_LINE_WIDTH + 10:
        letters = letters[: -max(1, len(letters) // 12)]
        text = "".join(letters).rstrip() + "…"
    return text


# -- fonts ---------------------------------------------------------------------------------------------------


@lru_cache(maxsize=256)
def load_font(script: str, language: str, size: int, *, bold: bool) -> "Font":
    """Return the font for a script, else the Latin font, else Pillow's own."""
    from PIL import ImageFont

    for font_script in (script, "LATIN"):
        file = fonts.find_font(font_script, bold=bold)
        if file:
            return ImageFont.truetype(file, size, index=fonts.face_index(font_script, language))
    return ImageFont.load_default(size)


@lru_cache(maxsize=4096)
def has_glyph(script: str, language: str, char: str, *, bold: bool) -> bool:
    """Return whether the font for a script has a glyph for a character."""
    font = load_font(script, language, 40, bold=bold)
    return bytes(font.getmask(char)) != bytes(font.getmask("\U0010fffe"))


def drawable_text(text: str, language: str, *, bold: bool) -> str:
    """Remove emoji and all characters that no installed font can draw."""
    text = text_layout.without_emoji(text)
    scripts = _font_scripts(text, language, bold=bold)
    return " ".join("".join(char for char, script in zip(text, scripts, strict=True) if script).split())


def undrawable_letters(text: str, language: str) -> str:
    """Return the letters of a title, emoji aside, that no installed font can draw."""
    text = text_layout.without_emoji(text)
    pairs = zip(text, _font_scripts(text, language, bold=True), strict=True)
    return "".join(dict.fromkeys(char for char, script in pairs if not script))


def _font_scripts(text: str, language: str, *, bold: bool) -> list[str]:
    """Return for each character the script whose font can draw it; empty if no font can."""
    font_scripts = []
    for char, script in zip(text, text_layout.scripts_of(text), strict=True):
        needs_no_glyph = char.isspace() or unicodedata.category(char) in ("Cf", "Mn")
        candidates = (script, "LATIN", "CJK")
        usable = (name for name in candidates if needs_no_glyph or has_glyph(name, language, char, bold=bold))
        font_scripts.append(next(usable, ""))
    return font_scripts


def _runs(text: str, language: str, *, bold: bool, right_to_left: bool) -> list[Run]:
    return text_layout.visual_order(text, _font_scripts(text, language, bold=bold), right_to_left=right_to_left)


def _text_width(text: str, language: str, size: int, *, bold: bool = True) -> float:
    return line_width(_runs(text, language, bold=bold, right_to_left=False), language, size, bold=bold)


def line_width(runs: Sequence[Run], language: str, size: int, *, bold: bool) -> float:
    """Return the width of a line in pixels."""
    return sum(_run_width(run, language, size, bold=bold) for run in runs)


@lru_cache(maxsize=8192)
def _run_width(run: Run, language: str, size: int, *, bold: bool) -> float:
    font = load_font(run.script, language, size, bold=bold)
    return font.getlength(run.text, **_shaping_options(font, run, language))


def can_shape_text() -> bool:
    """Return whether Pillow can join and order letters as Arabic and Devanagari need it (libraqm with fribidi)."""
    from PIL import features

    return bool(features.check("raqm"))


def _shaping_options(font: "Font", run: Run, language: str) -> dict[str, Any]:
    from PIL import ImageFont

    if getattr(font, "layout_engine", ImageFont.Layout.BASIC) != ImageFont.Layout.RAQM:
        return {}
    return {"direction": "rtl" if run.right_to_left else "ltr", "language": language}
