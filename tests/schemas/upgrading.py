"""Upgrade blogs in processes of their own, for tests of what happens when these are killed, or are several.

`python -m tests.schemas.upgrading kill FOLDER...` kills the upgrade of each blog at another place, from the first
statement to the moment before the commit. `... together FOLDER` has two processes upgrade one blog at once, and says
how many steps each of them took.
"""

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event

from blog import config
from blog.commands import open_app

STEP = "UPDATE schema_version"


def _upgrade(folder: Path) -> None:
    with open_app(config.load(folder, environ={})):
        pass


def _in_a_process(act: Callable[[], int]) -> int:
    """Its process id; it ends with what `act` returns."""
    if pid := os.fork():
        return pid
    status = 255
    try:
        status = act()
    finally:
        os._exit(status)


def _said(folder: Path) -> list[str]:
    """Upgrade a blog; all statements of that, in order."""
    said: list[str] = []
    event.listen(Engine, "before_cursor_execute", lambda *given: said.append(given[2]))
    _upgrade(folder)
    return said


def _killed_at(folder: Path, at: int) -> int:
    """Upgrade a blog, and be killed before that statement; before the commit, if there are no more of them."""
    left = iter(range(at))

    def count(*_given: Any) -> None:
        if next(left, None) is None:
            os.kill(os.getpid(), signal.SIGKILL)

    event.listen(Engine, "before_cursor_execute", count)
    event.listen(Engine, "commit", lambda _connection: os.kill(os.getpid(), signal.SIGKILL))
    _upgrade(folder)
    return 0


def kill(whole: Path, *folders: Path) -> None:
    """Upgrade the first blog, and kill the upgrades of the others evenly between their beginning and their end."""
    total = len(_said(whole))
    for place, folder in enumerate(folders):
        at = (total + 1) * place // (len(folders) - 1)
        pid = _in_a_process(lambda folder=folder, at=at: _killed_at(folder, at))
        _, status = os.waitpid(pid, 0)
        assert os.WIFSIGNALED(status), (folder, at, status)
    sys.stdout.write(f"{total}\n")


def together(folder: Path) -> None:
    """Upgrade one blog twice at once."""
    go, begin = os.pipe()

    def one() -> int:
        os.read(go, 1)
        return sum(sql.startswith(STEP) for sql in _said(folder))

    pair = [_in_a_process(one) for _ in range(2)]
    os.write(begin, b"gg")
    steps = sorted(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) for pid in pair)
    sys.stdout.write(f"{steps}\n")


if __name__ == "__main__":
    {"kill": kill, "together": together}[sys.argv[1]](*map(Path, sys.argv[2:]))
