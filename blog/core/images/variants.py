"""The files of one stored picture: how they are called, and what markup must know of them. Pure.

A picture is stored as a base file, which every browser shows, with narrower twins, and with a WebP twin of each:
`<stem>.jpg`, `<stem>-640.jpg`, `<stem>.webp`, `<stem>-640.webp`. The stem is made of the bytes that came in.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import unescape
from itertools import product
from urllib.parse import unquote

STEM = r"[0-9a-f]{24}"
NARROW = (640, 1280)
WIDEST = 2560
# Readers of feeds choose by nothing: they are given a file of this width.
IN_FEEDS = 1280
TYPES = {"jpg": "image/jpeg", "png": "image/png", "webp": "image/webp", "gif": "image/gif"}
# The names of stored pictures.
NAME = rf"{STEM}(?:-(?:{'|'.join(map(str, NARROW))}))?\.(?:{'|'.join(TYPES)})"
FOLDER = "/media/"
ADDRESS = re.compile(rf"{FOLDER}({STEM})(?:-\d{{3,4}})?\.(?:{'|'.join(TYPES)})")
OWN = re.compile(rf"{FOLDER}{NAME}")
# The SHA-256 of the bytes that came in: a stem is its beginning.
HASH = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class Plate:
    """A stored picture as markup shows it. `widths` are those of its files; none, if there is but the base."""

    name: str
    width: int
    height: int
    widths: Sequence[int] = ()

    @property
    def address(self) -> str:
        """Where the base file is."""
        return FOLDER + self.name

    @property
    def small(self) -> str:
        """Where a file of about 640 pixels is, the lightest that there is."""
        return self.twin(self.widths[0], "webp") if self.widths else self.address

    def twin(self, width: int, ending: str = "") -> str:
        """Where the file of a width is, in a format (the base's own, if none is named)."""
        stem, _, own = self.name.partition(".")
        narrow = f"-{width}" if width != self.width else ""
        return f"{FOLDER}{stem}{narrow}.{ending or own}"

    def size(self, width: int) -> tuple[int, int]:
        """Width and height of the file of a width."""
        return width, max(1, round(self.height * width / self.width))

    def srcset(self, ending: str = "") -> str:
        """All files of a format with their widths; the address alone, if there is one only."""
        if len(self.widths) == 1:
            return self.twin(self.width, ending)
        return ", ".join(f"{self.twin(width, ending)} {width}w" for width in self.widths)


Plates = Mapping[str, Plate]


def stems(text: str) -> list[str]:
    """The stems of all stored pictures that a text names, each once: as it stands there, or as a browser reads it."""
    meant = unquote(unescape(text.replace("\\", "")))
    return list(dict.fromkeys(ADDRESS.findall(text if meant == text else f"{text}\n{meant}")))


def stem_of(address: str) -> str:
    """The stem of the stored picture at an address; empty, if it is none of ours."""
    return address[len(FOLDER) :][:24] if OWN.fullmatch(address) else ""


def bases(stem: str) -> list[str]:
    """The names that the base file of a stem may have."""
    return [f"{stem}.{ending}" for ending in TYPES]


def files(stem: str) -> list[str]:
    """The names that any file of a stem may have."""
    return [f"{stem}{narrow}.{ending}" for narrow, ending in product(("", *(f"-{width}" for width in NARROW)), TYPES)]


def widths(widest: int) -> list[int]:
    """The widths of the files of a picture of some width."""
    return [*(width for width in NARROW if width < widest), widest]
