"""Instance folders and databases that cannot be used: one sentence, and nothing touched."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from blog.extensions import sqlite_driver
from blog.migrations import HEAD
from tests.transfer.library import files, rows
from tests.world import Result, run, write

Command = Callable[..., Result]
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An instance folder with one post, to be copied."""
    folder = tmp_path_factory.mktemp("written")
    assert run(folder, "new", "Rivers", "--publish").status == 0
    return folder


@pytest.fixture
def used(instance: Path, written: Path) -> Path:
    """An instance folder with one post."""
    shutil.copytree(written, instance, dirs_exist_ok=True)
    return instance


def refused(result: Result) -> str:
    """What a command said that could not be done."""
    assert (result.status, result.out) == (1, "")
    assert result.err.count("\n") == 1 and "Traceback" not in result.err
    return result.err


@pytest.mark.parametrize("arguments", [["list"], ["publish", "a"], ["samples", "remove"], ["config"], ["user", "list"]])
def test_a_missing_instance_folder_is_named_and_not_made(tmp_path: Path, arguments: list[str]) -> None:
    folder = tmp_path / "missing"
    assert f"There is no folder {folder}. `broadsheet --instance {folder} serve` begins a blog there." in refused(
        run(folder, *arguments)
    )
    assert not folder.exists()


@pytest.mark.parametrize(
    "arguments", [["new", "A"], ["user", "add", "a@b.example", "--name", "A"], ["config", "title", "A"], ["serve"]]
)
def test_a_folder_whose_parent_is_missing_is_not_made(tmp_path: Path, arguments: list[str]) -> None:
    said = refused(run(tmp_path / "no" / "blog", *arguments))
    assert f"there is no folder {tmp_path / 'no'}." in said
    assert not (tmp_path / "no").exists()


@pytest.mark.parametrize("arguments", [["list"], ["new", "A"], ["serve"], ["doctor"]])
def test_an_instance_that_is_a_file_is_refused(tmp_path: Path, arguments: list[str]) -> None:
    file = write(tmp_path, "blog", "mine")
    assert f"The instance folder {file} is a file, not a folder." in refused(run(file, *arguments))
    assert file.read_text() == "mine"


def test_a_folder_in_a_file_is_refused(tmp_path: Path) -> None:
    write(tmp_path, "file", "mine")
    assert "cannot be made: Not a directory" in refused(run(tmp_path / "file" / "blog", "new", "A"))


def test_a_bad_setting_ends_any_command(instance: Path, command: Command) -> None:
    assert refused(command("list", env={"BLOG_WORKERS": "many"})).startswith(
        "BLOG_WORKERS is 'many', and cannot be used"
    )
    assert refused(command("list", env={"BLOG_WORKER": "1"})).startswith("There is no setting BLOG_WORKER.")
    assert files(instance) == {}


# -- the database -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("arguments", [["list"], ["new", "A"], ["serve"], ["samples", "remove"]])
@pytest.mark.parametrize("content", [b"This is no database. " * 100, b"SQLite format 3\0" + b"\xff" * 5000])
def test_a_damaged_database_is_refused_and_left_alone(
    used: Path, command: Command, content: bytes, arguments: list[str]
) -> None:
    write(used, "blog.db", content)
    said = refused(command(*arguments))
    assert "The database is damaged" in said
    assert (used / "blog.db").read_bytes() == content


