"""Make QR codes (ISO/IEC 18004) as one SVG path. Pure; the only module that imports segno."""

from functools import lru_cache
from itertools import groupby
from typing import NamedTuple

# Readers accept any mask. Trying all eight would take four times as long; this code is printed or shown large.
MASK = 3


class QRCode(NamedTuple):
    """A QR code of `size` x `size` modules; `path` draws the dark ones as SVG strokes, one unit high."""

    size: int
    path: str


@lru_cache(maxsize=512)
def encode(text: str) -> QRCode:
    """Return the QR code of a text; it stays readable with 7 % of damage. Raise ValueError beyond 2,953 bytes."""
    import segno

    code = segno.make(text, error="l", boost_error=False, micro=False, mask=MASK)
    rows = [_row_path(y, list(row)) for y, row in enumerate(code.matrix)]
    return QRCode(len(rows), "".join(rows))


def _row_path(y: int, modules: list[int]) -> str:
    path, x = "", 0
    for dark, group in groupby(modules):
        length = len(list(group))
        path += f"M{x} {y}.5h{length}" if dark else ""
        x += length
    return path
