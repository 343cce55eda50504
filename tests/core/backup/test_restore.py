"""What comes back from a backup is the blog, whole, at once, also under a server; and it can be undone."""

import json
import shutil
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from blog import create_app
from blog.core.backup import create, restore, sqlite_copy
from blog.core.images import storage
from blog.core.media import library
from blog.core.schema import migrate
from blog.extensions import sqlite_driver
from tests import sample_blog
from tests.core.backup.conftest import ask, publish, read, settings_of, state
from tests.core.backup.test_zip_file import listed, packed, parts_of
from tests.core.db.test_transaction import locked
from tests.later_schema import later_schema
from tests.live_server import free_port
from tests.world import picture, run, write

FEEDS = ("/feed.xml", "/atom.xml", "/feed.json", "/sitemap.xml", "/tags/guide/feed.xml", "/authors/bo-lind/feed.xml")


def test_a_blog_comes_back_byte_by_byte_into_an_empty_folder(full_blog: Path, tmp_path: Path) -> None:
    old, new = shutil.copytree(full_blog, tmp_path / "old"), tmp_path / "new"
    write(old, "custom.css", ".article { color: teal }")
    write(old, "config.toml", 'site_url = "https://essays.example"')
    pictures = [f"/{file.relative_to(old)}" for top in ("media", "cards") for file in (old / top).rglob("*.*")]
    paths = [*sample_blog.PAGES, *FEEDS, "/posts/river.md", *pictures]
    assert len(pictures) > 10
    before = read(old, *paths)
    assert {path: before[path][0] for path in sample_blog.PAGES} == sample_blog.PAGES
    assert run(old, "backup", str(tmp_path / "saved.zip")).status == 0
    answer = run(new, "restore", str(tmp_path / "saved.zip"))
    assert answer.status == 0 and "What was here" not in answer.out and "restart" not in answer.out
    after = read(new, *paths)
    assert [path for path in paths if before[path] != after[path]] == []
    for name in ("secret_key", "config.toml", "custom.css"):
        assert (new / name).read_bytes() == (old / name).read_bytes()
    for name in ("blog.db", "secret_key", "config.toml"):
        assert (new / name).stat().st_mode & 0o077 == 0, name
    assert run(new, "doctor").status == 0


def test_what_was_here_comes_back_too(old: Path, saved: Path) -> None:
    publish(old, "Later")
    write(old, "custom.css", ".article { color: red }")
    write(old, "templates/later.html", "<p>Later</p>")
    (old / "templates/parts/extra.html").unlink()
    answer = run(old, "restore", str(saved), "--json").data
    assert read(old, "/posts/rivers/", "/posts/later/")["/posts/later/"][0] == 404
    assert (old / "custom.css").read_text() == ".article { color: teal }"
    assert [file.name for file in (old / "templates").rglob("*.html")] == ["extra.html"]
    undo = run(old, "restore", answer["kept"])
    assert undo.status == 0
    assert [status for status, _ in read(old, "/posts/rivers/", "/posts/later/").values()] == [200, 200]
    assert (old / "custom.css").read_text() == ".article { color: red }"
    assert [file.name for file in (old / "templates").rglob("*.html")] == ["later.html"]


def test_what_the_owner_added_since_is_gone_and_kept(old: Path, tmp_path: Path) -> None:
    (old / "custom.css").unlink()
    shutil.rmtree(old / "templates")
    plain = create.create_backup(settings_of(old), "manual", tmp_path / "plain.zip").file
    write(old, "custom.css", "p { color: red }")
    write(old, "templates/later.html", "later")
    kept = Path(run(old, "restore", str(plain), "--json").data["kept"])
    assert not (old / "custom.css").exists() and not (old / "templates").exists()
    assert parts_of(kept)[0]["custom.css"] == b"p { color: red }"
    assert parts_of(kept)[0]["templates/later.html"] == b"later"


def test_the_machines_own_settings_and_key_stay(old: Path, saved: Path) -> None:
    for name, text in (("config.toml", "port = 9000"), ("secret_key", "k" * 64)):
        write(old, name, text)
    assert run(old, "restore", str(saved)).status == 0
    assert (old / "config.toml").read_text() == "port = 9000" and (old / "secret_key").read_text() == "k" * 64
    assert not (old / "config.toml.restored").exists()


def test_settings_that_differ_are_laid_beside(old: Path, tmp_path: Path) -> None:
    write(old, "config.toml", "port = 9000")
    saved = create.create_backup(settings_of(old), "manual", tmp_path / "one.zip").file
    write(old, "config.toml", "port = 9001")
    answer = run(old, "restore", str(saved))
    assert "config.toml stayed as it is" in answer.out
    assert (old / "config.toml.restored").read_text() == "port = 9000"
    assert (old / "config.toml").read_text() == "port = 9001"


