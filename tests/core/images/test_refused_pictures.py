"""What is no picture, pretends to be one, costs too much, or was spoilt: refused with a sentence, or made clean."""

import re
import struct
import warnings
import zlib
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from blog.core.errors import Invalid
from blog.core.images import encode, storage
from tests.core.images.pictures import frames, moving, saved, whereabouts
from tests.world import picture


def png_header(width: int, height: int) -> bytes:
    """A PNG that claims a size and holds nothing."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0" * 99)) + chunk(b"IEND", b"")
    )


NO_PICTURES = {
    "empty": b"",
    "text": b"hello",
    "page": b"<html><body>Hello",
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
        storage.store(data, folder)
    assert refusal.value.field == "file"
    assert not folder.exists()


@pytest.mark.parametrize("name", NO_PICTURES)
def test_what_is_no_picture_is_refused(folder: Path, name: str) -> None:
    refused(NO_PICTURES[name], folder, "^(it is|SVG pictures can hold scripts)")


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
        storage.store(picture(), folder)
    assert list(folder.iterdir()) == []


def test_a_film_in_disguise_is_refused(folder: Path) -> None:
    frames = [Image.new("1", (2000, 2000), number % 2) for number in range(11)]
    data = saved(frames[0], "GIF", save_all=True, append_images=frames[1:])
    refused(data, folder, "^its frames have more than 40 million pixels together; make it shorter or smaller")


def growing(side: int, frames: int) -> bytes:
    """A GIF of one pixel, whose other frames are larger than it."""
    large = saved(Image.new("P", (side, side)), "GIF")
    words = large[large.index(b"," + struct.pack("<HHHH", 0, 0, side, side)) + 10 : -1]
    frame = b"," + struct.pack("<HHHH", 0, 0, side, side) + b"\0" + words
    return (
        b"GIF89a" + struct.pack("<HH", 1, 1) + b"\x80\0\0" + b"\0\0\0\xff\xff\xff" + ONE_PIXEL + frame * frames + b";"
    )


ONE_PIXEL = b"," + struct.pack("<HHHH", 0, 0, 1, 1) + b"\0\x02\x02\x44\x01\0"


def test_frames_larger_than_the_first_are_measured_as_they_are(folder: Path) -> None:
    refused(growing(3000, 5), folder, "^its frames have more than 40 million pixels together")


def test_frames_may_be_small_but_not_without_number(folder: Path) -> None:
    head = b"GIF89a" + struct.pack("<HH", 1, 1) + b"\x80\0\0" + b"\0\0\0\xff\xff\xff"
    assert storage.store(head + ONE_PIXEL * 3000 + b";", None).width == 1
    refused(head + ONE_PIXEL * 3001 + b";", folder, "^it has more than 3000 frames; make it shorter")


def drawn(times: int) -> bytes:
    """A JPEG whose last step is drawn so many times more."""
    data = saved(Image.new("L", (64, 64), 128), "JPEG", progressive=True)
    return data[:-2] + data[data.rindex(b"\xff\xda") : -2] * times + data[-2:]


def test_a_photograph_is_drawn_in_a_hundred_steps_at_most(folder: Path) -> None:
    assert storage.store(drawn(50), None).width == 64
    refused(drawn(200), folder, "^it is drawn in too many steps; save it anew, as a plain JPEG")
    data = drawn(0)
    refused(data[:2] + b"\xff\xfe\0\2" * 10_000 + data[2:], folder, "^it is drawn in too many steps")


def test_what_a_phone_writes_behind_a_photograph_is_no_step_of_it(folder: Path) -> None:
    assert storage.store(drawn(0) + b"\xff\xda" * 1000, folder).width == 64


PAYLOAD = b"*/=1;alert(document.domain)//<script>alert(1)</script>"


def polyglots() -> dict[str, bytes]:
    """Pictures that are something else, too."""
    jpeg, png, gif, webp = (picture(40, 30, kind) for kind in ("JPEG", "PNG", "GIF", "WEBP"))
    comment = b"\xff\xfe" + struct.pack(">H", len(PAYLOAD) + 2) + PAYLOAD
    extension = b"\x21\xfe" + bytes([len(PAYLOAD)]) + PAYLOAD + b"\0"
    return {
        "jpeg and zip": jpeg + b"PK\x03\x04" + PAYLOAD,
        "jpeg comment": jpeg[:2] + comment + jpeg[2:],
        "png and page": png + PAYLOAD,
        "gif and script": gif[:-1] + extension + b";",
        "gif with a tail": gif + PAYLOAD,
        "webp with a tail": webp + PAYLOAD,
        "profile": saved(frames()[0], "JPEG", icc_profile=PAYLOAD * 4),
    }


@pytest.mark.parametrize("name", polyglots())
def test_what_was_hidden_in_a_picture_is_in_no_file(folder: Path, name: str) -> None:
    storage.store(polyglots()[name], folder)
    files = list(folder.iterdir())
    assert len(files) == 2
    assert not [file for file in files if b"alert" in file.read_bytes()]


SENTENCES = {
    "SVG pictures can hold scripts. Save it as PNG": b"<?xml version='1.0'?><svg></svg>",
    "it is empty; perhaps it was still being copied": b"",
    "it is a HEIC picture, as phones take them; export it as JPEG": b"\0\0\0\x18ftypheic\0\0\0\0mif1heic",
    "it is a film; films cannot be kept here": b"\0\0\0\x18ftypisom\0\0\0\0",
    "it is a PDF document; export its page as PNG or JPEG": b"%PDF-1.7",
    "it is a web page, not a picture": b"<!doctype html><title>x</title>",
    "it is a text, not a picture": "Größe".encode(),
    "it is an archive; take the pictures out of it first": b"PK\x03\x04....",
    "it is not a JPEG, PNG, WebP or GIF picture": bytes(range(256)),
}


@pytest.mark.parametrize("sentence", SENTENCES)
def test_each_thing_that_is_no_picture_gets_its_sentence(folder: Path, sentence: str) -> None:
    refused(SENTENCES[sentence], folder, f"^{re.escape(sentence)}")


SMALL = {
    "jpeg": picture(9, 7, "JPEG", exif=whereabouts(6)),
    "png": picture(9, 7, "PNG"),
    "palette": saved(Image.new("P", (9, 7), 3), "PNG", transparency=1),
    "deep": saved(Image.new("I;16", (9, 7), 999), "PNG"),
    "webp": picture(9, 7, "WEBP", exif=whereabouts()),
    "gif": picture(9, 7, "GIF"),
    "moving gif": moving("GIF", duration=90, loop=2),
    "moving webp": moving("WEBP"),
    "moving png": moving("PNG"),
}


@settings(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.sampled_from(sorted(SMALL)),
    st.lists(st.tuples(st.integers(0, 5000), st.integers(0, 255)), max_size=6),
    st.integers(1, 5000),
)
def test_a_spoilt_picture_is_stored_or_refused(name: str, changes: list[tuple[int, int]], length: int) -> None:
    data = bytearray(SMALL[name])
    for place, value in changes:
        data[place % len(data)] = value
    try:
        made = encode.encode(bytes(data[:length]), "0" * 24)
    except Invalid as error:
        assert error.field == "file" and str(error)
    else:
        assert all(Image.open(BytesIO(file)).size for file in made.files.values())
