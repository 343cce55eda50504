"""Backups that somebody made to do harm, and accidents at the worst moment of a restore."""

import shutil
from pathlib import Path

import pytest

from blog import create_app
from blog.core.backup import create, restore
from blog.core.schema import migrate
from blog.extensions import sqlite_driver
from tests.core.backup.conftest import ask, publish, read, settings_of
from tests.core.backup.test_restore import with_database
from tests.core.backup.test_zip_file import packed, parts_of, refused
from tests.world import run, write


def test_what_a_file_says_gives_the_terminal_no_commands(old: Path, saved: Path) -> None:
    said = '{"format": 2, "broadsheet": "\\u001b[2J\\n' + "x" * 9000 + '"}'
    file = packed(saved, parts_of(saved)[0], said)
    refused(old, file, "a newer Broadsheet")
    answer = run(old, "restore", str(file)).err
    assert answer.strip().isprintable() and len(answer) < 1000


HARM = {
    "UPDATE schema_version SET version_num = x'30303031'": "newer Broadsheet",
    "UPDATE schema_version SET version_num = 'x'": "newer Broadsheet",
    "UPDATE schema_version SET version_num = '9999'": "newer Broadsheet",
    "UPDATE schema_version SET version_num = '0007'": "older, unreleased Broadsheet (schema 0007). Nothing was changed",
    "DROP TABLE schema_version": "not the database of a blog",
    "DROP TABLE post": "not the database of a blog",
    "DELETE FROM site": "0 rows of site settings",
    "UPDATE site SET public_version = 'many'": "site.public_version that is not a number",
    "UPDATE site SET public_version = 9223372036854775807": "site.public_version",
    "UPDATE site SET changed_at = '9999-12-31 23:59:59.000000'": "site.changed_at that is not a time",
    "UPDATE post SET published_at = '2026-02-31 10:00:00.000000'": "post.published_at that is not a time",
    "UPDATE post SET title = x'ff00'": "post.title that is not a text",
    "UPDATE post SET pictures = '[['": "post.pictures that is not JSON",
    "UPDATE media SET name = '../../outside.png'": "names a picture as no picture is named",
    "UPDATE media SET hash = '../../../outside'": "names a picture as no picture is named",
}


@pytest.mark.parametrize("statement", HARM)
def test_a_database_that_no_blog_of_this_schema_has_is_refused(
    old: Path, saved: Path, tmp_path: Path, statement: str
) -> None:
    refused(old, with_database(saved, tmp_path, statement), HARM[statement])


def test_a_database_that_lacks_a_column_is_refused(old: Path, saved: Path, tmp_path: Path) -> None:
    changes = [f"DROP TRIGGER {name}" for name in migrate.trigger_names()]
    changed = with_database(saved, tmp_path, *changes, "ALTER TABLE post DROP COLUMN summary")
    refused(old, changed, "lacks post.summary")


def test_a_damaged_database_is_refused(old: Path, saved: Path, tmp_path: Path) -> None:
    data = parts_of(saved)[0]["blog.db"]
    for harmed in (b"", b"text " * 5000, data[:20480], data[:40960] + b"\xff" * 81920 + data[122880:]):
        refused(old, with_database(saved, tmp_path, data=harmed), "database")


def test_a_database_in_another_encoding_is_refused(old: Path, saved: Path, tmp_path: Path) -> None:
    """Under a running server, whoever has the database open would never understand it again."""
    file = write(tmp_path, "plain.db", parts_of(saved)[0]["blog.db"])
    connection = sqlite_driver().connect(tmp_path / "wide.db", isolation_level=None)
    connection.execute("PRAGMA encoding = 'UTF-16le'")
    connection.execute("CREATE TABLE anything (a)")
    plain = sqlite_driver().connect(file)
    copied = "SELECT name, sql FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'search%' AND sql IS NOT NULL"
    for name, sql in plain.execute(copied).fetchall():
        if not name.startswith("sqlite_"):
            connection.execute(sql)
            rows = plain.execute(f"SELECT * FROM {name}").fetchall()
            for row in rows:
                connection.execute(f"INSERT INTO {name} VALUES ({', '.join('?' * len(row))})", row)
    connection.close()
    plain.close()
    wide = with_database(saved, tmp_path, data=(tmp_path / "wide.db").read_bytes())
    refused(old, wide, "is written in UTF-16le")


# -- at the worst moment ------------------------------------------------------------------------------------


