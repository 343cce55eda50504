"""Pictures decoded, checked and encoded anew: nothing of the file that came in is ever served.

Orientation is applied, the colour profile kept; all else that lies beside the picture (place, camera, words) is left
behind. Raises Invalid with a half sentence about "it", the picture.
"""

import re
import struct
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, Any

from blog.core.errors import Invalid
from blog.core.images import file_types, variants
from blog.core.images.variants import Plate

if TYPE_CHECKING:
    from PIL.Image import Image

PIXELS = 50_000_000
# All frames of a moving picture together: the worst take ten seconds to encode. Each costs time, however small it is.
MOVING_PIXELS = 40_000_000
FRAMES = 3000
# A JPEG may be drawn over and over: each time costs as much as the first, and takes thirty bytes.
SCANS = 100
# So may what is said before it be long; a photograph whose camera tells everything has a few hundred parts.
PARTS = 5000
MARKER = re.compile(rb"\xff([^\x00\x01\xd0-\xd7\xff])")
SCAN, END = b"\xda", b"\xd9"
# No side of a WebP may be longer.
LONGEST = 16_383
FORMATS = ("JPEG", "PNG", "WEBP", "GIF")
PHOTOGRAPHS = ("JPEG", "MPO")
TOO_LARGE = f"it has more than {PIXELS // 10**6} million pixels; make it smaller"
TOO_LONG = f"its frames have more than {MOVING_PIXELS // 10**6} million pixels together; make it shorter or smaller"
TOO_MANY = f"it has more than {FRAMES} frames; make it shorter"
TOO_OFTEN = "it is drawn in too many steps; save it anew, as a plain JPEG"
DAMAGED = "it is damaged or cut off"
# A picture of more colours is a photograph.
COLOURS = 65_536
PROFILE_BYTES = 64 * 1024
ORIENTATION = 0x0112
TURNED = (5, 6, 7, 8)
# What a GIF can say at most: for how long a frame is shown (all that look alike are one), and how often all are.
MILLISECONDS, ROUNDS = 655_350, 65_535
# Of what is tried in vain, these cost little: a photograph of 50 million pixels takes two seconds in all.
JPEG: Mapping[str, Any] = {"format": "JPEG", "quality": 82, "optimize": True, "progressive": True}
PNG: Mapping[str, Any] = {"format": "PNG", "compress_level": 6}
WEBP: Mapping[str, Any] = {"format": "WEBP", "quality": 78, "method": 4, "exif": b"", "xmp": b""}
LOSSLESS: Mapping[str, Any] = {**WEBP, "lossless": True, "quality": 50}
MOVING: Mapping[str, Any] = {**WEBP, "quality": 75, "method": 0, "save_all": True}


Files = Mapping[str, bytes]


@dataclass(frozen=True)
class Encoded:
    """A picture ready to be stored: what is to be known of it, and its files by their names, the base last."""

    plate: Plate
    files: Files


def encode(data: bytes, stem: str) -> Encoded:
    """A picture encoded anew, its files called by a stem. Raises Invalid."""
    with _in_words(data):
        image = _opened(data)
        return _moving(image, stem) if _moves(image) else _still(image, stem)


@contextmanager
def _in_words(data: bytes) -> Iterator[None]:
    """Whatever a file makes its decoder fail with becomes a half sentence."""
    from PIL import Image, UnidentifiedImageError

    with warnings.catch_warnings():
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        try:
            yield
        except (Invalid, MemoryError):
            raise
        except UnidentifiedImageError as error:
            raise Invalid("file", file_types.no_picture(data)) from error
        except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
            raise Invalid("file", TOO_LARGE) from error
        except Exception as error:  # decoders fail in many ways, and more with each release
            raise Invalid("file", DAMAGED) from error


def _opened(data: bytes) -> "Image":
    from PIL import Image

    if data.startswith(b"\xff\xd8"):
        _check_steps(data)
    image = Image.open(BytesIO(data), formats=FORMATS)
    if image.width * image.height > PIXELS:
        raise Invalid("file", TOO_LARGE)
    return image


