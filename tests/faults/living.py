"""A real blog under test: its server, its author's browser, its commands, each a process of its own."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from lxml import html

from tests.admin.writing import held
from tests.commands.test_uploads import EMAIL, PASSWORD, Browser
from tests.live_server import Server, free_port, until
from tests.transfer.test_kill import members
from tests.world import Result, words

ROOT = Path(__file__).resolve().parents[2]
NEW = "/admin/posts/new/"


def command_line(instance: Path, *arguments: str, files: int = 0, module: str = "blog") -> list[str]:
    """A command, which may have so many files open if that is given."""
    limited = ["sh", "-c", f'ulimit -n {files} && exec "$@"', "sh"] if files else []
    return [*limited, sys.executable, "-m", module, "--instance", str(instance), *arguments]


def broadsheet(instance: Path, *arguments: str, stdin: str = "", files: int = 0) -> Result:
    """A command in a process of its own, with so many file descriptors if that is given."""
    done = subprocess.run(
        command_line(instance, *arguments, files=files),
        cwd=ROOT, capture_output=True, text=True, input=stdin, timeout=60, check=False,
    )  # fmt: skip
    return Result(done.returncode, done.stdout, done.stderr)


def sentence(result: Result) -> str:
    """What a command that could not do its work said: one sentence, and status 1."""
    assert result.status == 1, result
    assert result.err.count("\n") == 1 and "Traceback" not in result.err, result.err
    return result.err.strip()


def begin(instance: Path, seed: Path) -> None:
    """A blog with samples, and an author who can sign in."""
    shutil.copytree(seed, instance, dirs_exist_ok=True)
    assert broadsheet(
        instance, "user", "add", EMAIL, "--name", "Ana", "--password-stdin", stdin=f"{PASSWORD}\n"
    ).status == 0  # fmt: skip


@contextmanager
def served(instance: Path, *options: str, workers: int = 1, files: int = 0) -> Iterator[Server]:
    """A server that answers; killed at the end, if it still runs."""
    with TemporaryDirectory() as folder:
        port, output = free_port(), Path(folder) / "output"
        with output.open("w") as out:
            process = subprocess.Popen(
                command_line(instance, "serve", "--port", str(port), "--workers", str(workers), *options, files=files),
                cwd=ROOT, stdout=out, stderr=subprocess.STDOUT, process_group=0, text=True,
            )  # fmt: skip
        server = Server(process, port, output, instance)
        try:
            until(lambda: server.get("/healthz")[0] or process.poll() is not None, 30, "an answer")
            assert process.poll() is None, output.read_text()
            yield server
        finally:
            kill(server)


def kill(server: Server) -> None:
    """End a server by kill -9, all its processes at once; they are gone when it returns."""
    for pid in members(server.process.pid):
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    server.process.wait(10)
    until(lambda: not members(server.process.pid), 10, "the end of killed processes")


def write(author: Browser, path: str = NEW, action: str = "publish", **fields: Any) -> tuple[int, str]:
    """Send the form of a page as an author's browser does, some fields changed. Status and page, or what led on."""
    status, page = author.open("GET", path)
    if status != 200:
        return status, page
    return author.open("POST", path, held(html.document_fromstring(page)) | {"action": action} | fields)


def told(page: str) -> str:
    """The words of a page."""
    return words(html.document_fromstring(page))
