"""A backup is whole or not there, whatever happens while it is made; daily ones come and go by themselves."""

import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from blog import files
from blog.core.backup import create, retention, sqlite_copy, zip_file
from blog.core.errors import DiskFull, Unusable
from blog.extensions import sqlite_driver
from tests.core.backup.conftest import ask, publish, read, settings_of, state
from tests.core.backup.test_zip_file import parts_of
from tests.core.db.test_transaction import locked
from tests.later_schema import LATER, OLDER, later_schema
from tests.world import run, write

At = Callable[[datetime], None]
ROOT = Path(__file__).resolve().parents[3]
MONDAY = datetime(2024, 3, 4, 3, 0, tzinfo=UTC)


def test_it_is_made_where_it_is_asked_for(old: Path, tmp_path: Path) -> None:
    answer = run(old, "backup", str(tmp_path / "mine.zip"))
    assert answer.status == 0 and "1 post, 0 pages and 1 picture into" in answer.out and "verified" in answer.out
    data = run(old, "backup", "--json").data
    assert Path(data["file"]).parent == old / "backups" and data["bytes"] == Path(data["file"]).stat().st_size
    assert data["counts"] == {"posts": 1, "pages": 0, "pictures": 1, "people": 0} and data["missing_pictures"] == []
    (tmp_path / "some").mkdir()
    into = run(old, "backup", str(tmp_path / "some"), "--json").data
    assert Path(into["file"]).parent == tmp_path / "some"
    assert not list(old.rglob(".backup-*")) and (old / "backups").stat().st_mode & 0o077 == 0


def test_a_backup_is_replaced_and_nothing_else_ever_is(old: Path, tmp_path: Path) -> None:
    file = tmp_path / "mine.zip"
    assert run(old, "backup", str(file)).status == 0
    publish(old, "Later")
    assert run(old, "backup", str(file)).status == 0
    with zip_file.open_backup(file) as opened:
        assert opened.manifest.counts["posts"] == 2
    for other in (write(tmp_path, "essay.txt", "mine"), old / "blog.db"):
        before = other.read_bytes()
        answer = run(old, "backup", str(other))
        assert answer.status == 1 and f"{other} is there already, and is no backup" in answer.err
        assert other.read_bytes() == before
    assert "There is no folder" in run(old, "backup", str(tmp_path / "none" / "x.zip")).err


def test_one_made_while_others_write_is_of_one_instant(old: Path, tmp_path: Path) -> None:
    stop = threading.Event()
    ask(old, "CREATE TABLE pair (a, b)")

    def write_always() -> None:
        connection = sqlite_driver().connect(old / "blog.db", isolation_level=None, timeout=5)
        while not stop.is_set():
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("INSERT INTO pair VALUES (1, NULL)")
            connection.execute("UPDATE pair SET b = a")
            connection.execute("COMMIT")
        connection.close()

    writer = threading.Thread(target=write_always)
    writer.start()
    try:
        files = [create.create_backup(settings_of(old), "manual", tmp_path / f"{n}.zip").file for n in range(3)]
    finally:
        stop.set()
        writer.join()
    for file in files:
        copy = write(tmp_path, "copy.db", parts_of(file)[0]["blog.db"])
        connection = sqlite_driver().connect(copy)
        assert connection.execute("SELECT count(*) FROM pair WHERE b IS NULL").fetchone() == (0,)
        connection.close()


def test_a_writer_at_work_keeps_no_backup_waiting(old: Path, tmp_path: Path) -> None:
    with locked(old):
        assert run(old, "backup", str(tmp_path / "mine.zip")).status == 0


def test_a_damaged_database_gives_no_backup_and_harms_none(old: Path) -> None:
    good = create.create_backup(settings_of(old), "daily").file
    data = bytearray((old / "blog.db").read_bytes())
    data[40960:81920] = b"\xff" * 40960
    for each in old.glob("blog.db*"):
        each.unlink()
    (old / "blog.db").write_bytes(data)
    with pytest.raises(Unusable, match="damaged"):
        create.create_backup(settings_of(old), "daily")
    assert [one.file for one in retention.list_backups(old / "backups")] == [good]
    assert retention.newest_good(old / "backups") is not None


def test_what_could_not_be_restored_is_told_when_it_is_saved(old: Path, tmp_path: Path) -> None:
    ask(old, "UPDATE post SET words = 'many'")
    answer = run(old, "backup", str(tmp_path / "mine.zip"))
    assert answer.status == 1 and (tmp_path / "mine.zip").exists()
    assert (
        "It could not be restored as it is: the database holds something in post.words that is not a number."
        in answer.out
    )
    assert "post.words" in run(old, "restore", str(tmp_path / "mine.zip")).err


def test_where_no_blog_is_there_is_nothing_to_back_up(instance: Path) -> None:
    answer = run(instance, "backup")
    assert answer.status == 1 and "There is no blog to back up" in answer.err and not any(instance.iterdir())


