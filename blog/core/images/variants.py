"""The files of one stored picture: their names, and what markup must know about them. Pure.

A picture is stored as a base file, which every browser shows. Beside it are narrower variants, and a WebP variant of
each: `<prefix>.jpg`, `<prefix>-640.jpg`, `<prefix>.webp`, `<prefix>-640.webp`. The prefix is the first 24 digits of
the SHA-256 of the uploaded bytes.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import unescape
from itertools import product
from urllib.parse import unquote

HASH_PREFIX = r"[0-9a-f]{24}"
NARROW_WIDTHS = (640, 1280)
MAX_WIDTH = 2560
# Feed readers do not choose between files: feeds link the file of this width.
FEED_WIDTH = 1280
TYPES = {"jpg": "image/jpeg", "png": "image/png", "webp": "image/webp", "gif": "image/gif"}
IMAGE_NAME = rf"{HASH_PREFIX}(?:-(?:{'|'.join(map(str, NARROW_WIDTHS))}))?\.(?:{'|'.join(TYPES)})"
URL_PREFIX = "/media/"
IMAGE_URL = re.compile(rf"{URL_PREFIX}({HASH_PREFIX})(?:-\d{{3,4}})?\.(?:{'|'.join(TYPES)})")
STORED_URL = re.compile(rf"{URL_PREFIX}{IMAGE_NAME}")
# The whole SHA-256 of the uploaded bytes.
FULL_HASH = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class ImageFile:
    """The base file of a stored picture. `widths` are the widths of all its files; empty if there is only the base."""

    name: str
    width: int
    height: int
    widths: Sequence[int] = ()

    @property
    def address(self) -> str:
        return URL_PREFIX + self.name

    @property
    def small(self) -> str:
        """Return the URL of the lightest file, about 640 pixels wide."""
        return self.variant_url(self.widths[0], "webp") if self.widths else self.address

    def variant_url(self, width: int, extension: str = "") -> str:
        """Return the URL of the file of this width; without `extension`, in the format of the base file."""
        prefix, _, base_extension = self.name.partition(".")
        suffix = f"-{width}" if width != self.width else ""
        return f"{URL_PREFIX}{prefix}{suffix}.{extension or base_extension}"

    def file_names(self) -> list[str]:
        """Return the names of all files, the base file first."""
        urls = (self.variant_url(width, extension) for width in self.widths for extension in ("", "webp"))
        return list(dict.fromkeys([self.name, *(url.removeprefix(URL_PREFIX) for url in urls)]))

    def size(self, width: int) -> tuple[int, int]:
        """Return width and height of the file of this width."""
        return width, max(1, round(self.height * width / self.width))

    def srcset(self, extension: str = "") -> str:
        """Return all URLs of a format with their widths; only the URL if there is one file."""
        if len(self.widths) == 1:
            return self.variant_url(self.width, extension)
        return ", ".join(f"{self.variant_url(width, extension)} {width}w" for width in self.widths)


ImageFiles = Mapping[str, ImageFile]


def hash_prefixes(text: str) -> list[str]:
    """Return the hash prefixes of all stored pictures that a text names, without repeats.

    URLs count as they are written and as a browser reads them (unescaped and unquoted).
    """
    decoded = unquote(unescape(text.replace("\\", "")))
    return list(dict.fromkeys(IMAGE_URL.findall(text if decoded == text else f"{text}\n{decoded}")))


def hash_prefix_of(address: str) -> str:
    """Return the hash prefix in a stored picture's URL; empty if the URL is not one of ours."""
    return address[len(URL_PREFIX) :][:24] if STORED_URL.fullmatch(address) else ""


def base_names(prefix: str) -> list[str]:
    return [f"{prefix}.{extension}" for extension in TYPES]


def file_names(prefix: str) -> list[str]:
    """Return the names that any file of a hash prefix may have."""
    suffixes = ("", *(f"-{width}" for width in NARROW_WIDTHS))
    return [f"{prefix}{suffix}.{extension}" for suffix, extension in product(suffixes, TYPES)]


def variant_widths(width: int) -> list[int]:
    return [*(narrow for narrow in NARROW_WIDTHS if narrow < width), width]
