"""A blog served as its keeper would serve it."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.server import Server, alive, free_port, until

ROOT = Path(__file__).resolve().parents[2]
Start = Callable[..., Server]


@pytest.fixture
def start(instance: Path, tmp_path: Path, started_blog: Path) -> Iterator[Start]:
    """Starts `serve` and waits until it answers and all its processes are there; ends what still runs.

    An empty folder is made one that was started before, which is quicker, unless the test asks for a `new` blog.
    """
    started: list[Server] = []

    def begin(*options: str, workers: int = 2, port: int = 0, new: bool = False) -> Server:
        if not new and not any(instance.iterdir()):
            shutil.copytree(started_blog, instance, dirs_exist_ok=True)
        output = tmp_path / f"output-{len(started)}"
        port = port or free_port()
        with output.open("w") as out:
            process = subprocess.Popen(
                [sys.executable, "-m", "blog", "--instance", str(instance), "serve",
                 "--port", str(port), "--workers", str(workers), *options],
                cwd=ROOT, stdout=out, stderr=subprocess.STDOUT, process_group=0, text=True,
            )  # fmt: skip
        server = Server(process, port, output)
        started.append(server)
        until(lambda: server.get("/healthz")[0] == 200 or process.poll() is not None, 15, "an answer")
        assert process.poll() is None, output.read_text()
        until(lambda: server.messengers() and len(server.workers()) == workers, 15, "all processes")
        return server

    yield begin
    for server in started:
        for pid in [*server.children(), server.process.pid]:
            if server.process.poll() is None or alive(pid):
                try:
                    os.kill(pid, signal.SIGKILL)
                except ProcessLookupError:
                    continue
        server.process.wait(10)
