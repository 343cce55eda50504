"""kill -9 in the middle: nothing acknowledged is lost, nothing is half-written. `make faults` does it forty times."""

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.faults import authors, loops
from tests.faults.killing import Tally, shows
from tests.world import picture, write

pytestmark = pytest.mark.slow
ROUNDS = 2


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder on a disk: those of other tests may lie in memory, where a kill meets nothing half-done."""
    with tempfile.TemporaryDirectory() as name:
        yield Path(name)


def holds(tally: Tally) -> None:
    assert (tally.lost, tally.half) == ([], [])
    assert tally.inside, "no kill fell in the middle, so this proves nothing"


def test_while_an_author_writes(folder: Path, started_blog: Path) -> None:
    holds(authors.publish(ROUNDS, folder, started_blog))


def test_while_pictures_come_in(folder: Path, started_blog: Path) -> None:
    holds(authors.upload(ROUNDS, folder, started_blog))


def test_while_a_database_is_upgraded(folder: Path, started_blog: Path) -> None:
    holds(loops.upgrade(ROUNDS, folder, started_blog))


@pytest.mark.parametrize("loop", [loops.backup, loops.restore], ids=["backed up", "restored"])
def test_while_a_blog_is(loop: Callable[[int, Path, Path], Tally], folder: Path, started_blog: Path) -> None:
    holds(loop(ROUNDS, folder, started_blog))


def test_a_torn_picture_would_be_seen(tmp_path: Path) -> None:
    whole = picture(400, 300, "JPEG")
    assert shows(write(tmp_path, "whole.jpg", whole))
    assert not shows(write(tmp_path, "torn.jpg", whole[: len(whole) // 2]))
