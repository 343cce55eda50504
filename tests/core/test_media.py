"""Pictures come in as anything and lie there decoded, checked and encoded anew."""

import hashlib
import struct
import warnings
import zlib
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from PIL import Image
from PIL.PngImagePlugin import PngInfo
from sqlalchemy import func, select

from blog.core import media
from blog.core.errors import Invalid
from blog.core.transaction import writing
from blog.extensions import db
from blog.models import Media
from tests.world import picture

SECRET = "52.5200N 13.4050E"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "media"


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


def lying(folder: Path, stored: media.Stored) -> Image.Image:
    """The picture that readers get."""
    image = Image.open(folder / stored.name)
    image.load()
    return image


def png_header(width: int, height: int) -> bytes:
    """A PNG that claims a size and holds nothing."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0" * 99)) + chunk(b"IEND", b"")
    )


# -- it works -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "ending", "kept"),
    [("JPEG", "jpg", "JPEG"), ("PNG", "png", "PNG"), ("WEBP", "webp", "WEBP"), ("GIF", "png", "PNG")],
)
def test_a_picture_is_kept_in_its_own_format(folder: Path, kind: str, ending: str, kept: str) -> None:
    data = picture(40, 30, kind)
    stored = media.store(data, folder)
    assert (stored.width, stored.height) == (40, 30)
    assert stored.name.endswith(f".{ending}")
    assert stored.type == media.TYPES[ending]
    assert stored.bytes == (folder / stored.name).stat().st_size
    shown = lying(folder, stored)
    assert (shown.format, shown.size) == (kept, (40, 30))
    red, green, blue = shown.convert("RGB").getpixel((20, 15))  # type: ignore[misc]
    assert (red < 10, abs(green - 128) < 10, abs(blue - 128) < 10) == (True, True, True)  # teal


def test_a_grey_photograph_stays_a_jpeg(folder: Path) -> None:
    stored = media.store(saved(Image.new("L", (40, 30), 128), "JPEG"), folder)
    assert (stored.type, lying(folder, stored).mode) == ("image/jpeg", "L")


def test_a_photograph_for_print_is_shown_in_screen_colours(folder: Path) -> None:
    data = saved(Image.new("CMYK", (40, 30), (0, 255, 255, 0)), "JPEG", icc_profile=b"a profile of four inks")
    stored = media.store(data, folder)
    shown = lying(folder, stored)
    assert (stored.type, shown.mode) == ("image/jpeg", "RGB")
    assert "icc_profile" not in shown.info


def test_the_name_is_the_hash_of_what_came_in(folder: Path) -> None:
    data = picture()
    stored = media.store(data, folder)
    assert stored.hash == hashlib.sha256(data).hexdigest()
    assert stored.name == f"{stored.hash[:24]}.png"
    assert stored.path == f"/media/{stored.name}"


def test_the_same_bytes_are_stored_once(app: Flask, folder: Path) -> None:
    for _ in range(2):
        with writing() as session:
            media.keep(session, media.store(picture(), folder))
    assert len(list(folder.iterdir())) == 1
    assert db.session.scalar(select(func.count()).select_from(Media)) == 1


def test_sizes_are_known_by_address(app: Flask, folder: Path) -> None:
    stored = media.store(picture(40, 30), folder)
    with writing() as session:
        media.keep(session, stored)
    assert media.sizes([stored.name, "nothing.png"]) == {stored.path: (40, 30)}


def test_without_a_folder_all_is_checked_and_nothing_written(folder: Path) -> None:
    assert media.store(picture(40, 30), None).width == 40
    with pytest.raises(Invalid):
        media.store(b"no picture", None)
    assert not folder.exists()


def test_nothing_but_the_picture_lies_in_the_folder(folder: Path) -> None:
    stored = media.store(picture(), folder)
    assert [file.name for file in folder.iterdir()] == [stored.name]


# -- what phones and cameras add ----------------------------------------------------------------------------


@pytest.mark.parametrize(("orientation", "size"), [(1, (40, 30)), (3, (40, 30)), (6, (30, 40)), (8, (30, 40))])
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_picture_stands_as_it_was_taken(folder: Path, kind: str, orientation: int, size: tuple[int, int]) -> None:
    stored = media.store(saved(frames()[0], kind, exif=whereabouts(orientation)), folder)
    shown = lying(folder, stored)
    assert (stored.width, stored.height) == shown.size == size
    assert shown.format == kind


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_nobody_learns_where_a_picture_was_taken(folder: Path, kind: str) -> None:
    stored = media.store(saved(frames()[0], kind, exif=whereabouts()), folder)
    assert not lying(folder, stored).getexif()
    assert SECRET.encode() not in (folder / stored.name).read_bytes()


def whispering() -> dict[str, bytes]:
    """Files that carry words beside the picture."""
    first = frames()[0]
    text = PngInfo()
    text.add_text("Comment", SECRET)
    text.add_itxt("XML:com.adobe.xmp", SECRET)
    return {
        "jpeg comment": saved(first, "JPEG", comment=SECRET.encode()),
        "jpeg xmp": saved(first, "JPEG", xmp=SECRET.encode()),
        "png text": saved(first, "PNG", pnginfo=text),
        "webp xmp": saved(first, "WEBP", xmp=SECRET.encode()),
        "gif comment": saved(first, "GIF", comment=SECRET.encode()),
        "moving gif comment": moving("GIF", comment=SECRET.encode()),
        "moving webp": moving("WEBP", exif=whereabouts(), xmp=SECRET.encode()),
        "appended": picture() + f"<script>{SECRET}</script>".encode(),
    }


@pytest.mark.parametrize("name", whispering())
def test_words_beside_the_picture_are_left_behind(folder: Path, name: str) -> None:
    stored = media.store(whispering()[name], folder)
    assert SECRET.encode() not in (folder / stored.name).read_bytes()


def test_a_colour_profile_stays(folder: Path) -> None:
    from PIL.ImageCms import ImageCmsProfile, createProfile

    profile = ImageCmsProfile(createProfile("sRGB")).tobytes()
    for kind in ("JPEG", "PNG", "WEBP"):
        stored = media.store(saved(frames()[0], kind, icc_profile=profile), folder)
        assert lying(folder, stored).info.get("icc_profile") == profile, kind


def test_a_phone_photograph_with_a_second_picture_is_one_photograph(folder: Path) -> None:
    # Many phones write a depth or gain map behind the photograph (MPO): it is no film.
    stored = media.store(moving("MPO", exif=whereabouts(6)), folder)
    shown = lying(folder, stored)
    assert (shown.format, getattr(shown, "n_frames", 1), shown.size) == ("JPEG", 1, (30, 40))


# -- moving pictures, palettes, depths ----------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG"])
def test_a_moving_picture_keeps_moving(folder: Path, kind: str) -> None:
    stored = media.store(moving(kind, duration=120, loop=0), folder)
    shown = lying(folder, stored)
    assert (stored.type, shown.format, shown.n_frames, shown.size) == ("image/webp", "WEBP", 3, (40, 30))  # type: ignore[attr-defined]
    assert shown.info["duration"] == 120
    assert shown.info["loop"] == 0


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_every_kind_of_png_is_taken(folder: Path, mode: str) -> None:
    assert lying(folder, media.store(saved(Image.new(mode, (40, 30)), "PNG"), folder)).size == (40, 30)


@pytest.mark.parametrize("kind", ["PNG", "GIF"])
def test_what_is_clear_stays_clear(folder: Path, kind: str) -> None:
    data = saved(Image.new("P", (40, 30), 0), kind, transparency=0)
    shown = lying(folder, media.store(data, folder))
    assert shown.convert("RGBA").getpixel((1, 1))[3] == 0  # type: ignore[index]


def test_a_deep_grey_is_not_turned_white(folder: Path) -> None:
    shown = lying(folder, media.store(saved(Image.new("I;16", (40, 30), 128 * 257), "PNG"), folder))
    assert abs(shown.convert("L").getpixel((1, 1)) - 128) < 3  # type: ignore[operator]


# -- what is no picture -------------------------------------------------------------------------------------

NO_PICTURES = {
    "empty": b"",
    "text": b"hello",
    "svg": b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
    "html": b"<!doctype html><script>alert(1)</script>",
    "pdf": b"%PDF-1.7\n%\xe2\xe3",
    "gif and script": b"GIF89a=1;/*" + b"x" * 100 + b"*/;alert(1)",
    "tiff": saved(Image.new("RGB", (4, 3)), "TIFF"),
    "bmp": saved(Image.new("RGB", (4, 3)), "BMP"),
    "eps": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n",
    "jpeg start": b"\xff\xd8\xff\xe0",
    "no size": png_header(0, 10),
}
WHOLE = {
    "jpeg": picture(400, 300, "JPEG"),
    "png": picture(400, 300, "PNG"),
    "webp": picture(400, 300, "WEBP"),
    "moving gif": moving("GIF"),
    "moving webp": moving("WEBP"),
    "moving png": moving("PNG"),
}


def refused(data: bytes, folder: Path, why: str) -> None:
    """A sentence, and nothing written."""
    with pytest.raises(Invalid, match=why) as refusal:
        media.store(data, folder)
    assert refusal.value.field == "file"
    assert not folder.exists()


@pytest.mark.parametrize("name", NO_PICTURES)
def test_what_is_no_picture_is_refused(folder: Path, name: str) -> None:
    refused(NO_PICTURES[name], folder, "^it is not a JPEG, PNG, WebP or GIF picture|^it is damaged or cut off")


@pytest.mark.parametrize("part", [0.3, 0.5, 0.66, 0.9])
@pytest.mark.parametrize("name", WHOLE)
def test_a_picture_that_was_cut_off_is_refused(folder: Path, name: str, part: float) -> None:
    data = WHOLE[name]
    refused(
        data[: int(len(data) * part)], folder, "^it is damaged or cut off|^it is not a JPEG, PNG, WebP or GIF picture"
    )


@pytest.mark.parametrize(
    ("width", "height"), [(10_000, 6_000), (10_000, 10_000), (20_000, 20_000), (2**31 - 1, 2**31 - 1)]
)
def test_a_pixel_bomb_is_refused_before_it_is_unpacked(folder: Path, width: int, height: int) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        refused(png_header(width, height), folder, "^it has more than 50 million pixels")


def test_a_file_too_large_is_refused_unread(folder: Path) -> None:
    refused(b"\0" * (40 * 2**20 + 1), folder, "^it has 40 MB; 40 are allowed")


def test_a_failing_disk_leaves_no_half_picture(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="No space left"):
        media.store(picture(), folder)
    assert list(folder.iterdir()) == []
