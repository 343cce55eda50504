"""Pictures come in as anything and lie there decoded, checked and encoded anew."""

import hashlib
from pathlib import Path

import pytest
from flask import Flask
from PIL import Image
from PIL.PngImagePlugin import PngInfo
from sqlalchemy import func, select

from blog.core.db.transaction import write_transaction
from blog.core.errors import Invalid
from blog.core.images import storage, variants
from blog.core.images.variants import ImageFile
from blog.extensions import db
from blog.models import Media
from tests.core.images.pictures import SECRET, frames, moving, photograph, saved, seen, whereabouts
from tests.world import picture


def lying(folder: Path, stored: storage.StoredImage) -> Image.Image:
    """The picture that readers get."""
    image = Image.open(folder / stored.name)
    image.load()
    return image


def quiet(folder: Path) -> None:
    """No file in the folder holds the secret, or any room for one."""
    files = [file.read_bytes() for file in folder.iterdir()]
    assert len(files) > 1
    for data in files:
        assert not [word for word in (SECRET.encode(), b"Exif", b"eXIf", b"tEXt", b"xmp", b"XMP") if word in data]


# -- it works -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "ending", "kept"),
    [("JPEG", "jpg", "JPEG"), ("PNG", "png", "PNG"), ("WEBP", "png", "PNG"), ("GIF", "png", "PNG")],
)
def test_a_picture_is_kept_in_a_format_that_every_browser_shows(
    folder: Path, kind: str, ending: str, kept: str
) -> None:
    data = picture(40, 30, kind)
    stored = storage.store(data, folder)
    assert (stored.width, stored.height) == (40, 30)
    assert stored.name.endswith(f".{ending}")
    assert stored.type == variants.TYPES[ending]
    assert stored.bytes == (folder / stored.name).stat().st_size
    shown = lying(folder, stored)
    assert (shown.format, shown.size) == (kept, (40, 30))
    red, green, blue = shown.convert("RGB").getpixel((20, 15))  # type: ignore[misc]
    assert (red < 10, abs(green - 128) < 10, abs(blue - 128) < 10) == (True, True, True)  # teal


def test_a_grey_photograph_stays_a_jpeg(folder: Path) -> None:
    stored = storage.store(saved(Image.new("L", (40, 30), 128), "JPEG"), folder)
    assert (stored.type, lying(folder, stored).mode) == ("image/jpeg", "L")


def test_a_photograph_for_print_is_shown_in_screen_colours(folder: Path) -> None:
    data = saved(Image.new("CMYK", (40, 30), (0, 255, 255, 0)), "JPEG", icc_profile=b"a profile of four inks")
    stored = storage.store(data, folder)
    shown = lying(folder, stored)
    assert (stored.type, shown.mode) == ("image/jpeg", "RGB")
    assert "icc_profile" not in shown.info


def test_the_name_is_the_hash_of_what_came_in(folder: Path) -> None:
    data = picture()
    stored = storage.store(data, folder)
    assert stored.hash == hashlib.sha256(data).hexdigest()
    assert stored.name == f"{stored.hash[:24]}.png"
    assert stored.address == f"/media/{stored.name}"


def test_the_same_bytes_are_stored_once(app: Flask, folder: Path) -> None:
    for _ in range(2):
        with write_transaction() as session:
            storage.save_row(session, storage.store(picture(), folder))
    assert len(list(folder.iterdir())) == 2
    assert db.session.scalar(select(func.count()).select_from(Media)) == 1


def test_stored_pictures_are_known_by_what_a_text_names(app: Flask, folder: Path) -> None:
    stored = storage.store(picture(40, 30), folder)
    with write_transaction() as session:
        storage.save_row(session, stored)
    text = f"![A]({stored.address}) <img src='/media/{stored.hash[:24]}-640.webp'> ![B](/media/{'0' * 24}.png)"
    assert storage.image_files_in(text) == {stored.hash[:24]: ImageFile(stored.name, 40, 30, [40])}


def test_without_a_folder_all_is_checked_and_nothing_written(folder: Path) -> None:
    assert storage.store(picture(40, 30), None).width == 40
    with pytest.raises(Invalid):
        storage.store(b"no picture", None)
    assert not folder.exists()