def _check_steps(data: bytes) -> None:
    """Refuse a JPEG of too many parts, before anybody decodes one. What phones write behind its end is none of it."""
    scans, place = 0, 2
    for _ in range(PARTS):
        found = MARKER.search(data, place)
        if found is None or found[1] == END:
            return
        scans += found[1] == SCAN
        if scans > SCANS:
            break
        place = found.end() + max(2, int.from_bytes(data[found.end() : found.end() + 2], "big"))
    raise Invalid("file", TOO_OFTEN)


def _moves(image: "Image") -> bool:
    # Many phones write a depth or gain map behind a photograph (MPO): it is no film.
    return image.format not in PHOTOGRAPHS and bool(getattr(image, "is_animated", False))


# -- what stands still --------------------------------------------------------------------------------------


def _still(image: "Image", stem: str) -> Encoded:
    photograph = image.format in PHOTOGRAPHS
    # A JPEG is decoded at a half, a quarter or an eighth of its size: a large one fits in little memory.
    image.draft(None, _fit(image.size, _orientation(image) in TURNED))
    image.load()
    profile, orientation = _profile(image), _orientation(image)
    plain = _opaque_if_it_is(_plain(image, photograph))
    photograph = photograph or _is_photograph(plain)
    base = _turned(_narrowed(plain, _fit(plain.size, orientation in TURNED)), orientation)
    kind = "jpg" if photograph and base.mode != "RGBA" else "png"
    same = image if (image.mode in ("1", "P") and base.size == image.size and orientation not in range(2, 9)) else None
    plate = Plate(f"{stem}.{kind}", base.width, base.height, variants.widths(base.width))
    files = dict(_files(plate, base, photograph, profile))
    if same and kind == "png":
        files[plate.name] = _saved(same, profile, PNG)  # with its palette it is lighter
    return Encoded(plate, files)


def _files(plate: Plate, base: "Image", photograph: bool, profile: bytes | None) -> Iterator[tuple[str, bytes]]:
    usual = JPEG if plate.name.endswith("jpg") else PNG
    for width in plate.widths:
        shown = _narrowed(base, (width, max(1, round(base.height * width / base.width))))
        for ending, options in (("webp", WEBP if photograph else LOSSLESS), ("", usual)):
            name = plate.twin(width, ending).removeprefix(variants.FOLDER)
            yield name, _saved(shown, profile, options)


def _saved(image: "Image", profile: bytes | None, options: Mapping[str, Any]) -> bytes:
    """The file of a picture, and of nothing beside it."""
    out, bare = BytesIO(), image.copy()
    bare.info = {name: value for name, value in image.info.items() if name == "transparency"}
    grey = image.mode in ("1", "L") and options["format"] != "WEBP"
    fits = profile and profile[16:20] == (b"GRAY" if grey else b"RGB ")
    bare.save(out, icc_profile=profile if fits else None, **options)
    return out.getvalue()


def _fit(size: tuple[int, int], turned: bool) -> tuple[int, int]:
    """The size that a picture is stored in, which may still lie on its side."""
    width, height = size[::-1] if turned else size
    scale = min(1, variants.WIDEST / width, LONGEST / height)
    found = max(1, round(width * scale)), max(1, round(height * scale))
    return found[::-1] if turned else found


def _narrowed(image: "Image", size: tuple[int, int]) -> "Image":
    from PIL.Image import Resampling

    return image if image.size == size else image.resize(size, Resampling.LANCZOS, reducing_gap=3.0)


def _orientation(image: "Image") -> int:
    """How the camera was held; upright, where that cannot be read."""
    try:
        return int(image.getexif().get(ORIENTATION, 1))
    except (OSError, SyntaxError, ValueError, TypeError, LookupError, struct.error):
        return 1


