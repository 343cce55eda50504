"""kill -9 in the middle of what a blog does, again and again; and what must hold afterwards, whatever was cut off."""

import os
import random
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from unittest import mock

from PIL import Image

from blog import clock, config, files
from blog.core.doctor import run
from blog.core.images import storage
from tests.faults.living import ROOT
from tests.live_server import until
from tests.transfer.library import rows
from tests.transfer.test_kill import members
from tests.world import SITE_URL

PATIENCE = 60
# What no kill is to blame for: a machine that is nearly full, a blog that nobody backed up.
BESIDE = ("Only ", "There is no backup")
TURN_SECONDS = 0.001


@dataclass
class Tally:
    """What came of some rounds: how often the kill fell in the middle, what was acknowledged, what of it was lost."""

    operation: str
    rounds: int = 0
    inside: int = 0
    acknowledged: int = 0
    lost: list[str] = field(default_factory=list)
    half: list[str] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def proves(self) -> bool:
        """Whether nothing was lost or half-written, and kills did fall in the middle."""
        return self.inside > 0 and not self.lost and not self.half

    @contextmanager
    def round(self) -> Iterator[random.Random]:
        """One more round, with dice that fall alike in every run."""
        began = time.monotonic()
        self.rounds += 1
        yield random.Random(f"{self.operation} {self.rounds}")
        self.seconds += time.monotonic() - began

    def judge(self, instance: Path) -> None:
        """Note what is not whole in a blog that nobody serves, or that is served by others."""
        self.half += [f"{self.operation}, round {self.rounds}: {wrong}" for wrong in faults(instance)]


def faults(instance: Path) -> list[str]:
    """What is not whole: database, search index, counts, references, pictures, files that nobody will remove."""
    found = [str(row) for row in rows(instance, "PRAGMA integrity_check") if row != ("ok",)]
    found += [f"reference {row}" for row in rows(instance, "PRAGMA foreign_key_check")]
    settings = config.load(instance, environ={}, site_url=SITE_URL)
    found += [one.what for one in run.examine(settings) if one.level == "bad" and not one.what.startswith(BESIDE)]
    for (name,) in rows(instance, "SELECT name FROM media WHERE deleted_at IS NULL"):
        found += [f"{file.name} is torn" for file in settings.media.glob(f"{name[:24]}*") if not shows(file)]
    return found + [f"{file} stays for ever" for file in left_behind(settings.media)]


def shows(file: Path) -> bool:
    """Whether a picture can be decoded to its end."""
    try:
        with Image.open(file) as picture:
            picture.load()
    except OSError:
        return False
    return True


def left_behind(folder: Path) -> list[Path]:
    """Drafts in a folder of pictures that are still there after they were swept on a later day."""
    later = clock.now() + 2 * files.MAX_WRITE_TIME
    with mock.patch.object(clock, "now", lambda: later):
        storage.remove_stale(folder)
    return list(folder.glob(".*"))


def begin(command: Sequence[str]) -> "subprocess.Popen[bytes]":
    """A command in a group of its own."""
    quiet = subprocess.DEVNULL
    return subprocess.Popen(command, cwd=ROOT, process_group=0, stdin=quiet, stdout=quiet, stderr=quiet)


def length(command: Sequence[str], begun: Callable[[], object]) -> float:
    """How many seconds a command takes from the moment at which it begins its work. It must succeed."""
    process = begin(command)
    _when(begun, process)
    since = time.monotonic()
    assert process.wait(PATIENCE) == 0, command
    return time.monotonic() - since


def strike(command: Sequence[str], begun: Callable[[], object], after: float) -> bool:
    """Kill a command so many seconds after it began its work; whether it was still at it."""
    process = begin(command)
    _when(begun, process)
    with suppress(subprocess.TimeoutExpired):
        process.wait(after)
    inside = process.poll() is None
    kill_group(process.pid)
    process.wait(PATIENCE)
    return inside


def kill_group(leader: int) -> None:
    """kill -9 to all processes of a group; returns when they are gone."""
    for pid in members(leader):
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    until(lambda: not members(leader), PATIENCE, "the end of killed processes")


def moments(rounds: int, seconds: float, dice: random.Random) -> list[float]:
    """Moments in a span of time, one in each of as many parts of it, in any order."""
    parts = [(number + dice.random()) * seconds / rounds for number in range(rounds)]
    dice.shuffle(parts)
    return parts


def _when(begun: Callable[[], object], process: "subprocess.Popen[bytes]") -> None:
    """Wait until a process has begun its work, or has ended."""
    end = time.monotonic() + PATIENCE
    while not begun() and process.poll() is None:
        assert time.monotonic() < end
        time.sleep(TURN_SECONDS)


def table(tallies: Sequence[Tally]) -> str:
    """The results as a table in Markdown."""
    head = "| operation | rounds | killed in the middle | acknowledged | lost | half-written | seconds |"
    lines = [head, "|---|--:|--:|--:|--:|--:|--:|"]
    lines += [
        f"| {each.operation} | {each.rounds} | {each.inside} | {each.acknowledged} | {len(each.lost)} |"
        f" {len(each.half)} | {each.seconds:.0f} |"
        for each in tallies
    ]
    return "\n".join(lines) + "\n"
