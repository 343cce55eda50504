"""`python -m tests.schemas [NUMBER]` saves the blog of a schema (of the newest one, if none is named), for later tests.

It is made with the last code that knew no newer schema.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from blog.migrations import HEAD
from tests.schemas import FOLDER

ROOT = FOLDER.parent.parent.parent
HERE = Path("tests/schemas")
STEPS = "blog/migrations/versions"


def _git(*arguments: str) -> str:
    return subprocess.run(["git", *arguments], cwd=ROOT, check=True, capture_output=True, text=True).stdout


def _steps(commit: str) -> list[str]:
    names = [Path(line).name for line in _git("ls-tree", "--name-only", commit, f"{STEPS}/").splitlines()]
    return sorted(name[:4] for name in names if name[:4].isdigit())


def last_commit(number: str) -> str:
    """The last commit whose newest step is the given one, and which has all steps before it."""
    changes = _git("rev-list", "HEAD", "--", STEPS).split()
    for commit in ["HEAD", *(f"{change}^" for change in changes[:-1])]:
        steps = _steps(commit)
        if steps and steps[-1] == number and len(steps) == int(number):
            return _git("rev-parse", commit).strip()
    sys.exit(f"No commit of this branch had {number} as its newest schema.")


def main(number: str) -> None:
    """Make it in a checkout of that commit, beside this one for as long as that takes."""
    commit = last_commit(number)
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as temporary:
        code, blog = Path(temporary, "code"), Path(temporary, "blog")
        blog.mkdir()
        _git("worktree", "add", "--detach", str(code), commit)
        try:
            # What makes these blogs is of today; the blog is of then.
            shutil.copytree(ROOT / HERE, code / HERE, dirs_exist_ok=True)
            command = [sys.executable, "-m", "tests.schemas.making", str(FOLDER / number), str(blog)]
            clean = {name: value for name, value in os.environ.items() if not name.startswith("BLOG_")}
            subprocess.run(command, cwd=code, env=clean, check=True)
        finally:
            _git("worktree", "remove", "--force", str(code))
    sys.stdout.write(f"{FOLDER / number}.sql, by the code of {commit[:12]}\n")


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else HEAD)