@pytest.mark.parametrize("accident", [KeyboardInterrupt(), OSError(28, "No space left on device")])
def test_what_was_begun_with_the_database_is_finished(
    old: Path, saved: Path, monkeypatch: pytest.MonkeyPatch, accident: BaseException
) -> None:
    """Ctrl-C, or a full disk, after the database became the restored one and before the owner's files did."""
    publish(old, "Later")
    write(old, "custom.css", ".article { color: red }")

    def cut_off(*_: object) -> None:
        raise accident

    with monkeypatch.context() as patch:
        patch.setattr(restore, "_put_files", cut_off)
        answer = run(old, "restore", str(saved))
    assert answer.status in (1, 130) and "Nothing was restored" not in answer.err
    assert read(old, "/posts/later/")["/posts/later/"][0] == 404
    assert run(old, "list").status == 0
    assert (old / "custom.css").read_text() == ".article { color: teal }"
    assert not list(old.glob(".restore-*"))


def test_a_file_where_the_templates_were_is_no_hindrance(old: Path, saved: Path) -> None:
    shutil.rmtree(old / "templates")
    (old / "templates").write_text("a file")
    assert run(old, "restore", str(saved)).status == 0
    assert (old / "templates/parts/extra.html").read_text() == "<p>Extra</p>"


def test_pictures_deleted_in_the_restored_blog_are_kept_for_a_month_from_now(old: Path, tmp_path: Path) -> None:
    """The blog that is replaced may show them: undoing the restore brings them back."""
    picture = next((old / "media").iterdir())
    long_ago = "2024-01-01 00:00:00.000000"
    ask(old, f"UPDATE media SET deleted_at = '{long_ago}'")
    ask(old, "DELETE FROM media_use")
    saved = create.create_backup(settings_of(old), "manual", tmp_path / "one.zip").file
    ask(old, "UPDATE media SET deleted_at = NULL")
    kept = run(old, "restore", str(saved), "--json").data["kept"]
    assert run(old, "tick").status == 0
    assert not picture.exists()
    assert run(old, "restore", kept).status == 0
    assert picture.exists()


def test_posts_saved_at_that_very_moment_leave_no_stale_page(
    old: Path, saved: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody edits between the choice of the restored version and the moment at which readers see it."""
    client = create_app(settings_of(old)).test_client()
    real = restore._put_database

    def late(*arguments: object) -> None:
        ask(old, "UPDATE post SET html = '<p>Edited</p>'")
        assert b"Edited" in client.get("/posts/rivers/").data
        real(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(restore, "_put_database", late)
    assert run(old, "restore", str(saved)).status == 0
    assert b"Edited" not in client.get("/posts/rivers/").data


# -- what is replaced, and where to -------------------------------------------------------------------------


@pytest.mark.parametrize("lost", [True, False])
def test_the_owners_files_are_kept_where_no_backup_could_be_made(old: Path, saved: Path, lost: bool) -> None:
    write(old, "custom.css", ".article { color: red }")
    for each in old.glob("blog.db*"):
        each.unlink()
    if not lost:
        (old / "blog.db").write_bytes(b"not a database " * 999)
    (old / "templates" / ".#extra.html").symlink_to("ana@laptop.1234")  # as an editor leaves it
    kept = Path(run(old, "restore", str(saved), "--json").data["kept"])
    assert (kept / "custom.css").read_text() == ".article { color: red }"
    assert (kept / "templates/parts/extra.html").exists() and (kept / "blog.db").exists() == (not lost)


def test_settings_that_lead_to_another_machines_database_are_laid_beside(old: Path, tmp_path: Path) -> None:
    """Or the restored blog would not be found on the machine it was brought to."""
    (tmp_path / "data").mkdir()
    (old / "blog.db").rename(tmp_path / "data" / "posts.db")
    write(old, "config.toml", f'database_url = "sqlite:///{tmp_path}/data/posts.db"')
    assert run(old, "backup", str(tmp_path / "saved.zip")).status == 0
    shutil.rmtree(tmp_path / "data")
    answer = run(tmp_path / "new", "restore", str(tmp_path / "saved.zip"))
    assert answer.status == 0 and "config.toml.restored" in answer.out
    assert "Rivers" in run(tmp_path / "new", "list").out


@pytest.mark.skipif(not Path("/dev/shm").is_dir(), reason="needs a second disk")
def test_a_database_on_another_disk_is_as_private_there(old: Path, saved: Path, tmp_path: Path) -> None:
    other = Path("/dev/shm" if tmp_path.stat().st_dev != Path("/dev/shm").stat().st_dev else "/tmp")
    if other.stat().st_dev == tmp_path.stat().st_dev:
        pytest.skip("needs a second disk")
    folder = other / f"broadsheet-{tmp_path.parent.name}-{tmp_path.name}"
    folder.mkdir(0o700)
    try:
        environment = {"BLOG_DATABASE_URL": f"sqlite:///{folder}/posts.db"}
        assert run(tmp_path / "new", "restore", str(saved), env=environment).status == 0
        assert (folder / "posts.db").stat().st_mode & 0o077 == 0
        assert {each.name for each in folder.iterdir()} <= {
            "posts.db",
            "posts.db-wal",
            "posts.db-shm",
            ".upgrade.lock",
        }
    finally:
        shutil.rmtree(folder)
