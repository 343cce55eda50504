"""What is kept, and where: wrong clocks, odd folders, and restores that do not come to their end."""

import os
import resource
import stat
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from blog.core.backup import create, retention, sqlite_copy, upgrade, zip_file
from blog.core.errors import Unavailable
from blog.core.schema import migrate
from blog.extensions import separate_engine
from tests.core.backup.conftest import ask, publish, read, settings_of
from tests.core.db.test_transaction import locked
from tests.world import run, write

At = Callable[[datetime], None]


def test_a_clock_that_was_ahead_stops_no_backup_and_costs_none(old: Path) -> None:
    folder, ahead = old / "backups", datetime.now(UTC) + timedelta(days=900)
    folder.mkdir()
    for day in range(retention.DAYS):
        for reason in ("daily", "before-restore"):
            retention.new_backup_path(folder, reason, ahead + timedelta(days=day)).write_bytes(b"x")
    made = create.create_if_due(settings_of(old))
    assert made is not None and made.file.exists()
    undo = create.create_backup(settings_of(old), "before-upgrade")
    assert undo.file.exists() and len(retention.list_backups(folder)) == 2 * retention.DAYS + 2


def test_restores_push_out_no_backup_that_undoes_an_upgrade(old: Path) -> None:
    undo = create.create_backup(settings_of(old), "before-upgrade").file
    for number in range(retention.UNDOS + 1):
        retention.new_backup_path(old / "backups", "before-restore", datetime(2026, 1, 1 + number, tzinfo=UTC)).touch()
    retention.prune(old / "backups")
    assert undo.exists() and len(retention.list_backups(old / "backups")) == 1 + retention.UNDOS


def test_a_restore_that_fails_leaves_the_backup_it_read(old: Path, monkeypatch: pytest.MonkeyPatch, at: At) -> None:
    """Also when that is the oldest of those that undo restores, which is the next to go."""
    undo = create.create_backup(settings_of(old), "before-restore").file
    monkeypatch.setattr(sqlite_copy, "PATIENCE_SECONDS", 0.1)
    monkeypatch.setattr(sqlite_copy, "BUSY_SECONDS", 0.1)
    for number in range(retention.UNDOS):
        at(datetime.now(UTC) + timedelta(hours=1 + number))
        with locked(old):
            assert "Another process is writing" in run(old, "restore", str(undo)).err
    assert undo.exists()
    assert run(old, "restore", str(undo)).status == 0


def test_only_a_backup_is_written_over(old: Path, tmp_path: Path) -> None:
    pipe, empty = tmp_path / "pipe", write(tmp_path, "empty", "")
    os.mkfifo(pipe)
    for place in (pipe, empty):
        answer = run(old, "backup", str(place))
        assert answer.status == 1 and "is no backup. It was left as it is." in answer.err
    assert stat.S_ISFIFO(pipe.stat().st_mode) and not empty.stat().st_size


