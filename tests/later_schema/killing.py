"""`python -m tests.later_schema.killing FOLDER...` kills the upgrade of each blog at another place, from the first
statement to the moment before the commit. The first blog is upgraded, to learn how many statements that takes.
"""

import os
import signal
import sys
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event

from blog import config
from blog.commands import open_app
from tests.later_schema import later_schema


def _upgrade(folder: Path) -> None:
    with later_schema(), open_app(config.load(folder, environ={})):
        pass


def _kill_at(folder: Path, statement: int) -> None:
    """Upgrade a blog in a process that is killed before a statement; before the commit, if there are fewer."""
    if pid := os.fork():
        assert os.WIFSIGNALED(os.waitpid(pid, 0)[1]), (folder, statement)
        return
    left = iter(range(statement))

    def count(*_given: Any) -> None:
        if next(left, None) is None:
            os.kill(os.getpid(), signal.SIGKILL)

    event.listen(Engine, "before_cursor_execute", count)
    event.listen(Engine, "commit", lambda _connection: os.kill(os.getpid(), signal.SIGKILL))
    try:
        _upgrade(folder)
    finally:
        os._exit(0)


def main(whole: Path, *folders: Path) -> None:
    statements: list[str] = []
    event.listen(Engine, "before_cursor_execute", lambda *given: statements.append(given[2]))
    _upgrade(whole)
    for place, folder in enumerate(folders):
        _kill_at(folder, (len(statements) + 1) * place // (len(folders) - 1))
    sys.stdout.write(f"{len(statements)}\n")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