def test_pictures_that_are_lost_or_damaged_are_whole_again_and_none_is_taken(old: Path, saved: Path) -> None:
    lost, damaged = sorted(file for file in (old / "media").iterdir() if file.is_file())[:2]
    before = {file.name: file.read_bytes() for file in (old / "media").iterdir() if file.is_file()}
    lost.unlink()
    damaged.write_bytes(b"x" * damaged.stat().st_size)
    write(old, "media/mine.bin", b"mine")
    assert run(old, "restore", str(saved)).status == 0
    after = {file.name: file.read_bytes() for file in (old / "media").iterdir() if file.is_file()}
    assert after == before | {"mine.bin": b"mine"}


@pytest.mark.parametrize("reason", ["manual", "before-upgrade"])
def test_a_picture_that_was_deleted_since_is_back_with_its_files(blog_with: Callable[[], Path], reason: str) -> None:
    instance = blog_with()
    backup = create.create_backup(settings_of(instance), reason).file
    with create_app(settings_of(instance)).app_context():
        row = library.newest_images()[0]
        library.delete(row.id, instance / "media")
    assert read(instance, f"/media/{row.name}")[f"/media/{row.name}"][0] == 404
    assert run(instance, "restore", str(backup)).status == 0
    assert read(instance, f"/media/{row.name}")[f"/media/{row.name}"][0] == 200
    assert run(instance, "doctor").status == 0
    assert not list((instance / "media" / storage.DELETED_FOLDER).glob("*")) or reason == "manual"


@pytest.fixture
def blog_with(old: Path) -> Callable[[], Path]:
    """A blog with a picture that no post shows."""

    def make() -> Path:
        with create_app(settings_of(old)).app_context():
            library.add(picture(colour="red"), old / "media", "red.png")
        return old

    return make


# -- under a server -----------------------------------------------------------------------------------------


def test_the_next_answer_is_from_the_restored_blog(old: Path, saved: Path) -> None:
    client = create_app(settings_of(old)).test_client()
    publish(old, "Later")
    pages = "/", "/posts/later/", "/feed.xml"
    seen = {path: client.get(path) for path in pages}
    assert b"Later" in seen["/"].data
    since = {path: {"If-Modified-Since": seen[path].headers["Last-Modified"]} for path in pages}
    assert run(old, "restore", str(saved)).status == 0
    assert client.get("/posts/later/", headers=since["/posts/later/"]).status_code == 404
    for path in ("/", "/feed.xml"):
        answer = client.get(path, headers=since[path])
        assert answer.status_code == 200 and b"Later" not in answer.data, path
        assert client.get(path, headers={"If-None-Match": seen[path].headers["ETag"]}).status_code == 200


def test_readers_see_the_old_blog_or_the_new_one_and_nothing_between(old: Path, saved: Path) -> None:
    app = create_app(settings_of(old))
    later = [f"Later {number}" for number in range(8)]
    for title in later:
        publish(old, title)
    seen: set[int] = set()
    stop = threading.Event()

    def look() -> None:
        while not stop.is_set():
            connection = sqlite_driver().connect(old / "blog.db", timeout=5)
            seen.add(connection.execute("SELECT count(*) FROM post").fetchone()[0])
            connection.close()

    looking = threading.Thread(target=look)
    looking.start()
    try:
        assert run(old, "restore", str(saved)).status == 0
    finally:
        stop.set()
        looking.join()
    assert seen <= {1, 9} and app.test_client().get("/posts/rivers/").status_code == 200


