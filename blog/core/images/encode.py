"""Decode, check and encode pictures anew: no byte of an uploaded file is ever served.

The orientation is applied and the colour profile stays; all other metadata (place, camera, captions) is removed.
Raises Invalid with a half sentence about "it", the picture.
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
from blog.core.images.variants import ImageFile

if TYPE_CHECKING:
    from PIL.Image import Image

MAX_PIXELS = 50_000_000
# All frames of an animation together: the slowest take ten seconds to encode. Even a tiny frame costs time, so their
# number has a limit, too.
MAX_MOVING_PIXELS = 40_000_000
MAX_FRAMES = 3000
# A progressive JPEG may have many scans: each costs as much time as the first, and takes only thirty bytes.
MAX_SCANS = 100
# Metadata before the picture can be long as well; a photograph with all its camera data has a few hundred segments.
MAX_MARKERS = 5000
MARKER = re.compile(rb"\xff([^\x00\x01\xd0-\xd7\xff])")
START_OF_SCAN, END_OF_IMAGE = b"\xda", b"\xd9"
# The longest side of a WebP.
MAX_SIDE = 16_383
FORMATS = ("JPEG", "PNG", "WEBP", "GIF")
PHOTO_FORMATS = ("JPEG", "MPO")
TOO_LARGE = f"it has more than {MAX_PIXELS // 10**6} million pixels; make it smaller"
TOO_LONG = f"its frames have more than {MAX_MOVING_PIXELS // 10**6} million pixels together; make it shorter or smaller"
TOO_MANY_FRAMES = f"it has more than {MAX_FRAMES} frames; make it shorter"
TOO_MANY_SCANS = "it is drawn in too many steps; save it anew, as a plain JPEG"
DAMAGED = "it is damaged or cut off"
# A picture with more colours counts as a photograph.
MAX_COLOURS = 65_536
MAX_PROFILE_BYTES = 64 * 1024
# The EXIF tag, and the values that swap width and height.
ORIENTATION_TAG = 0x0112
SIDEWAYS = (5, 6, 7, 8)
# The limits of GIF: how long a frame is shown (equal frames in a row become one), and how often the animation runs.
MAX_MILLISECONDS, MAX_ROUNDS = 655_350, 65_535
# Cheap settings: higher ones gave little. A photograph of 50 million pixels takes two seconds in all.
JPEG: Mapping[str, Any] = {"format": "JPEG", "quality": 82, "optimize": True, "progressive": True}
PNG: Mapping[str, Any] = {"format": "PNG", "compress_level": 6}
WEBP: Mapping[str, Any] = {"format": "WEBP", "quality": 78, "method": 4, "exif": b"", "xmp": b""}
LOSSLESS: Mapping[str, Any] = {**WEBP, "lossless": True, "quality": 50}
MOVING: Mapping[str, Any] = {**WEBP, "quality": 75, "method": 0, "save_all": True}
Files = Mapping[str, bytes]


@dataclass(frozen=True)
class EncodedImage:
    """A picture ready to be stored: its base file, and the contents of all its files by name, the base last."""

    image_file: ImageFile
    files: Files


def encode(data: bytes, prefix: str) -> EncodedImage:
    """Encode a picture anew; its file names begin with `prefix`. Raises Invalid."""
    with _decoder_errors(data):
        image = _open(data)
        return _encode_moving(image, prefix) if _is_animation(image) else _encode_still(image, prefix)


@contextmanager
def _decoder_errors(data: bytes) -> Iterator[None]:
    """Raise Invalid with a half sentence for every error of a decoder."""
    from PIL import Image, UnidentifiedImageError

    with warnings.catch_warnings():
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        try:
            yield
        except (Invalid, MemoryError):
            raise
        except UnidentifiedImageError as error:
            raise Invalid("file", file_types.why_not_an_image(data)) from error
        except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
            raise Invalid("file", TOO_LARGE) from error
        except Exception as error:  # decoders fail in many ways, and more with each release
            raise Invalid("file", DAMAGED) from error


def _open(data: bytes) -> "Image":
    from PIL import Image

    if data.startswith(b"\xff\xd8"):
        _check_scans(data)
    image = Image.open(BytesIO(data), formats=FORMATS)
    if image.width * image.height > MAX_PIXELS:
        raise Invalid("file", TOO_LARGE)
    return image


def _check_scans(data: bytes) -> None:
    """Refuse a JPEG with too many scans or segments before decoding. Data after its end does not count."""
    scans, position = 0, 2
    for _ in range(MAX_MARKERS):
        marker = MARKER.search(data, position)
        if marker is None or marker[1] == END_OF_IMAGE:
            return
        scans += marker[1] == START_OF_SCAN
        if scans > MAX_SCANS:
            break
        position = marker.end() + max(2, int.from_bytes(data[marker.end() : marker.end() + 2], "big"))
    raise Invalid("file", TOO_MANY_SCANS)


def _is_animation(image: "Image") -> bool:
    # Many phones write a depth or gain map behind a photograph (MPO): it is no animation.
    return image.format not in PHOTO_FORMATS and bool(getattr(image, "is_animated", False))


# -- still pictures -----------------------------------------------------------------------------------------


def _encode_still(image: "Image", prefix: str) -> EncodedImage:
    photograph = image.format in PHOTO_FORMATS
    # A JPEG is decoded at a half, a quarter or an eighth of its size: a large one fits in little memory.
    image.draft(None, _stored_size(image.size, _orientation(image) in SIDEWAYS))
    image.load()
    profile, orientation = _profile(image), _orientation(image)
    plain = _without_full_alpha(_plain_mode(image, photograph))
    photograph = photograph or _is_photograph(plain)
    base = _upright(_resize(plain, _stored_size(plain.size, orientation in SIDEWAYS)), orientation)
    extension = "jpg" if photograph and base.mode != "RGBA" else "png"
    unchanged = image.mode in ("1", "P") and base.size == image.size and orientation not in range(2, 9)
    image_file = ImageFile(f"{prefix}.{extension}", base.width, base.height, variants.variant_widths(base.width))
    files = dict(_variant_files(image_file, base, photograph, profile))
    if unchanged and extension == "png":
        files[image_file.name] = _file_bytes(image, profile, PNG)  # with its palette it is smaller
    return EncodedImage(image_file, files)


def _variant_files(
    image_file: ImageFile, base: "Image", photograph: bool, profile: bytes | None
) -> Iterator[tuple[str, bytes]]:
    base_format = JPEG if image_file.name.endswith("jpg") else PNG
    for width in image_file.widths:
        variant = _resize(base, image_file.size(width))
        for extension, options in (("webp", WEBP if photograph else LOSSLESS), ("", base_format)):
            name = image_file.variant_url(width, extension).removeprefix(variants.URL_PREFIX)
            yield name, _file_bytes(variant, profile, options)


def _file_bytes(image: "Image", profile: bytes | None, options: Mapping[str, Any]) -> bytes:
    out, copy = BytesIO(), image.copy()
    copy.info = {name: value for name, value in image.info.items() if name == "transparency"}
    grey = image.mode in ("1", "L") and options["format"] != "WEBP"
    matches = profile and profile[16:20] == (b"GRAY" if grey else b"RGB ")
    copy.save(out, icc_profile=profile if matches else None, **options)
    return out.getvalue()


def _stored_size(size: tuple[int, int], sideways: bool) -> tuple[int, int]:
    """Return the size to store a picture in, before its orientation is applied."""
    width, height = size[::-1] if sideways else size
    scale = min(1, variants.MAX_WIDTH / width, MAX_SIDE / height)
    stored = max(1, round(width * scale)), max(1, round(height * scale))
    return stored[::-1] if sideways else stored


def _resize(image: "Image", size: tuple[int, int]) -> "Image":
    from PIL.Image import Resampling

    return image if image.size == size else image.resize(size, Resampling.LANCZOS, reducing_gap=3.0)


def _orientation(image: "Image") -> int:
    """Return the EXIF orientation; 1 (upright) if it cannot be read."""
    try:
        return int(image.getexif().get(ORIENTATION_TAG, 1))
    except (OSError, SyntaxError, ValueError, TypeError, LookupError, struct.error):
        return 1


def _upright(image: "Image", orientation: int) -> "Image":
    from PIL.Image import Transpose

    methods = {
        2: Transpose.FLIP_LEFT_RIGHT, 3: Transpose.ROTATE_180, 4: Transpose.FLIP_TOP_BOTTOM, 5: Transpose.TRANSPOSE,
        6: Transpose.ROTATE_270, 7: Transpose.TRANSVERSE, 8: Transpose.ROTATE_90,
    }  # fmt: skip
    return image.transpose(methods[orientation]) if orientation in methods else image


def _plain_mode(image: "Image", photograph: bool) -> "Image":
    """Convert a picture to grey (L), RGB or RGBA."""
    if image.mode.startswith("I"):  # 16 bits a pixel
        return image.convert("I").point(lambda value: value / 256).convert("L")
    if image.mode in ("1", "L") and (photograph or not image.has_transparency_data):
        return image.convert("L")
    if not photograph and image.has_transparency_data:
        return image if image.mode == "RGBA" else image.convert("RGBA")  # a copy may take 200 MB
    return image if image.mode == "RGB" else image.convert("RGB")


def _without_full_alpha(image: "Image") -> "Image":
    if image.mode == "RGBA" and image.getchannel("A").getextrema()[0] == 255:
        return image.convert("RGB")
    return image


def _is_photograph(image: "Image") -> bool:
    """Return whether a picture has many colours. Large ones are sampled: NEAREST adds no new colours."""
    from PIL.Image import Resampling

    if image.width > variants.MAX_WIDTH:
        image = image.resize(_stored_size(image.size, sideways=False), Resampling.NEAREST)
    return image.getcolors(MAX_COLOURS) is None


def _profile(image: "Image") -> bytes | None:
    """Return the colour profile if it is valid: complete, of a sensible size, and not for CMYK."""
    profile = image.info.get("icc_profile") if image.mode != "CMYK" else None
    if not isinstance(profile, bytes) or not 128 < len(profile) <= MAX_PROFILE_BYTES:
        return None
    return profile if profile[36:40] == b"acsp" and int.from_bytes(profile[:4], "big") == len(profile) else None


# -- animations ---------------------------------------------------------------------------------------------


def _encode_moving(image: "Image", prefix: str) -> EncodedImage:
    profile, times, rounds = _profile(image), _frame_times(image), _rounds(image)
    image_file = ImageFile(f"{prefix}.gif", image.width, image.height, [image.width])
    webp, gif = BytesIO(), BytesIO()
    image.seek(0)
    image.save(webp, **MOVING, duration=times, loop=rounds, icc_profile=profile)
    image.seek(0)
    loop: dict[str, Any] = {} if rounds == 1 else {"loop": max(0, rounds - 1)}
    image.info.pop("loop", None)
    image.save(gif, "GIF", save_all=True, duration=times, comment="", **loop)
    return EncodedImage(image_file, {f"{prefix}.webp": webp.getvalue(), image_file.name: gif.getvalue()})


def _frame_times(image: "Image") -> list[int]:
    """Return how many milliseconds each frame is shown. Raises Invalid as soon as a limit is passed.

    Frames are counted by reading each: a file may claim any number, and a frame of a GIF may be larger than the first.
    """
    times, pixels = list[int](), 0
    with suppress(EOFError):
        while True:
            image.seek(len(times))
            pixels += image.width * image.height
            if pixels > MAX_MOVING_PIXELS or max(image.size) > MAX_SIDE:
                raise Invalid("file", TOO_LONG)
            if len(times) == MAX_FRAMES:
                raise Invalid("file", TOO_MANY_FRAMES)
            image.load()
            times.append(int(image.info.get("duration", 0)))
    longest = MAX_MILLISECONDS if sum(times) <= MAX_MILLISECONDS else MAX_MILLISECONDS // len(times)
    return [min(time, longest) for time in times]


def _rounds(image: "Image") -> int:
    """Return how often an animation runs; 0 is for ever. A GIF stores the rounds after the first."""
    image.seek(0)
    loop = image.info.get("loop")
    rounds = int(loop or 0) if image.format != "GIF" else 1 if loop is None else int(loop) + 1 if loop else 0
    return min(rounds, MAX_ROUNDS)