def _turned(image: "Image", orientation: int) -> "Image":
    from PIL.Image import Transpose as How

    ways = {
        2: How.FLIP_LEFT_RIGHT, 3: How.ROTATE_180, 4: How.FLIP_TOP_BOTTOM, 5: How.TRANSPOSE, 6: How.ROTATE_270,
        7: How.TRANSVERSE, 8: How.ROTATE_90,
    }  # fmt: skip
    return image.transpose(ways[orientation]) if orientation in ways else image


def _plain(image: "Image", photograph: bool) -> "Image":
    """The picture in grey, in colours, or in colours that let the ground through."""
    if image.mode.startswith("I"):  # 16 bits a pixel
        return image.convert("I").point(lambda value: value / 256).convert("L")
    if image.mode in ("1", "L") and (photograph or not image.has_transparency_data):
        return image.convert("L")
    if not photograph and image.has_transparency_data:
        return image if image.mode == "RGBA" else image.convert("RGBA")  # a copy may take 200 MB
    return image if image.mode == "RGB" else image.convert("RGB")


def _opaque_if_it_is(image: "Image") -> "Image":
    if image.mode == "RGBA" and image.getchannel("A").getextrema()[0] == 255:
        return image.convert("RGB")
    return image


def _is_photograph(image: "Image") -> bool:
    """Whether it has many colours. They are counted in a sample of its pixels, which has no others."""
    from PIL.Image import Resampling

    sample = (
        image.resize(_fit(image.size, turned=False), Resampling.NEAREST) if image.width > variants.WIDEST else image
    )
    return sample.getcolors(COLOURS) is None


def _profile(image: "Image") -> bytes | None:
    """The colour profile, if it is one: of plain colours or grey, whole, of a sensible size."""
    found = image.info.get("icc_profile") if image.mode != "CMYK" else None
    if not isinstance(found, bytes) or not 128 < len(found) <= PROFILE_BYTES:
        return None
    return found if found[36:40] == b"acsp" and int.from_bytes(found[:4], "big") == len(found) else None


# -- what moves ---------------------------------------------------------------------------------------------


def _moving(image: "Image", stem: str) -> Encoded:
    """All frames as they are shown, each for its time."""
    profile, times = _profile(image), _times(image)
    rounds = _rounds(image)
    plate = Plate(f"{stem}.gif", image.width, image.height, [image.width])
    webp, gif = BytesIO(), BytesIO()
    image.seek(0)
    image.save(webp, **MOVING, duration=times, loop=rounds, icc_profile=profile)
    image.seek(0)
    again: dict[str, Any] = {} if rounds == 1 else {"loop": max(0, rounds - 1)}
    image.info.pop("loop", None)
    image.save(gif, "GIF", save_all=True, duration=times, comment="", **again)
    return Encoded(plate, {f"{stem}.webp": webp.getvalue(), plate.name: gif.getvalue()})


def _times(image: "Image") -> list[int]:
    """For how many milliseconds each frame is shown. Raises Invalid as soon as there is too much of them.

    They are counted by looking at each: a file may claim any number, and a frame of a GIF may be larger than the first.
    """
    times, pixels = list[int](), 0
    with suppress(EOFError):
        while True:
            image.seek(len(times))
            pixels += image.width * image.height
            if pixels > MOVING_PIXELS or max(image.size) > LONGEST:
                raise Invalid("file", TOO_LONG)
            if len(times) == FRAMES:
                raise Invalid("file", TOO_MANY)
            image.load()
            times.append(int(image.info.get("duration", 0)))
    longest = MILLISECONDS if sum(times) <= MILLISECONDS else MILLISECONDS // len(times)
    return [min(time, longest) for time in times]


def _rounds(image: "Image") -> int:
    """How often it is shown; 0 is for ever. A GIF counts the rounds after the first."""
    image.seek(0)
    loop = image.info.get("loop")
    rounds = int(loop or 0) if image.format != "GIF" else 1 if loop is None else int(loop) + 1 if loop else 0
    return min(rounds, ROUNDS)
