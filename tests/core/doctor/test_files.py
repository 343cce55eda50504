"""The doctor's look at folders and files: each finding appears with the harm, and goes with its remedy."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest

from blog import config
from blog.config import Settings
from blog.core.doctor import files as doctor_files
from blog.core.doctor import pictures
from blog.core.media import library
from blog.files import scratch_folder
from blog.models import Media
from tests.core.doctor.findings import change, made, mended, said, seen
from tests.world import SITE_URL, Blog, picture, write

AS_ROOT = os.geteuid() == 0
LONG_AGO = (datetime.now(UTC) - timedelta(hours=3)).timestamp()


@pytest.fixture
def settings(instance: Path) -> Settings:
    """A blog that is not running."""
    return made(instance)


def age(path: Path) -> Path:
    """The same, as if it had been written three hours ago."""
    os.utime(path, (LONG_AGO, LONG_AGO))
    return path


# -- who may do what ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["secret_key", "blog.db"])
def test_what_others_can_read_is_told_and_closed(blog: Blog, name: str) -> None:
    (blog.instance / name).chmod(0o644)
    assert f"chmod 600 {blog.instance / name}" in seen(blog)
    assert any(name in sentence for sentence in mended(blog))
    assert (blog.instance / name).stat().st_mode & 0o777 == 0o600
    assert seen(blog) == ""


def test_a_settings_file_with_a_secret_is_for_its_owner_only(settings: Settings) -> None:
    write(settings.instance, "config.toml", "").chmod(0o644)
    assert said(settings) == ""
    holding = replace(settings, sources={**settings.sources, "secret_key": "config.toml"})
    assert "can read config.toml, which holds the secret key." in said(holding)


@pytest.mark.skipif(not AS_ROOT, reason="only root gives files away")
def test_files_of_another_user_are_told(settings: Settings) -> None:
    settings.backup_folder.mkdir()
    for path in (settings.instance / "blog.db", settings.backup_folder):
        os.chown(path, 12345, -1)
    found = said(settings)
    assert "blog.db, backups belong to another user than their folder" in found and "chown -R root" in found
    for path in (*settings.instance.glob("blog.db*"), settings.backup_folder):
        os.chown(path, 0, -1)
    assert said(settings) == ""


@pytest.mark.skipif(AS_ROOT, reason="root may write everything")
@pytest.mark.parametrize("name", [".", "media", "blog.db"])
def test_what_cannot_be_written_is_told(settings: Settings, name: str) -> None:
    (settings.instance / "media").mkdir(exist_ok=True)
    place = settings.instance / name
    mode = place.stat().st_mode
    place.chmod(0o500)
    try:
        assert f"{place.resolve()} cannot be written." in said(settings)
    finally:
        place.chmod(mode)
    assert said(settings) == ""


@pytest.fixture
def read_only(tmp_path: Path) -> Iterator[Path]:
    """A folder on a disk of its own, with a closed blog in it, that can only be read."""
    place = tmp_path / "disk"
    place.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "none", place], capture_output=True, check=False).returncode:
        pytest.skip("no disk can be mounted here")
    try:
        made(place)
        subprocess.run(["mount", "-o", "remount,ro", place], check=True)
        yield place
    finally:
        subprocess.run(["umount", place], check=True)


def test_a_disk_that_can_only_be_read_is_looked_at(read_only: Path) -> None:
    assert not list(read_only.glob("blog.db-*"))
    settings = config.load(read_only, environ={"BLOG_TRUSTED_PROXIES": "1"}, site_url=SITE_URL)
    found = said(settings, "good", "note", "bad")
    assert f"bad: The disk of {read_only} can only be read: readers are served, authors cannot write." in found
    assert "The database is whole: 0 posts and pages" in found


@pytest.mark.parametrize("name", ["media", "cards"])
def test_a_file_in_the_place_of_a_folder_is_told(settings: Settings, name: str) -> None:
    write(settings.instance, name, "mine")
    assert f"{settings.instance / name} is a file, where a folder should be." in said(settings)
    (settings.instance / name).unlink()
    assert said(settings) == ""


@pytest.mark.parametrize(
    ("blocks", "files", "told"),
    [(150 * 2**20, 50, "Only 150 MB of disk are free."), (2**30, 3, "Only 3 more files fit"), (2**30, 50, "")],
)
def test_too_little_room_is_told(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, blocks: int, files: int, told: str
) -> None:
    disk = SimpleNamespace(f_bavail=blocks, f_frsize=1, f_files=100, f_favail=files, f_flag=0)
    monkeypatch.setattr(doctor_files.os, "statvfs", lambda _path: disk)
    assert told in said(settings) if told else said(settings) == ""


def test_what_killed_processes_left_is_told_and_removed(blog: Blog, river: Media) -> None:
    places = [
        write(blog.instance, f"media/.{river.name}-77-0123abcd", "half"),
        write(blog.instance, "cards/.a-0123456789abcdef.png-77-0123abcd", "half"),
        write(blog.instance, ".secret_key-77-0123abcd", "half"),
        write(blog.instance, ".import-0123456789abcdef/a.png", "half").parent,
        write(blog.instance, "backups/.backup-0123456789abcdef/blog.db", "half").parent,
        write(blog.instance, "media/.mine", "kept"),
    ]
    with scratch_folder(blog.instance, "import-of-another-process") as at_work:
        assert "2 files of killed processes" in seen(blog, "note")  # no locks; at the others somebody may be
        for place in (*places, at_work):
            age(place)
        assert "5 files of killed processes are left: " in seen(blog, "note")
        assert "Removed what killed processes left" in " ".join(mended(blog))
        assert [place.exists() for place in (*places, at_work)] == [False] * 5 + [True] * 2
    assert "killed" not in seen(blog, "note")


# -- pictures -----------------------------------------------------------------------------------------------


@pytest.fixture
def river(blog: Blog) -> Media:
    """A picture with twins."""
    return library.add(picture(1400, 900, "JPEG"), blog.instance / "media", "river.jpg", "A river")


def test_missing_twins_are_told_and_made_again(blog: Blog, river: Media) -> None:
    folder = blog.instance / "media"
    before = {file.name: file.read_bytes() for file in folder.iterdir()}
    assert len(before) == 6 and "All files of 1 picture are there." in seen(blog, "good")
    for name in before:
        if name != river.name:
            (folder / name).unlink()
    assert "1 picture lacks narrower or WebP files" in seen(blog)
    assert "Made the missing files of 1 picture again." in mended(blog)
    assert {file.name for file in folder.iterdir()} == set(before)
    assert (folder / river.name).read_bytes() == before[river.name]
    assert seen(blog) == "" and mended(blog) == []


def test_a_missing_picture_is_told_and_left_to_its_keeper(blog: Blog, river: Media) -> None:
    file = blog.instance / "media" / river.name
    data = file.read_bytes()
    file.unlink()
    assert f"1 picture lacks its files, among them {river.name}. Put them back into media/" in seen(blog)
    assert mended(blog) == []
    file.write_bytes(data)
    assert seen(blog) == ""


def test_a_missing_media_folder_is_told(blog: Blog, river: Media) -> None:
    folder = blog.instance / "media"
    folder.rename(blog.instance / "away")
    assert "1 picture lacks its files" in seen(blog)
    (blog.instance / "away").rename(folder)
    assert seen(blog) == ""


def test_a_picture_that_is_damaged_is_not_made_of(blog: Blog, river: Media) -> None:
    folder = blog.instance / "media"
    (folder / f"{river.name[:24]}-640.webp").unlink()
    (folder / river.name).write_bytes(b"no picture")
    assert mended(blog) == [f"These could not be made again; upload the pictures once more: {river.name}."]


def test_where_somebody_waits_so_many_are_made_again(blog: Blog, river: Media, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("blog.core.doctor.fix.QUICK_PICTURES", 0)
    (blog.instance / "media" / f"{river.name[:24]}-640.webp").unlink()
    assert mended(blog, thorough=False) == ["1 picture more lacks files: mend again."]


def test_files_of_no_picture_are_named_and_never_removed(blog: Blog, river: Media) -> None:
    strange = [age(write(blog.instance, f"media/{name}", "x" * 3_000_000)) for name in ("a.png", f"{'0' * 24}.webp")]
    write(blog.instance, "media/new.png", "just now")
    age(write(blog.instance, "media/deleted/b.png", "x"))
    found = seen(blog, "note")
    assert (
        f"2 files in {blog.instance / 'media'} (6.0 MB) belong to no picture of the library: {'0' * 24}.webp, a.png."
        in found
    )
    assert f"1 file in {blog.instance / 'media' / 'deleted'} (0.1 MB) belongs to" in found
    mended(blog)
    assert all(file.exists() for file in strange)
    for file in strange:
        file.unlink()
    assert f"in {blog.instance / 'media'} (" not in seen(blog, "note")


def test_a_hundred_thousand_strange_files_are_counted(settings: Settings) -> None:
    settings.media.mkdir()
    first = age(write(settings.media, "0.png", "x"))
    for number in range(1, 100_000):
        os.link(first, settings.media / f"{number}.png") if number % 50_000 else age(
            write(settings.media, f"{number}.png", "x")
        )
    told = said(settings, "note")
    assert "100,000 files in" in told and "and 99,995 more." in told and len(told) < 1000


def test_names_that_no_text_can_hold_are_told_too(settings: Settings) -> None:
    settings.media.mkdir()
    name = os.fsencode(settings.media) + b"/\xff\xfe.png"
    with suppress(OSError):
        os.close(os.open(name, os.O_CREAT | os.O_WRONLY))
        os.utime(name, (LONG_AGO, LONG_AGO))
    assert said(settings) == ""


# -- whatever else ------------------------------------------------------------------------------------------


def test_a_check_that_fails_is_a_finding_and_the_others_go_on(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_args: object) -> Iterator[None]:
        raise PermissionError(13, "Permission denied", "/srv/x")
        yield

    monkeypatch.setattr(pictures, "examine", broken)
    found = said(settings, "good", "bad")
    assert "bad: The pictures could not be looked at: /srv/x: Permission denied. All other checks went on." in found
    assert "The clock says" in found


def test_a_database_that_another_keeps_to_itself_is_not_called_damaged(
    instance: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    from blog.extensions import sqlite_driver

    change(instance, "PRAGMA journal_mode=DELETE")
    holder = sqlite_driver().connect(instance / "blog.db", isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")
    real = sqlite_driver().connect
    monkeypatch.setattr(sqlite_driver(), "connect", lambda *args, **options: real(*args, **{**options, "timeout": 0}))
    assert said(settings) == (
        "bad: Another process keeps the database to itself. Try again in a moment; nothing is lost."
    )
    holder.execute("ROLLBACK")
    holder.close()
    assert said(settings) == ""
