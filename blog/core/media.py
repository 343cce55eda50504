"""Pictures: decoded, checked and encoded anew, so that nothing of the uploaded file itself is ever served."""

import hashlib
import os
import secrets
import struct
import warnings
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from blog import clock
from blog.core.errors import Invalid
from blog.extensions import db
from blog.models import Media

if TYPE_CHECKING:
    from PIL.Image import Image

FILE_BYTES = 40 * 1024 * 1024
PIXELS = 50_000_000
# The names of stored pictures.
NAME = r"[0-9a-f]{24}\.(?:jpg|png|webp)"
FORMATS = ("JPEG", "PNG", "WEBP", "GIF")
TOO_LARGE = f"it has more than {PIXELS // 10**6} million pixels"
OPTIONS: Mapping[str, Mapping[str, Any]] = {
    "JPEG": {"quality": 86, "optimize": True, "progressive": True},
    "WEBP": {"quality": 86, "method": 4},
}
ENDINGS = {"JPEG": "jpg", "PNG": "png", "WEBP": "webp"}
TYPES = {"jpg": "image/jpeg", "png": "image/png", "webp": "image/webp"}


@dataclass(frozen=True)
class Stored:
    """A picture whose file lies in the media folder; `keep` puts it into the database."""

    hash: str
    name: str
    type: str
    width: int
    height: int
    bytes: int

    @property
    def path(self) -> str:
        """The address readers load it from."""
        return f"/media/{self.name}"


def sizes(names: Iterable[str]) -> dict[str, tuple[int, int]]:
    """Width and height in pixels of stored pictures, by their addresses."""
    wanted = list(dict.fromkeys(names))
    rows = db.session.execute(select(Media.name, Media.width, Media.height).where(Media.name.in_(wanted)))
    return {f"/media/{name}": (width, height) for name, width, height in rows}


def store(data: bytes, folder: Path | None) -> Stored:
    """Encode a picture anew and write it to the folder under the hash of its bytes.

    Written beside, synced, renamed: a file of that name is always whole. Orientation is applied, other metadata
    (place, camera) is left behind; the colour profile stays. Raises Invalid with a half sentence about "it", the
    picture. Without a folder nothing is written, all else is done.
    """
    if len(data) > FILE_BYTES:
        raise Invalid("file", f"it has {len(data) // 2**20} MB; {FILE_BYTES // 2**20} are allowed")
    digest = hashlib.sha256(data).hexdigest()
    encoded, kind, (width, height) = _reencoded(data)
    name = f"{digest[:24]}.{ENDINGS[kind]}"
    if folder and not (folder / name).exists():
        folder.mkdir(exist_ok=True)
        _write(folder / name, encoded)
    return Stored(digest, name, TYPES[ENDINGS[kind]], width, height, len(encoded))


def known(digest: str) -> Stored | None:
    """The stored picture that came of the bytes with this SHA-256 (in hexadecimal), if any."""
    found = db.session.scalars(select(Media).where(Media.hash == digest)).first()
    if found is None:
        return None
    return Stored(found.hash, found.name, found.type, found.width, found.height, found.bytes)


def settle(staging: Path, folder: Path) -> None:
    """Move pictures that were stored in one folder into another on the same disk."""
    if not staging.is_dir():
        return
    folder.mkdir(exist_ok=True)
    for file in staging.iterdir():
        file.replace(folder / file.name)
    _sync_folder(folder)


def keep(session: Session, stored: Stored) -> None:
    """Put a stored picture into the database, once, within an open transaction."""
    if session.scalar(select(Media.id).where(Media.hash == stored.hash)) is None:
        session.add(
            Media(
                hash=stored.hash,
                name=stored.name,
                type=stored.type,
                width=stored.width,
                height=stored.height,
                bytes=stored.bytes,
                alt="",
                created_at=clock.now(),
            )
        )
        session.flush()


def _reencoded(data: bytes) -> tuple[bytes, str, tuple[int, int]]:
    """The picture encoded anew, its format, and its size in pixels. Raises Invalid."""
    from PIL import Image, UnidentifiedImageError

    with warnings.catch_warnings():
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        try:
            return _encoded(_opened(data))
        except UnidentifiedImageError as error:
            raise Invalid("file", "it is not a JPEG, PNG, WebP or GIF picture") from error
        except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
            raise Invalid("file", TOO_LARGE) from error
        except (OSError, SyntaxError, ValueError, EOFError, IndexError, struct.error) as error:
            raise Invalid("file", "it is damaged or cut off") from error


def _opened(data: bytes) -> "Image":
    from PIL import Image

    image = Image.open(BytesIO(data), formats=FORMATS)
    frames = 1 if image.format == "MPO" else getattr(image, "n_frames", 1)
    if image.width * image.height > PIXELS or image.width * image.height * frames > 4 * PIXELS:
        raise Invalid("file", TOO_LARGE)
    image.load()
    return image


def _encoded(image: "Image") -> tuple[bytes, str, tuple[int, int]]:
    from PIL import ImageOps

    kind = "JPEG" if image.format == "MPO" else str(image.format)  # a phone's photograph with a depth map behind it
    profile = image.info.get("icc_profile") if image.mode != "CMYK" else None
    out = BytesIO()
    if kind != "JPEG" and getattr(image, "n_frames", 1) > 1:
        image.save(out, "WEBP", save_all=True, quality=80, icc_profile=profile, exif=b"", xmp=b"")
        return out.getvalue(), "WEBP", image.size
    still = _plain_mode(ImageOps.exif_transpose(image), kind)
    for name in ("exif", "xmp", "comment", "photoshop"):
        still.info.pop(name, None)
    options = OPTIONS.get(kind, {"optimize": True})
    kind = kind if kind in ("JPEG", "WEBP") else "PNG"
    still.save(out, kind, icc_profile=profile, **options)
    return out.getvalue(), kind, still.size


def _plain_mode(image: "Image", kind: str) -> "Image":
    """The picture in a mode that its format can hold."""
    if image.mode.startswith("I;16") or image.mode == "I":
        return image.convert("I").point(lambda value: value / 256).convert("L")
    if kind == "JPEG":
        return image if image.mode in ("L", "RGB") else image.convert("RGB")
    if image.mode in ("1", "L", "P", "RGB", "RGBA", "LA"):
        return image
    return image.convert("RGBA" if image.has_transparency_data else "RGB")


def _write(target: Path, data: bytes) -> None:
    draft = target.with_name(f".{target.name}-{os.getpid()}-{secrets.token_hex(4)}")
    try:
        with draft.open("xb") as out:
            out.write(data)
            out.flush()
            os.fsync(out.fileno())
        draft.replace(target)
        _sync_folder(target.parent)
    finally:
        draft.unlink(missing_ok=True)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