def test_nothing_but_the_picture_lies_in_the_folder(folder: Path) -> None:
    stored = storage.store(picture(), folder)
    assert sorted(file.name for file in folder.iterdir()) == [stored.name, f"{stored.hash[:24]}.webp"]


# -- what phones and cameras add ----------------------------------------------------------------------------


@pytest.mark.parametrize(("orientation", "size"), [(1, (40, 30)), (3, (40, 30)), (6, (30, 40)), (8, (30, 40))])
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_picture_stands_as_it_was_taken(folder: Path, kind: str, orientation: int, size: tuple[int, int]) -> None:
    stored = storage.store(saved(frames()[0], kind, exif=whereabouts(orientation)), folder)
    shown = lying(folder, stored)
    assert (stored.width, stored.height) == shown.size == size
    assert {seen(file).size for file in folder.iterdir()} == {size}


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_nobody_learns_where_a_picture_was_taken(folder: Path, kind: str) -> None:
    stored = storage.store(saved(frames()[0], kind, exif=whereabouts()), folder)
    assert not lying(folder, stored).getexif()
    quiet(folder)


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
    storage.store(whispering()[name], folder)
    quiet(folder)


def test_a_colour_profile_stays(folder: Path) -> None:
    from PIL.ImageCms import ImageCmsProfile, createProfile

    profile = ImageCmsProfile(createProfile("sRGB")).tobytes()
    for kind in ("JPEG", "PNG", "WEBP"):
        stored = storage.store(saved(frames()[0], kind, icc_profile=profile), folder)
        assert lying(folder, stored).info.get("icc_profile") == profile, kind


def test_a_phone_photograph_with_a_second_picture_is_one_photograph(folder: Path) -> None:
    # Many phones write a depth or gain map behind the photograph (MPO): it is no film.
    stored = storage.store(moving("MPO", exif=whereabouts(6)), folder)
    shown = lying(folder, stored)
    assert (shown.format, getattr(shown, "n_frames", 1), shown.size) == ("JPEG", 1, (30, 40))


# -- moving pictures, palettes, depths ----------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG"])
def test_a_moving_picture_keeps_moving(folder: Path, kind: str) -> None:
    stored = storage.store(moving(kind, duration=120, loop=0), folder)
    assert (stored.type, stored.widths) == ("image/gif", [40])
    for ending in ("gif", "webp"):
        shown = seen(folder / f"{stored.hash[:24]}.{ending}")
        assert (shown.format, shown.n_frames, shown.size) == (ending.upper(), 3, (40, 30))  # type: ignore[attr-defined]
        assert (shown.info["duration"], shown.info["loop"]) == (120, 0)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_every_kind_of_png_is_taken(folder: Path, mode: str) -> None:
    assert lying(folder, storage.store(saved(Image.new(mode, (40, 30)), "PNG"), folder)).size == (40, 30)


@pytest.mark.parametrize("kind", ["PNG", "GIF"])
def test_what_is_clear_stays_clear(folder: Path, kind: str) -> None:
    data = saved(Image.new("P", (40, 30), 0), kind, transparency=0)
    shown = lying(folder, storage.store(data, folder))
    assert shown.convert("RGBA").getpixel((1, 1))[3] == 0  # type: ignore[index]


def test_a_deep_grey_is_not_turned_white(folder: Path) -> None:
    shown = lying(folder, storage.store(saved(Image.new("I;16", (40, 30), 128 * 257), "PNG"), folder))
    assert abs(shown.convert("L").getpixel((1, 1)) - 128) < 3  # type: ignore[operator]


# -- variants ---------------------------------------------------------------------------------------------------


def sizes(folder: Path) -> dict[str, tuple[int, int]]:
    """What lies in the folder: what follows the stem, and how large each picture is."""
    return {file.name[24:]: seen(file).size for file in folder.iterdir()}


