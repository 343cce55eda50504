"""Find fonts on this machine: Noto, script by script. Broadsheet ships and downloads none."""

import os
from collections.abc import Iterator
from functools import cache
from pathlib import Path

FOLDERS = ("/usr/share/fonts", "/usr/local/share/fonts", "~/.local/share/fonts", "~/.fonts", "/Library/Fonts",
           "/System/Library/Fonts", "~/Library/Fonts")  # fmt: skip
EXTENSIONS = (".ttf", ".otf", ".ttc")
# Debian packages with these fonts -> scripts whose fonts show that the package is installed.
PACKAGES = {"fonts-noto-core": ("LATIN", "ARABIC", "DEVANAGARI"), "fonts-noto-cjk": ("CJK",)}
LATIN_FONTS = ("NotoSerif", "DejaVuSerif", "LiberationSerif", "Times New Roman", "Georgia")
# Scripts that the Latin fonts draw as well.
LATIN_SCRIPTS = {"LATIN", "GREEK", "CYRILLIC"}
# Scripts whose fonts are not named after them.
FONT_NAMES = {
    "ARABIC": ("NotoNaskhArabic", "NotoSansArabic"),
    "CJK": ("NotoSerifCJK", "NotoSansCJK"),
    "HANGUL": ("NotoSerifCJK", "NotoSansCJK"),
    "MEETEI": ("NotoSansMeeteiMayek",),
    "CANADIAN": ("NotoSansCanadianAboriginal",),
    "OL": ("NotoSansOlChiki",),
}
# A font collection for Chinese, Japanese and Korean has one face a language: the same character has several forms.
CJK_FACES = {"ja": 0, "ko": 1, "zh": 2, "zh-TW": 3, "zh-HK": 4, "zh-Hant": 3}


@cache
def font_files() -> dict[str, Path]:
    """Return all installed font files: name without extension -> path."""
    fonts: dict[str, Path] = {}
    for folder in FOLDERS:
        for parent, _, names in os.walk(Path(folder).expanduser()):
            for file in (Path(parent, name) for name in names):
                if file.suffix.lower() in EXTENSIONS:
                    fonts.setdefault(file.stem, file)
    return fonts


def find_font(script: str, *, bold: bool) -> Path | None:
    """Return the best font file for a script; None if there is none."""
    fonts = font_files()
    return next((fonts[name] for name in _font_names(script, bold=bold) if name in fonts), None)


def _font_names(script: str, *, bold: bool) -> Iterator[str]:
    name = script.capitalize()
    families = FONT_NAMES.get(script, (f"NotoSerif{name}", f"NotoSans{name}"))
    families = LATIN_FONTS if script in LATIN_SCRIPTS else families
    for weight in ("Bold", "Regular") if bold else ("Regular", "Bold"):
        for family in families:
            yield f"{family}-{weight}"
    yield from families


def face_index(script: str, language: str) -> int:
    """Return which face of a font collection is meant for a language."""
    if script == "HANGUL":
        return CJK_FACES["ko"]
    if script != "CJK":
        return 0
    return CJK_FACES.get(language, CJK_FACES.get(language.partition("-")[0], 0))


def missing_packages() -> list[str]:
    """Return the Debian packages that would bring missing fonts."""
    return [name for name, scripts in PACKAGES.items() if not all(find_font(script, bold=True) for script in scripts)]
