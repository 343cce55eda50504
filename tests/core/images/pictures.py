"""Files of pictures, as phones, cameras and programs write them."""

from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import Image

SECRET = "52.5200N 13.4050E"


def saved(image: Image.Image, kind: str, **options: Any) -> bytes:
    """The file of a picture."""
    out = BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def frames() -> list[Image.Image]:
    """Three differing pictures."""
    return [Image.new("RGB", (40, 30), colour) for colour in ("red", "green", "blue")]


def moving(kind: str, **options: Any) -> bytes:
    """A file of three frames."""
    first, *rest = frames()
    return saved(first, kind, save_all=True, append_images=rest, **options)


def whereabouts(orientation: int = 1) -> Image.Exif:
    """What a phone writes into its pictures."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010E] = SECRET
    exif.get_ifd(0x8825)[1] = "N"
    exif.get_ifd(0x8825)[2] = (52.0, 31.0, 12.0)
    return exif


def seen(file: Path) -> Image.Image:
    """The picture in a file."""
    image = Image.open(BytesIO(file.read_bytes()))
    image.load()
    return image


def photograph(width: int, height: int, mode: str = "RGB") -> Image.Image:
    """A picture of very many colours."""
    bands = [Image.effect_noise((width, height), sigma) for sigma in (90, 80, 70, 60)[: len(mode)]]
    return Image.merge(mode, bands)
