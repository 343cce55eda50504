"""Files that are no backup, or not any more, or want to do harm: refused, with the place named, nothing touched."""

import hashlib
import io
import json
import stat
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from blog.core.backup import create, zip_file
from blog.core.errors import Invalid
from tests.core.backup.conftest import publish, settings_of, state
from tests.world import LONG_AGO, run

Parts = dict[str, bytes]
Box = zipfile.ZipFile


def parts_of(file: Path) -> tuple[Parts, dict[str, Any]]:
    """The files of a backup, and its manifest."""
    with Box(file) as box:
        parts = {name: box.read(name) for name in box.namelist()}
    return parts, json.loads(parts.pop("manifest.json"))


def packed(file: Path, parts: Parts, manifest: object) -> Path:
    """A backup made of parts by somebody else."""
    with Box(file, "w", zipfile.ZIP_DEFLATED) as box:
        for name, data in parts.items():
            box.writestr(name, data)
        if manifest is not None:
            box.writestr("manifest.json", manifest if isinstance(manifest, str | bytes) else json.dumps(manifest))
    return file


def listed(manifest: dict[str, Any], name: str, data: bytes) -> dict[str, Any]:
    """A manifest that names one file more, rightly."""
    entry = {"name": name, "bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
    return manifest | {"entries": [*manifest["entries"], entry]}


def refused(instance: Path, file: Path, *words: str) -> None:
    """`restore` says why, in one sentence that names the place, and leaves everything as it is."""
    before = state(instance)
    for options in ([], ["--dry-run"]):
        answer = run(instance, "restore", str(file), *options)
        assert answer.status == 1 and answer.out == ""
        assert len(answer.err.strip().splitlines()) == 1, answer.err
        assert str(file) in answer.err
        for word in words:
            assert word in answer.err, answer.err
    assert state(instance) == before
    assert not list(instance.glob(".restore-*")) and not (instance / "backups").exists()


def test_a_backup_is_what_it_says(saved: Path) -> None:
    with zip_file.open_backup(saved) as opened:
        manifest = opened.manifest
    parts, said = parts_of(saved)
    assert {entry.name for entry in manifest.entries} == {*parts}
    assert {"blog.db", "secret_key", "custom.css", "templates/parts/extra.html"} < {*parts}
    assert any(name.startswith("media/") for name in parts)
    assert (manifest.scope, dict(manifest.counts)["posts"], said["format"]) == ("all", 1, zip_file.FORMAT)
    assert stat.S_IMODE(saved.stat().st_mode) == 0o600


@pytest.mark.parametrize("share", [0, 0.001, 0.2, 0.5, 0.9, 0.999])
def test_one_that_was_cut_off_is_refused(old: Path, saved: Path, share: float) -> None:
    data = saved.read_bytes()
    saved.write_bytes(data[: int(len(data) * share)])
    refused(old, saved, "it is empty" if not share else "cut off")


def test_one_that_was_altered_is_refused_wherever_it_was(old: Path, saved: Path, tmp_path: Path) -> None:
    data = saved.read_bytes()
    for number in range(40):
        place = len(data) * number // 40 + 1
        altered = bytearray(data)
        altered[place] ^= 0x55
        file = tmp_path / "altered.zip"
        file.write_bytes(altered)
        try:
            create.verify(file)
        except Invalid as error:
            assert str(file) in str(error)
            continue
        # What nobody reads may differ: dates, and other such marks of a zip file. All that is restored is the same.
        assert parts_of(file) == parts_of(saved)


@pytest.mark.parametrize("name", ["blog.db", "secret_key", "templates/parts/extra.html"])
def test_a_file_in_it_that_was_exchanged_is_named(old: Path, saved: Path, name: str) -> None:
    parts, manifest = parts_of(saved)
    same_length = parts[name][:-1] + bytes([parts[name][-1] ^ 1])
    refused(old, packed(saved, parts | {name: same_length}, manifest), f"{name} in it was altered")
    refused(old, packed(saved, parts | {name: parts[name] + b"x"}, manifest), name, "size")


@pytest.mark.parametrize(
    "name",
    ["../outside", "/etc/outside", "media/../../outside", "media\\..\\outside", "C:\\outside", "blog.db-wal",
     "media/.hidden", "templates/./x.html", "templates//x.html", "media/a\nb", "media/" + "x" * 300, "bin/sh",
     "media/" + "d/" * 20 + "x", ".restore-1/x", "backups/x.zip", "media/\u202egpj.png"],
)  # fmt: skip
def test_names_that_lead_elsewhere_are_refused(old: Path, saved: Path, name: str) -> None:
    parts, manifest = parts_of(saved)
    refused(old, packed(saved, parts | {name: b"harm"}, listed(manifest, name, b"harm")), "it holds", "no backup does")
    assert not list(old.parent.rglob("outside"))


def test_a_name_that_ends_before_its_end_is_refused(old: Path, saved: Path) -> None:
    parts, manifest = parts_of(saved)
    packed(saved, parts | {"media/a.png_.html": b"harm"}, listed(manifest, "media/a.png", b"harm"))
    saved.write_bytes(saved.read_bytes().replace(b"media/a.png_.html", b"media/a.png\0.html"))
    refused(old, saved, "it holds", "no backup does")


@pytest.mark.parametrize("kind", [stat.S_IFLNK, stat.S_IFIFO, stat.S_IFCHR, stat.S_IFSOCK])
def test_links_and_devices_are_refused(old: Path, saved: Path, kind: int) -> None:
    parts, manifest = parts_of(saved)
    packed(saved, parts, listed(manifest, "media/link.png", b"/etc/passwd"))
    info = zipfile.ZipInfo("media/link.png")
    info.external_attr = (kind | 0o777) << 16
    with Box(saved, "a") as box:
        box.writestr(info, b"/etc/passwd")
    refused(old, saved, "media/link.png in it is a link or a device")


def test_a_bomb_is_refused_before_it_is_unpacked(old: Path, saved: Path) -> None:
    parts, manifest = parts_of(saved)
    zeros = bytes(300 * 2**20)
    packed(saved, parts | {"media/zeros.png": zeros}, listed(manifest, "media/zeros.png", zeros))
    assert saved.stat().st_size < 2**20
    refused(old, saved, "claims to unpack to", "which no backup does")


def test_a_claim_of_ten_gigabytes_is_refused(old: Path, saved: Path) -> None:
    parts, manifest = parts_of(saved)
    manifest["entries"] = [entry | {"bytes": 10 * 2**30} for entry in manifest["entries"]]
    packed(saved, parts, manifest)
    refused(old, saved, "has another size than its manifest.json says")
    data = bytearray(saved.read_bytes())
    where = data.rindex(b"PK\1\2")  # the last file of the list: its manifest
    data[where + 24 : where + 28] = struct.pack("<I", 0xFFFFFFF0)
    saved.write_bytes(data)
    refused(old, saved, "claims to unpack to")


def test_files_that_are_there_twice_or_are_folders_too_are_refused(old: Path, saved: Path) -> None:
    parts, manifest = parts_of(saved)
    with pytest.warns(UserWarning, match="Duplicate name"), Box(packed(saved, parts, manifest), "a") as box:
        box.writestr("custom.css", b"other")
    refused(old, saved, "it holds custom.css twice")
    clash = listed(listed(manifest, "media/a", b"x"), "media/a/b", b"x")
    refused(
        old, packed(saved, parts | {"media/a": b"x", "media/a/b": b"x"}, clash), "media/a in it is a file and a folder"
    )


def test_what_the_manifest_does_not_name_is_refused_and_what_it_misses_too(old: Path, saved: Path) -> None:
    parts, manifest = parts_of(saved)
    refused(old, packed(saved, parts | {"media/more.png": b"x"}, manifest), "it holds media/more.png")
    refused(old, packed(saved, parts, listed(manifest, "media/more.png", b"x")), "media/more.png is missing in it")
    without = {name: data for name, data in parts.items() if name != "blog.db"}
    entries = [entry for entry in manifest["entries"] if entry["name"] != "blog.db"]
    refused(old, packed(saved, without, manifest | {"entries": entries}), "it holds no database")


@pytest.mark.parametrize(
    "manifest", [None, "", "nonsense", b"\xff\xfe", "[]", "{}", "[" * 20000, '{"format": 1}', '{"format": "x"}',
                 '{"format": 1, "entries": 3}', '{"format": 1, "entries": [{}]}', "null", "1e400", '{"format": 1e400}',
                 '{"format": 1, "entries": [{"name": "blog.db", "bytes": 1e400, "sha256": ""}]}'],
)  # fmt: skip
def test_a_zip_file_of_somebody_else_is_refused(old: Path, saved: Path, manifest: str | bytes | None) -> None:
    parts, _ = parts_of(saved)
    refused(old, packed(saved, parts, manifest), "manifest.json")


def test_what_a_newer_broadsheet_made_is_refused(old: Path, saved: Path) -> None:
    parts, _ = parts_of(saved)
    newer = {"format": zip_file.FORMAT + 1, "broadsheet": "9.9", "all else": "is different"}
    refused(old, packed(saved, parts, newer), "a newer Broadsheet (9.9) made it")


def test_an_encrypted_one_and_other_ways_to_compress_are_refused(old: Path, saved: Path) -> None:
    parts, manifest = parts_of(saved)
    packed(saved, parts, manifest)
    data = bytearray(saved.read_bytes())
    at = data.index(b"PK\1\2")
    data[at + 8] |= 1
    saved.write_bytes(data)
    refused(old, saved, "is encrypted")
    with Box(saved, "w", zipfile.ZIP_LZMA) as box:
        for name, part in parts.items():
            box.writestr(name, part)
        box.writestr("manifest.json", json.dumps(manifest))
    refused(old, saved, "is compressed in a way that no backup is")


@pytest.mark.parametrize("what", ["missing", "folder", "text", "picture"])
def test_what_is_no_zip_file_is_refused(old: Path, tmp_path: Path, what: str) -> None:
    file = tmp_path / "some.zip"
    makes: dict[str, Callable[[], object]] = {
        "missing": lambda: None,
        "folder": file.mkdir,
        "text": lambda: file.write_text("PK\3\4 and then nothing"),
        "picture": lambda: file.write_bytes(b"\x89PNG" * 1000),
    }
    makes[what]()
    refused(old, file, "cannot be used")


def test_somebody_may_unpack_and_pack_it_again(old: Path, saved: Path) -> None:
    parts, manifest = parts_of(saved)
    with Box(saved, "w", zipfile.ZIP_DEFLATED) as box:
        box.writestr("manifest.json", json.dumps(manifest))
        for folder in ("media/", "templates/", "templates/parts/"):
            box.writestr(zipfile.ZipInfo(folder), b"")
        for name in sorted(parts, reverse=True):
            box.writestr(name, parts[name])
    before = state(old)
    publish(old, "Later")
    assert run(old, "restore", str(saved)).status == 0
    assert state(old).keys() == before.keys()


def test_a_database_that_would_look_like_a_bomb_is_stored_as_it_is(tmp_path: Path) -> None:
    """A blog may be full of the same words: its backup must come back."""
    even = tmp_path / "blog.db"
    even.write_bytes(bytes(zip_file.MIN_UNPACKED_LIMIT + 2**24))
    file = tmp_path / "even.zip"
    zip_file.write(file, {"blog.db": even}, zip_file.Manifest(1, LONG_AGO, "manual", "all", "", "", {}))
    assert file.stat().st_size > even.stat().st_size
    create.verify(file)


def test_pictures_are_not_compressed_again(saved: Path) -> None:
    with Box(io.BytesIO(saved.read_bytes())) as box:
        ways = {info.filename.partition("/")[0]: info.compress_type for info in box.infolist()}
    assert ways["media"] == zipfile.ZIP_STORED and ways["blog.db"] == zipfile.ZIP_DEFLATED


def test_what_is_no_part_of_a_blog_stays_out(old: Path, tmp_path: Path) -> None:
    (old / "media" / ".half-written").write_bytes(b"x")
    (old / "notes.txt").write_text("mine")
    (old / "templates" / ".git").mkdir()
    (old / "templates" / ".git" / "config").write_text("x")
    (old / "templates" / "way-out.html").symlink_to("/nowhere")
    parts, _ = parts_of(create.create_backup(settings_of(old), "manual", tmp_path / "out.zip").file)
    assert not {name for name in parts if "half" in name or "notes" in name or ".git" in name or "way-out" in name}
