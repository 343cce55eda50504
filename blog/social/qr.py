"""QR codes (ISO/IEC 18004), as one path to be drawn. Pure; the only door to segno."""

from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby

# Any mask can be read; trying all eight would take four times as long, for a code that is printed or shown large.
MASK = 3


@dataclass(frozen=True)
class QRCode:
    """A code of `size` x `size` modules; `path` draws its dark ones, each one unit high (SVG, stroked)."""

    size: int
    path: str


@lru_cache(maxsize=512)
def encode(text: str) -> QRCode:
    """The code of a text, which about 7 % of damage leave readable. Raises ValueError beyond 2,953 bytes."""
    import segno

    made = segno.make(text, error="l", boost_error=False, micro=False, mask=MASK)
    rows = [_row_path(y, list(row)) for y, row in enumerate(made.matrix)]
    return QRCode(len(rows), "".join(rows))


def _row_path(y: int, modules: list[int]) -> str:
    path, x = "", 0
    for dark, group in groupby(modules):
        length = len(list(group))
        path += f"M{x} {y}.5h{length}" if dark else ""
        x += length
    return path