def test_lost_pictures_are_told_and_the_rest_is_saved(old: Path) -> None:
    for file in (old / "media").iterdir():
        file.unlink()
    answer = run(old, "backup")
    assert answer.status == 0 and "Files of 1 picture are missing" in answer.out


def test_pictures_that_move_while_one_reads_are_found(old: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody deletes, and somebody brings back, a picture at that very moment."""
    real, moved = zip_file.write, []

    def moving(*arguments: object) -> zip_file.Manifest:
        if not moved:
            moved.append(shutil.move(old / "media", old / "away"))
            (old / "media").mkdir()
            shutil.move(old / "away", old / "media" / "deleted")
        return real(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(zip_file, "write", moving)
    made = create.create_backup(settings_of(old), "manual")
    assert any(entry.name.startswith("media/deleted/") for entry in made.manifest.entries)


def test_a_full_disk_is_told_and_leaves_nothing(old: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(create, "free_bytes", lambda _: 1000)
    answer = run(old, "backup")
    assert answer.status == 1 and "0 MB of disk are free. None was made." in answer.err
    assert list((old / "backups").iterdir()) == []


def test_what_a_killed_one_left_goes_with_the_next(old: Path) -> None:
    left = old / "backups" / ".backup-0123456789abcdef"
    write(left, "blog.db", b"half")
    with files.scratch_folder(old / "backups", "backup") as at_work:
        assert run(old, "backup").status == 0
        assert not left.exists() and at_work.is_dir()
    assert not at_work.exists()


def test_what_is_removed_is_locked_until_it_is_gone(old: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Or one that was made at this very moment, and is locked a moment later, would be taken from its maker."""
    left = write(old / "backups" / ".backup-0123456789abcdef", "blog.db", b"half").parent
    seen: list[object] = []

    def look(folder: Path, **_: object) -> None:
        seen.extend((folder, files.stale_folders(old / "backups", "backup")))

    with monkeypatch.context() as patch:
        patch.setattr(files.shutil, "rmtree", look)
        files.remove_stale_folders(old / "backups", "backup")
    assert seen == [left, []]
    assert files.stale_folders(old / "backups", "backup") == [left]


# -- daily ones ---------------------------------------------------------------------------------------------


def daily(folder: Path, *days: int) -> None:
    """Daily backups so many days after a Monday."""
    folder.mkdir(exist_ok=True)
    for day in days:
        retention.new_backup_path(folder, "daily", MONDAY + timedelta(days=day)).write_bytes(b"x")


def days_kept(folder: Path) -> list[int]:
    return [(one.made_at - MONDAY).days for one in retention.list_backups(folder)]


def test_seven_days_and_four_weeks_are_kept(tmp_path: Path) -> None:
    for day in range(60):
        daily(tmp_path, day)
        retention.prune(tmp_path)
    # The last seven days, and the Sundays of the three weeks before this one that those do not reach.
    assert days_kept(tmp_path) == [59, 58, 57, 56, 55, 54, 53, 48, 41]
    assert len(days_kept(tmp_path)) == 9


def test_a_blog_that_rests_loses_no_backup(tmp_path: Path) -> None:
    daily(tmp_path, 0, 1, 30, 60, 90, 120)
    assert retention.prune(tmp_path) == []


def test_several_of_one_day_make_room_for_its_last(tmp_path: Path) -> None:
    daily(tmp_path, 0, 0, 0, 1)
    retention.prune(tmp_path)
    assert days_kept(tmp_path) == [1, 0]


def test_what_somebody_asked_for_stays_and_undos_do_not_pile_up(tmp_path: Path) -> None:
    for day in range(12):
        for reason in ("manual", "before-upgrade", "before-restore"):
            retention.new_backup_path(tmp_path, reason, MONDAY + timedelta(days=day)).write_bytes(b"x")
    write(tmp_path, "broadsheet-daily-notadate.zip", "x")
    write(tmp_path, "holiday.zip", "x")
    retention.prune(tmp_path)
    reasons = [one.reason for one in retention.list_backups(tmp_path)]
    assert (reasons.count("manual"), len(reasons)) == (12, 12 + 2 * retention.UNDOS)
    assert (tmp_path / "holiday.zip").exists()


def date(instance: Path, moment: datetime) -> None:
    """Say that everything was written at an instant."""
    for each in [instance / "media", *(file for file in instance.rglob("*") if "backups" not in file.parts)]:
        os.utime(each, (moment.timestamp(), moment.timestamp()))


def test_a_day_must_pass_and_something_must_change(old: Path, at: At) -> None:
    settings, now = settings_of(old), datetime.now(UTC)
    first = create.create_if_due(settings)
    assert first is not None and create.create_if_due(settings) is None
    date(old, now - timedelta(hours=1))
    at(now + timedelta(days=2))
    assert create.create_if_due(settings) is None
    publish(old, "Later")
    date(old, now + timedelta(hours=1))
    at(now + timedelta(hours=23))
    assert create.create_if_due(settings) is None
    at(now + timedelta(days=2))
    second = create.create_if_due(settings)
    assert second is not None and second.file != first.file and first.file.exists()


def test_they_can_go_elsewhere_or_be_switched_off(old: Path, tmp_path: Path) -> None:
    away = tmp_path / "away"
    for value, where in (("off", None), (str(away), away)):
        answer = run(old, "tick", "--json", env={"BLOG_BACKUPS": value})
        assert answer.status == 0
        made = answer.data["backup"]
        assert (Path(made).parent if made else None) == where
    assert not (old / "backups").exists()
    assert run(old, "config", "backups", env={"BLOG_BACKUPS": "off"}).out == "off\n"
    assert str(away) in run(old, "config", "backups", env={"BLOG_BACKUPS": str(away)}).out
    assert "the whole path of a folder" in run(old, "tick", env={"BLOG_BACKUPS": "here"}).err


def test_two_processes_make_one(old: Path) -> None:
    environment = {**os.environ, "BLOG_BACKUPS": str(old / "backups")}
    command = [sys.executable, "-m", "blog", "--instance", str(old), "tick"]
    both = [subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL) for _ in range(2)]
    assert [process.wait(60) for process in both] == [0, 0]
    assert len(retention.list_backups(old / "backups")) == 1