def test_a_database_cut_in_half_is_refused(used: Path, command: Command) -> None:
    whole = (used / "blog.db").read_bytes()
    write(used, "blog.db", whole[: len(whole) // 2])
    assert "damaged" in refused(command("list"))


def test_a_database_of_a_newer_broadsheet_is_refused_and_left_alone(used: Path, command: Command) -> None:
    connection = sqlite_driver().connect(str(used / "blog.db"))
    connection.execute("UPDATE schema_version SET version_num = '9999'")
    connection.commit()
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    before = (used / "blog.db").read_bytes()
    for arguments in (["list"], ["new", "A"], ["serve"]):
        said = refused(command(*arguments))
        assert f"was written by a newer Broadsheet (schema 9999; this one knows up to {HEAD})" in said
    assert (used / "blog.db").read_bytes() == before


def test_another_programs_database_is_refused_and_left_alone(instance: Path, command: Command) -> None:
    connection = sqlite_driver().connect(str(instance / "blog.db"))
    connection.execute("CREATE TABLE recipes (name)")
    connection.commit()
    connection.close()
    assert "another program's tables (recipes): nothing was touched" in refused(command("list"))
    assert rows(instance, "SELECT name FROM sqlite_master") == [("recipes",)]


@pytest.mark.parametrize("lost", ["emptied", "removed"])
@pytest.mark.parametrize("arguments", [["list"], ["new", "A"], ["serve"]])
def test_no_new_blog_is_made_over_one_whose_database_is_lost(
    used: Path, command: Command, lost: str, arguments: list[str]
) -> None:
    for file in used.glob("blog.db*"):
        file.unlink()
    if lost == "emptied":
        write(used, "blog.db", "")
    said = refused(command(*arguments))
    assert ("is empty" if lost == "emptied" else "is missing") in said and "secret_key" in said and "backup" in said
    assert lost == "removed" or (used / "blog.db").read_bytes() == b""


def test_a_folder_in_the_place_of_the_database_is_refused(instance: Path, command: Command) -> None:
    (instance / "blog.db").mkdir()
    refused(command("list"))


def test_a_database_that_another_process_is_writing_is_said_to_be_busy(
    used: Path, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    from blog import extensions

    monkeypatch.setattr(extensions, "PRAGMAS", (*extensions.PRAGMAS, "PRAGMA busy_timeout=50"))
    connection = sqlite_driver().connect(str(used / "blog.db"), isolation_level=None)
    connection.execute("BEGIN IMMEDIATE")
    try:
        assert "Another process is writing" in refused(command("new", "B"))
        assert command("list").status == 0
    finally:
        connection.close()


def test_lost_triggers_are_made_again(used: Path, command: Command) -> None:
    connection = sqlite_driver().connect(str(used / "blog.db"))
    connection.execute("DROP TRIGGER public_post_update")
    connection.commit()
    connection.close()
    assert command("doctor").status == 1
    assert command("list").status == 0
    assert command("doctor").status == 0


# -- folders that cannot be written -------------------------------------------------------------------------


def without_rights(instance: Path, *arguments: str) -> Result:
    """Run a command in a process for which the permissions of files count, though root runs the tests."""
    powerless: list[str] = []
    if os.geteuid() == 0:
        setpriv = shutil.which("setpriv")
        if setpriv is None:
            pytest.skip("root may write everywhere, and there is no setpriv to take that from it")
        powerless = [setpriv, "--bounding-set", "-dac_override,-dac_read_search"]
    done = subprocess.run(
        [*powerless, sys.executable, "-m", "blog", "--instance", str(instance), *arguments],
        cwd=ROOT, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    if "setpriv" in done.stderr:
        pytest.skip(f"root cannot give up its rights here: {done.stderr.strip()}")
    return Result(done.returncode, done.stdout, done.stderr)


@pytest.mark.parametrize("arguments", [["list"], ["new", "A"], ["serve", "--port", "1025"]])
def test_a_folder_that_cannot_be_written_is_named(instance: Path, arguments: list[str]) -> None:
    instance.chmod(0o555)
    said = refused(without_rights(instance, *arguments))
    assert f"{instance} cannot be written: Permission denied" in said
    assert list(instance.iterdir()) == []


@pytest.mark.parametrize("arguments", [["new", "A"], ["delete", "rivers"], ["serve", "--port", "1025"]])
def test_a_used_blog_that_cannot_be_written_is_left_alone(used: Path, arguments: list[str]) -> None:
    for file in used.iterdir():
        file.chmod(0o444)
    used.chmod(0o555)
    before = files(used)
    said = refused(without_rights(used, *arguments))
    assert str(used) in said or "only be read" in said
    assert files(used) == before


def test_a_database_that_cannot_be_written_is_left_alone(used: Path) -> None:
    (used / "blog.db").chmod(0o444)
    before = (used / "blog.db").read_bytes()
    assert "only be read" in refused(without_rights(used, "new", "A"))
    assert (used / "blog.db").read_bytes() == before


def test_a_secret_key_that_cannot_be_read_is_named(used: Path) -> None:
    (used / "secret_key").chmod(0)
    assert f"The secret key {used / 'secret_key'} cannot be read: Permission denied" in refused(
        without_rights(used, "list")
    )


def test_a_config_file_that_cannot_be_read_is_named(used: Path) -> None:
    write(used, "config.toml", "workers = 1\n").chmod(0)
    assert f"{used / 'config.toml'} cannot be read: Permission denied" in refused(without_rights(used, "list"))


def test_an_instance_folder_that_cannot_be_entered_is_named(used: Path) -> None:
    used.chmod(0)
    result = without_rights(used, "list")
    assert result.status != 0 and str(used) in result.err and "Traceback" not in result.err


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "locked").mkdir(mode=0o555)
    said = refused(without_rights(tmp_path / "locked" / "blog", "new", "A"))
    assert f"{tmp_path / 'locked' / 'blog'} cannot be made: Permission denied" in said


# -- doctor -------------------------------------------------------------------------------------------------


def test_the_doctor_finds_a_good_blog_well(used: Path, command: Command) -> None:
    result = command("doctor", "--json")
    assert (result.status, result.data["well"]) == (0, True)
    assert any("1 post or page, schema" in finding["what"] for finding in result.data["findings"])


@pytest.mark.parametrize("content", [b"This is no database. " * 100, b""])
def test_the_doctor_says_what_is_bad_and_ends_with_one(used: Path, command: Command, content: bytes) -> None:
    for file in used.glob("blog.db*"):
        file.unlink()
    write(used, "blog.db", content)
    result = command("doctor", "--json")
    assert (result.status, result.data["well"]) == (1, False)


def test_the_doctor_minds_a_key_that_others_can_read(used: Path, command: Command) -> None:
    (used / "secret_key").chmod(0o644)
    result = command("doctor")
    assert result.status == 1 and f"chmod 600 {used / 'secret_key'}" in result.out


def test_the_doctor_changes_nothing(used: Path, command: Command) -> None:
    before = {name: content for name, content in files(used).items() if not name.endswith(("-wal", "-shm"))}
    command("doctor")
    assert {name: content for name, content in files(used).items() if not name.endswith(("-wal", "-shm"))} == before


def test_the_doctor_of_no_blog_makes_none(tmp_path: Path) -> None:
    result = run(tmp_path / "missing", "doctor", "--json")
    assert (result.status, result.data["well"]) == (1, False)
    assert not (tmp_path / "missing").exists()
