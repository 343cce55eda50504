"""kill -9 of an import: all of it or nothing, no process left behind, and the next run finishes."""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.live_server import said_of, until
from tests.transfer.library import rows, text
from tests.world import run, write

pytestmark = pytest.mark.slow
FILES = 200
MOMENTS = 4
PATIENCE = 8


@pytest.fixture(scope="session")
def texts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Many short texts."""
    folder = tmp_path_factory.mktemp("library")
    for number in range(FILES):
        write(
            folder,
            f"text-{number}.md",
            text(f"Text {number}", f"Text *{number}*.", date="2024-05-01", tags=f"Tag {number % 7}"),
        )
    return folder


@pytest.fixture(scope="session")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A blog without posts."""
    folder = tmp_path_factory.mktemp("empty") / "instance"
    assert run(folder, "list").status == 1
    assert run(folder, "config", "title", "Killed").status == 0
    return folder


@pytest.fixture(scope="session")
def length(texts: Path, empty: Path) -> float:
    """How long an undisturbed import takes here, in seconds."""
    with on_disk() as folder:
        instance = shutil.copytree(empty, folder / "instance")
        start = time.monotonic()
        assert begin(instance, texts).wait(60) == 0
        assert count(instance) == FILES
        return time.monotonic() - start


@contextlib.contextmanager
def on_disk() -> Iterator[Path]:
    """A folder on a disk, whose pace a kill is to meet. Those of other tests may lie in memory."""
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder)


@pytest.fixture
def tmp_path() -> Iterator[Path]:
    with on_disk() as folder:
        yield folder


def begin(instance: Path, folder: Path, stderr: int = subprocess.DEVNULL) -> "subprocess.Popen[bytes]":
    arguments = [sys.executable, "-m", "blog", "--instance", str(instance), "import", str(folder)]
    return subprocess.Popen(
        arguments,
        cwd=Path(__file__).resolve().parents[2],
        process_group=0,
        stdout=subprocess.DEVNULL,
        stderr=stderr,
    )


def count(instance: Path) -> int:
    return int(rows(instance, "SELECT count(*) FROM post")[0][0])


def members(group: int) -> list[int]:
    """The living processes of a group."""
    pids = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and (stat := said_of(int(entry.name), "stat")):
            state, _parent, of = stat.rpartition(") ")[2].split()[:3]
            if int(of) == group and state != "Z":
                pids.append(int(entry.name))
    return pids


def follow(leader: int) -> None:
    """Wait until the rest of the leader's group has ended too; they notice its end a moment after it."""
    try:
        until(lambda: not members(leader), PATIENCE, "the end of all processes of an import that has ended")
    finally:
        for pid in members(leader):
            os.kill(pid, signal.SIGKILL)


def kill_and_look(process: "subprocess.Popen[bytes]", instance: Path) -> int:
    """Kill the leader only; how many posts there are then. Nothing of the group may live on."""
    process.kill()  # only the leader, and only if it still runs
    process.wait(10)
    follow(process.pid)
    assert rows(instance, "PRAGMA integrity_check") == [("ok",)]
    assert rows(instance, "PRAGMA foreign_key_check") == []
    posts = count(instance)
    assert posts in (0, FILES)
    assert rows(instance, "SELECT count(*) FROM post_tag") == [(posts,)]
    return posts


def test_a_killed_import_leaves_none_or_all_at_any_moment(
    texts: Path, empty: Path, length: float, tmp_path: Path
) -> None:
    instance = shutil.copytree(empty, tmp_path / "instance-0")
    for number in range(MOMENTS):
        process = begin(instance, texts)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(length * (number + 0.5) / MOMENTS)
        if kill_and_look(process, instance) and number < MOMENTS - 1:
            instance = shutil.copytree(empty, tmp_path / f"instance-{number + 1}")
    assert begin(instance, texts).wait(60) == 0
    assert count(instance) == FILES


@pytest.mark.parametrize("grown", [1, 200_000])
def test_an_import_killed_while_it_writes_leaves_none_or_all(
    texts: Path, empty: Path, length: float, tmp_path: Path, grown: int
) -> None:
    instance = shutil.copytree(empty, tmp_path / "instance")
    process = begin(instance, texts)
    kill_when(lambda: size(instance / "blog.db-wal") >= grown, process)
    kill_and_look(process, instance)
    assert begin(instance, texts).wait(60) == 0
    assert count(instance) == FILES


@pytest.mark.parametrize("moment", ["rendering", "writing"])
def test_control_c_stops_with_one_word(texts: Path, empty: Path, tmp_path: Path, moment: str) -> None:
    instance = shutil.copytree(empty, tmp_path / "instance")
    process = begin(instance, texts, stderr=subprocess.PIPE)
    when = {
        "rendering": lambda: len(members(process.pid)) >= 3,  # a worker began, perhaps just now
        "writing": lambda: size(instance / "blog.db-wal") > 1,
    }
    kill_when(when[moment], process)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGINT)
    _, said = process.communicate(timeout=PATIENCE)
    # It may have been done already: then its last word is on its progress, or none.
    stopped = (process.returncode, said.decode().splitlines()[-1:]) == (130, ["Stopped."])
    assert stopped or (process.returncode == 0 and count(instance) == FILES), said
    assert "Traceback" not in said.decode()
    follow(process.pid)
    assert count(instance) in (0, FILES)
    assert not list(instance.glob(".import-*"))


def kill_when(true: Callable[[], bool], process: "subprocess.Popen[bytes]") -> None:
    """Wait for the moment, or for the end of the process."""
    end = time.monotonic() + 60
    while not true() and process.poll() is None:
        assert time.monotonic() < end
        time.sleep(0.001)


def size(file: Path) -> int:
    try:
        return file.stat().st_size
    except FileNotFoundError:
        return 0


def test_the_same_import_twice_at_once_imports_each_text_once(texts: Path, empty: Path, tmp_path: Path) -> None:
    instance = shutil.copytree(empty, tmp_path / "instance")
    both = [begin(instance, texts), begin(instance, texts)]
    assert [process.wait(60) for process in both] == [0, 0]
    assert count(instance) == FILES