def test_a_large_photograph_has_twins_in_two_formats(folder: Path) -> None:
    stored = storage.store(saved(photograph(3000, 2000), "JPEG"), folder)
    assert (stored.type, stored.widths, stored.width, stored.height) == ("image/jpeg", [640, 1280, 2560], 2560, 1707)
    assert sizes(folder) == {
        ".jpg": (2560, 1707), "-640.jpg": (640, 427), "-1280.jpg": (1280, 854),
        ".webp": (2560, 1707), "-640.webp": (640, 427), "-1280.webp": (1280, 854),
    }  # fmt: skip


def test_a_picture_has_only_narrower_twins(folder: Path) -> None:
    assert storage.store(saved(photograph(900, 300), "JPEG"), folder).widths == [640, 900]
    assert storage.store(saved(photograph(640, 300), "JPEG"), folder).widths == [640]


def test_a_tall_picture_stays_within_what_webp_can_hold(folder: Path) -> None:
    stored = storage.store(saved(Image.new("RGB", (100, 20_000), "teal"), "PNG"), folder)
    assert (stored.width, stored.height) == (82, 16_383)


def test_a_turned_photograph_is_measured_as_it_is_seen(folder: Path) -> None:
    stored = storage.store(saved(photograph(1500, 3000), "JPEG", exif=whereabouts(6)), folder)
    assert (stored.width, stored.height) == (2560, 1280)


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_a_photograph_becomes_a_jpeg_however_it_came(folder: Path, kind: str) -> None:
    options = {"lossless": True} if kind == "WEBP" else {}
    assert storage.store(saved(photograph(400, 300), kind, **options), folder).type == "image/jpeg"
    solid = photograph(400, 300).convert("RGBA")
    assert storage.store(saved(solid, kind, **options), folder).type == "image/jpeg"


def test_a_photograph_with_clear_parts_stays_a_png(folder: Path) -> None:
    stored = storage.store(saved(photograph(400, 300, "RGBA"), "PNG"), folder)
    assert (stored.type, lying(folder, stored).mode) == ("image/png", "RGBA")


def test_a_drawing_is_kept_to_the_pixel(folder: Path) -> None:
    drawing = Image.new("RGB", (60, 40), "white")
    drawing.paste("navy", (10, 10, 30, 20))
    storage.store(saved(drawing, "PNG"), folder)
    for file in folder.iterdir():
        assert seen(file).convert("RGB").tobytes() == drawing.tobytes(), file.name


@pytest.mark.parametrize(("loop", "rounds", "again"), [(None, 1, None), (0, 0, 0), (2, 3, 2)])
def test_a_moving_picture_moves_as_often_and_as_long(
    folder: Path, loop: int | None, rounds: int, again: int | None
) -> None:
    options = {} if loop is None else {"loop": loop}
    stored = storage.store(moving("GIF", duration=[50, 200, 90], **options), folder)
    webp, gif = (seen(folder / f"{stored.hash[:24]}.{ending}") for ending in ("webp", "gif"))
    assert (webp.info["loop"], gif.info.get("loop")) == (rounds, again)
    for shown in (webp, gif):
        times = []
        for number in range(3):
            shown.seek(number)
            shown.load()
            times.append(shown.info["duration"])
        assert times == [50, 200, 90]


@pytest.mark.parametrize("kind", ["WEBP", "PNG"])
def test_a_frame_may_stand_for_longer_than_a_gif_can_say(folder: Path, kind: str) -> None:
    first, second, third = frames()
    data = saved(first, kind, save_all=True, append_images=[second, third, third], duration=[100, 60_000, 60_000, 600])
    assert storage.store(data, folder).type == "image/gif"
    long = saved(first, "WEBP", save_all=True, append_images=[second], duration=[1_000_000, 100])
    shown = seen(folder / storage.store(long, folder).name)
    assert 300_000 < shown.info["duration"] < 700_000


@pytest.mark.parametrize(("kind", "loop"), [("PNG", 2**31 - 1), ("GIF", 65_535)])
def test_a_picture_may_move_more_often_than_a_gif_can_say(folder: Path, kind: str, loop: int) -> None:
    stored = storage.store(moving(kind, duration=50, loop=loop), folder)
    assert seen(folder / stored.name).info["loop"] == 65_534
