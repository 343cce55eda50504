"""Find fonts on this machine: Noto, script by script; nothing is shipped, nothing is fetched."""

import os
from collections.abc import Iterator
from functools import cache
from pathlib import Path

FOLDERS = ("/usr/share/fonts", "/usr/local/share/fonts", "~/.local/share/fonts", "~/.fonts", "/Library/Fonts",
           "/System/Library/Fonts", "~/Library/Fonts")  # fmt: skip
EXTENSIONS = (".ttf", ".otf", ".ttc")
# The packages that bring them (Debian's names), and scripts for which one font of each tells whether it is there.
PACKAGES = {"fonts-noto-core": ("LATIN_FONTS", "ARABIC", "DEVANAGARI"), "fonts-noto-cjk": ("CJK",)}
LATIN_FONTS = ("NotoSerif", "DejaVuSerif", "LiberationSerif", "Times New Roman", "Georgia")
# Scripts that the Latin fonts draw as well.
LATIN_SCRIPTS = {"LATIN_FONTS", "GREEK", "CYRILLIC"}
# Where the name of the font is not that of the script.
FONT_NAMES = {
    "ARABIC": ("NotoNaskhArabic", "NotoSansArabic"),
    "CJK": ("NotoSerifCJK", "NotoSansCJK"),
    "HANGUL": ("NotoSerifCJK", "NotoSansCJK"),
    "MEETEI": ("NotoSansMeeteiMayek",),
    "CANADIAN": ("NotoSansCanadianAboriginal",),
    "OL": ("NotoSansOlChiki",),
}
# In a collection for Chinese, Japanese and Korean the same character has a form for each language.
CJK_FACES = {"ja": 0, "ko": 1, "zh": 2, "zh-TW": 3, "zh-HK": 4, "zh-Hant": 3}


@cache
def font_files() -> dict[str, Path]:
    """Every font file that is found: its name without ending -> its path."""
    found: dict[str, Path] = {}
    for folder in FOLDERS:
        for parent, _, names in os.walk(Path(folder).expanduser()):
            for file in (Path(parent, name) for name in names):
                if file.suffix.lower() in EXTENSIONS:
                    found.setdefault(file.stem, file)
    return found


def find_font(script: str, *, bold: bool) -> Path | None:
    """The best font file for a script; None where there is none."""
    known = font_files()
    return next((known[name] for name in _font_names(script, bold=bold) if name in known), None)


def _font_names(script: str, *, bold: bool) -> Iterator[str]:
    title = script.capitalize()
    families = (
        LATIN_FONTS if script in LATIN_SCRIPTS else FONT_NAMES.get(script, (f"NotoSerif{title}", f"NotoSans{title}"))
    )
    for weight in ("Bold", "Regular") if bold else ("Regular", "Bold"):
        for family in families:
            yield f"{family}-{weight}"
    yield from families


def face_index(script: str, language: str) -> int:
    """Which face of a collection is meant for a language."""
    if script == "HANGUL":
        return CJK_FACES["ko"]
    if script != "CJK":
        return 0
    return CJK_FACES.get(language, CJK_FACES.get(language.partition("-")[0], 0))


def missing_packages() -> list[str]:
    """The Debian packages that would bring fonts which are not here."""
    return [name for name, wanted in PACKAGES.items() if any(find_font(script, bold=True) is None for script in wanted)]