def test_a_link_to_a_backup_stays_one(old: Path, tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    link = tmp_path / "blog.zip"
    link.symlink_to(disk / "blog.zip")
    for _ in range(2):
        assert run(old, "backup", str(link)).status == 0
    assert link.is_symlink() and (disk / "blog.zip").is_file()


@pytest.mark.parametrize("folder", ["media", "templates/parts"])
def test_backups_do_not_go_where_they_would_be_backed_up(old: Path, folder: str) -> None:
    """Each would hold all that were made before."""
    before = sorted((old / folder).iterdir())
    for answer in (
        run(old, "backup", env={"BLOG_BACKUPS": str(old / folder)}),
        run(old, "backup", str(old / folder / "blog.zip")),
    ):
        assert answer.status == 1 and "is backed up itself" in answer.err
    assert sorted((old / folder).iterdir()) == before


def test_files_of_the_far_future_are_backed_up(old: Path) -> None:
    os.utime(old / "custom.css", (3e11, 3e11))
    made = create.create_if_due(settings_of(old))
    assert made is not None
    assert retention.changed_since(settings_of(old), made.manifest.made_at)


def test_a_database_that_is_a_link_is_backed_up_and_restored_where_it_lies(old: Path, saved: Path) -> None:
    disk = old.parent / "disk"
    disk.mkdir()
    (old / "blog.db").rename(disk / "posts.db")
    (old / "blog.db").symlink_to(disk / "posts.db")
    hour = datetime.now(UTC) - timedelta(hours=1)
    for each in [old / "media", old / "custom.css", *(old / "templates").rglob("*"), old / "secret_key"]:
        os.utime(each, (hour.timestamp(), hour.timestamp()))
    holder = sqlite_copy.sqlite_driver().connect(disk / "posts.db")  # as a server keeps the log
    holder.execute("SELECT 1 FROM site").fetchone()
    publish(old, "Later")
    os.utime(disk / "posts.db", (hour.timestamp(), hour.timestamp()))
    assert retention.changed_since(settings_of(old), hour + timedelta(minutes=1))
    holder.close()
    (disk / "posts.db").write_bytes(b"not a database" * 999)
    assert run(old, "restore", str(saved)).status == 0
    assert (old / "blog.db").is_symlink() and read(old, "/posts/rivers/")["/posts/rivers/"][0] == 200


def test_the_command_that_undoes_can_be_copied_into_a_shell(old: Path, saved: Path) -> None:
    blog = old.rename(old.parent / "my blog's")
    answer = run(blog, "restore", str(saved))
    assert answer.status == 0 and f"`broadsheet --instance '{old.parent}/my blog'\"'\"'s' restore '" in answer.out


def test_a_database_that_is_busy_is_not_called_damaged(old: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ask(old, f"DROP TRIGGER {min(migrate.trigger_names())}")
    monkeypatch.setattr(migrate, "_set_pragmas", lambda *_: None)  # it would wait for ten minutes
    monkeypatch.setattr("blog.extensions.PRAGMAS", ("PRAGMA busy_timeout=50",))
    with locked(old), pytest.raises(Unavailable, match="Another process is writing") as said:
        upgrade.prepare_database(separate_engine(old / "blog.db"), settings_of(old))
    assert "restore" not in str(said.value)


def test_a_restore_is_told_also_when_what_follows_it_fails(
    old: Path, saved: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(_: Path) -> None:
        raise Unavailable("Another process is writing to the database.")

    monkeypatch.setattr("blog.core.media.library.purge_deleted", busy)
    answer = run(old, "restore", str(saved))
    assert answer.status == 0 and "at the next start of the blog. Another process" in answer.out
    assert "What was here is kept" in answer.out


def test_what_is_unreadable_in_a_backup_is_told(saved: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As on a disk that fails."""
    with zip_file.open_backup(saved) as opened:
        entry = opened.manifest.entries[0]

        def fails(_: int) -> bytes:
            raise OSError(5, "Input/output error")

        monkeypatch.setattr("zipfile.ZipExtFile.read", lambda _, size: fails(size))
        with pytest.raises(Exception, match=r"blog.db in it cannot be read \(Input/output error\)"):
            opened.read(entry)


def test_what_was_put_counts_when_its_log_cannot_be_written_back(
    old: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The disk is full just after the commit: readers see the restored blog, and that is what is said."""
    copy, live, real = tmp_path / "copy.db", old / "blog.db", sqlite_copy._copy_pages
    sqlite_copy.copy_database(live, copy)
    connection = sqlite_copy.sqlite_driver().connect(copy, isolation_level=None)
    connection.execute("CREATE TABLE more AS SELECT randomblob(2000000) AS a")
    connection.close()
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)

    def full_afterwards(*arguments: object) -> None:
        real(*arguments)
        resource.setrlimit(resource.RLIMIT_FSIZE, (live.stat().st_size, hard))

    monkeypatch.setattr(sqlite_copy, "_copy_pages", full_afterwards)
    try:
        sqlite_copy.replace_database(copy, live)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert ask(old, "SELECT length(a) FROM more") == [(2000000,)]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write to every folder")
def test_a_blog_on_a_disk_that_can_only_be_read_is_backed_up(old: Path, tmp_path: Path) -> None:
    left = old / ".restore-0123456789abcdef"
    left.mkdir()
    ask(old, "PRAGMA journal_mode=WAL")
    old.chmod(0o500)
    try:
        assert run(old, "backup", str(tmp_path / "saved.zip")).status == 0
    finally:
        old.chmod(0o700)