def test_a_writer_who_does_not_end_keeps_the_old_blog(old: Path, saved: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    publish(old, "Later")
    monkeypatch.setattr(sqlite_copy, "PATIENCE_SECONDS", 0.2)
    monkeypatch.setattr(sqlite_copy, "BUSY_SECONDS", 0.1)
    before = state(old)
    with locked(old):
        answer = run(old, "restore", str(saved))
    assert answer.status == 1 and "Another process is writing" in answer.err
    assert state(old) == before
    assert run(old, "restore", str(saved)).status == 0


def test_everybody_signs_in_again(old: Path, tmp_path: Path) -> None:
    adding = ("user", "add", "ana@example.org", "--name", "Ana", "--password-stdin")
    assert run(old, *adding, stdin="seven quiet rivers").status == 0
    ask(old, "INSERT INTO session VALUES ('x', 1, '2026-01-01 00:00:00', '2026-01-01 00:00:00', '', '')")
    saved = create.create_backup(settings_of(old), "manual", tmp_path / "one.zip").file
    assert run(old, "restore", str(saved)).status == 0
    assert ask(old, "SELECT count(*) FROM session") == [(0,)] and ask(old, "SELECT count(*) FROM person") == [(1,)]


# -- a database that is lost --------------------------------------------------------------------------------


def harm(instance: Path, how: str) -> None:
    """What may happen to a database."""
    file = instance / "blog.db"
    data = file.read_bytes()
    harmed = {
        "missing": None, "empty": b"", "text": b"not a database " * 9000, "cut off": data[:9000],
        "middle": data[:40960] + bytes(len(data) - 81920) + data[-40960:],
    }[how]  # fmt: skip
    for each in instance.glob("blog.db*"):
        each.unlink()
    if harmed is not None:
        file.write_bytes(harmed)
        file.chmod(0o600)


@pytest.mark.parametrize("how", ["missing", "empty", "text", "cut off", "middle"])
def test_a_lost_database_is_told_with_the_command_that_brings_it_back(old: Path, how: str) -> None:
    settings = settings_of(old)
    good = create.create_backup(settings, "daily").file
    bad = good.with_name("broadsheet-daily-20990101T000000Z.zip")
    bad.write_bytes(good.read_bytes()[:-400])
    harm(old, how)
    command = f"`broadsheet --instance {old} restore {good}`"
    said = run(old, "doctor")
    assert said.status == 1 and command in said.out
    started = run(old, "list")
    assert how == "middle" or (started.status == 1 and command in started.err and "\n" not in started.err.strip())
    served = run(old, "serve", "--port", str(free_port()))
    assert served.status == 1 and command in served.err and "\n" not in served.err.strip()
    refused = run(old, "backup")
    assert refused.status == 1 and "Traceback" not in refused.err
    answer = run(old, "restore", str(good))
    assert answer.status == 0
    assert read(old, "/posts/rivers/")["/posts/rivers/"][0] == 200
    assert (said := run(old, "doctor")).status == 0, said.out
    if how not in ("missing", "empty"):
        kept = next((old / "backups").glob("replaced-*")) / "blog.db"
        assert kept.exists() and str(kept.parent) in answer.out


def test_a_database_elsewhere_is_restored_there(old: Path, saved: Path, tmp_path: Path) -> None:
    new, elsewhere = tmp_path / "new", tmp_path / "data"
    elsewhere.mkdir()
    environment = {"BLOG_DATABASE_URL": f"sqlite:///{elsewhere}/posts.db"}
    assert run(new, "restore", str(saved), env=environment).status == 0
    assert (elsewhere / "posts.db").exists() and not (new / "blog.db").exists()
    assert "Rivers" in run(new, "list", env=environment).out
    assert run(new, "restore", str(saved), env=environment).status == 0


# -- databases that are no good, or older -------------------------------------------------------------------


def with_database(saved: Path, tmp_path: Path, *statements: str, data: bytes | None = None) -> Path:
    """The backup, with its database changed by somebody who knows how to write a manifest."""
    parts, manifest = parts_of(saved)
    file = tmp_path / "changed.db"
    file.write_bytes(parts.pop("blog.db") if data is None else data)
    if statements:
        connection = sqlite_driver().connect(file, isolation_level=None)
        for statement in statements:
            connection.execute(statement)
        connection.close()
    parts.pop("blog.db", None)
    entries = [entry for entry in manifest["entries"] if entry["name"] != "blog.db"]
    changed = file.read_bytes()
    return packed(saved, {**parts, "blog.db": changed}, listed(manifest | {"entries": entries}, "blog.db", changed))


def test_triggers_of_somebody_else_do_not_come_along(old: Path, saved: Path, tmp_path: Path) -> None:
    evil = (
        "DROP TRIGGER public_post_update",
        "CREATE TRIGGER public_post_update AFTER UPDATE ON post BEGIN DELETE FROM person; END",
        'CREATE TRIGGER "odd; name" AFTER INSERT ON post BEGIN DELETE FROM person; END',
        "CREATE VIEW people AS SELECT * FROM person",
    )
    assert run(old, "restore", str(with_database(saved, tmp_path, *evil))).status == 0
    rows = ask(old, "SELECT name, sql FROM sqlite_master WHERE type IN ('trigger', 'view')")
    assert {str(name) for name, _ in rows} == migrate.trigger_names()
    assert not any("person;" in str(sql) for _, sql in rows)


def test_a_backup_of_an_older_schema_is_upgraded_on_the_way(old: Path, saved: Path) -> None:
    with later_schema():
        assert run(old, "restore", str(saved)).status == 0
        assert "The database is whole: " in run(old, "doctor").out
    assert ask(old, "SELECT later FROM post") == [("RIVERS",)]


def test_a_database_with_pages_of_another_size_is_restored(old: Path, saved: Path, tmp_path: Path) -> None:
    odd = with_database(saved, tmp_path, "PRAGMA page_size=8192", "VACUUM")
    publish(old, "Later")
    assert run(old, "restore", str(odd)).status == 0
    assert read(old, "/posts/later/")["/posts/later/"][0] == 404


# -- cut off ------------------------------------------------------------------------------------------------


class Killed(BaseException):
    """The power is gone."""


STEPS = (
    "_unpack",
    "_check_database",
    "_save_present_blog",
    "_add_pictures",
    "_stage_files",
    "_mark_restored",
    "_put_database",
    "_put_files",
)


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("when", ["before", "after"])
def test_one_that_is_cut_off_leaves_the_old_blog_or_is_finished(
    old: Path, saved: Path, monkeypatch: pytest.MonkeyPatch, step: str, when: str
) -> None:
    publish(old, "Later")
    write(old, "custom.css", ".article { color: red }")
    real = getattr(restore, step)

    def killed(*arguments: object) -> None:
        if when == "after":
            real(*arguments)
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(restore, step, killed)
        patch.setattr("blog.files.shutil.rmtree", lambda *_, **__: None)  # nobody cleans up after a kill
        with pytest.raises(Killed):
            restore.restore(settings_of(old), saved)
    is_new = STEPS.index(step) > STEPS.index("_put_database") or (step, when) == ("_put_database", "after")
    assert run(old, "list").status == 0
    assert read(old, "/posts/later/")["/posts/later/"][0] == (404 if is_new else 200)
    assert (old / "custom.css").read_text() == f".article {{ color: {'teal' if is_new else 'red'} }}"
    assert not list(old.glob(".restore-*"))
    assert run(old, "restore", str(saved)).status == 0
    assert read(old, "/posts/later/")["/posts/later/"][0] == 404


@pytest.mark.parametrize("gone", [restore.TO_PUT, restore.TO_REMOVE, restore.UNPACKED])
def test_one_that_is_cut_off_while_it_clears_away_was_done(
    old: Path, saved: Path, monkeypatch: pytest.MonkeyPatch, gone: str
) -> None:
    publish(old, "Later")
    with monkeypatch.context() as patch:
        patch.setattr("blog.files.shutil.rmtree", lambda *_, **__: None)
        restore.restore(settings_of(old), saved)
    (work,) = old.glob(".restore-*")
    shutil.rmtree(work / gone)
    assert run(old, "list").err == ""
    assert read(old, "/posts/later/")["/posts/later/"][0] == 404 and not work.exists()


def test_a_restore_at_work_is_not_taken_for_one_that_was_cut_off(
    old: Path, saved: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found: list[object] = []
    monkeypatch.setattr(
        restore, "_save_present_blog", lambda *_: found.append(restore.stale_folders(old, restore.KIND))
    )
    assert run(old, "restore", str(saved)).status == 0
    assert found == [[]]


def test_no_room_is_told_and_nothing_is_touched(old: Path, saved: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = state(old)
    monkeypatch.setattr(restore, "free_bytes", lambda _: 1000)
    answer = run(old, "restore", str(saved))
    assert answer.status == 1 and "0 MB of disk are free" in answer.err and state(old) == before


def test_a_dry_run_says_what_it_holds_and_does_nothing(old: Path, saved: Path) -> None:
    publish(old, "Later")
    before = state(old)
    answer = run(old, "restore", str(saved), "--dry-run")
    assert answer.status == 0 and "is good: 1 post, 0 pages and 1 picture. Nothing was restored." in answer.out
    assert not run(old, "restore", str(saved), "--dry-run", "--json").data["restored"]
    assert state(old) == before and not (old / "backups").exists()


def test_posts_scheduled_meanwhile_appear_at_their_time(
    old: Path, tmp_path: Path, at: Callable[[datetime], None]
) -> None:
    assert run(old, "new", "Ahead", "--date", "2099-01-01T08:00", "--publish").status == 0
    saved = create.create_backup(settings_of(old), "manual", tmp_path / "one.zip").file
    assert run(old, "restore", str(saved)).status == 0
    assert json.loads(run(old, "list", "--status", "scheduled", "--json").out)["posts"][0]["slug"] == "ahead"
    at(datetime(2099, 1, 2, tzinfo=UTC))
    assert read(old, "/posts/ahead/")["/posts/ahead/"][0] == 200