def test_the_oldest_make_room_when_the_disk_is_small(old: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = old / "backups"
    daily(folder, -3, -2, -1)
    monkeypatch.setattr(create, "free_bytes", lambda _: create.SPARE_BYTES + 10**8 if len(days_kept(folder)) < 2 else 0)
    create.create_if_due(settings_of(old))
    assert days_kept(folder)[1:] == [-1]
    monkeypatch.setattr(create, "free_bytes", lambda _: 0)
    for one in retention.list_backups(folder)[:-1]:
        one.file.unlink()
    with pytest.raises(DiskFull):
        create.create_if_due(settings_of(old))
    assert days_kept(folder) == [-1]


# -- before an upgrade --------------------------------------------------------------------------------------


def test_an_upgrade_is_backed_up_before_and_can_be_undone(old: Path) -> None:
    rows = ask(old, "SELECT id, slug, title, body FROM post ORDER BY id")
    with later_schema():
        assert run(old, "list").status == 0
        (kept,) = retention.list_backups(old / "backups")
        assert kept.reason == "before-upgrade" and not kept.complete
        with zip_file.open_backup(kept.file) as opened:
            assert (opened.manifest.schema, opened.manifest.scope) == (OLDER, "database")
        copy = write(old.parent, "copy/blog.db", parts_of(kept.file)[0]["blog.db"])
        assert ask(copy.parent, "SELECT version_num FROM schema_version") == [(OLDER,)]
        assert ask(copy.parent, "SELECT id, slug, title, body FROM post ORDER BY id") == rows
        assert run(old, "list").status == 0 and len(retention.list_backups(old / "backups")) == 1
        publish(old, "Later")
        assert run(old, "restore", str(kept.file)).status == 0
        assert ask(old, "SELECT id, slug, title, body FROM post ORDER BY id") == rows
        assert ask(old, "SELECT version_num FROM schema_version") == [(LATER,)]


def test_without_a_backup_there_is_no_upgrade(old: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = (old / "blog.db").read_bytes()
    monkeypatch.setattr(create, "free_bytes", lambda _: 1000)
    with later_schema():
        answer = run(old, "list")
    assert answer.status == 1 and "could not be backed up before. A backup needs" in answer.err
    assert ask(old, "SELECT version_num FROM schema_version") == [(OLDER,)]
    assert (old / "blog.db").stat().st_size == len(before)


def test_an_upgrade_is_undone_by_the_older_code(old: Path) -> None:
    """Which knows nothing of the newer schema: it backs it up all the same, and restores what it understands."""
    saved = create.create_backup(settings_of(old), "before-upgrade").file
    ask(old, "UPDATE schema_version SET version_num = '9999'")
    assert "newer Broadsheet" in run(old, "list").err
    answer = run(old, "restore", str(saved), "--json")
    assert answer.status == 0 and read(old, "/posts/rivers/")["/posts/rivers/"][0] == 200
    with zip_file.open_backup(Path(answer.data["kept"])) as opened:
        assert opened.manifest.schema == "9999"


def test_a_folder_that_cannot_be_read_has_no_backups(tmp_path: Path) -> None:
    assert retention.list_backups(tmp_path / "none") == []
    assert retention.newest_good(write(tmp_path, "file", "x")) is None


def test_a_copy_waits_for_no_one_for_ever(old: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite_copy, "PATIENCE_SECONDS", 0.1)
    monkeypatch.setattr(sqlite_copy, "BUSY_SECONDS", 0.1)
    copy = tmp_path / "copy.db"
    sqlite_copy.copy_database(old / "blog.db", copy)
    before = state(old)
    with locked(old), pytest.raises(Exception, match="Another process is writing"):
        sqlite_copy.replace_database(copy, old / "blog.db")
    assert state(old) == before
