"""A blog served as its keeper would serve it."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import pytest

from tests.server import Server, alive, free_port, until

ROOT = Path(__file__).resolve().parents[2]
Start = Callable[..., Server]


@contextmanager
def starting(instance: Path, outputs: Path, seed: Path) -> Iterator[Start]:
    """Starts `serve` and waits until it answers and all its processes are there; ends what still runs."""
    started: list[Server] = []

    def begin(*options: str, workers: int = 2, port: int = 0, new: bool = False) -> Server:
        if not new and not any(instance.iterdir()):
            shutil.copytree(seed, instance, dirs_exist_ok=True)
        output = outputs / f"output-{len(started)}"
        port = port or free_port()
        with output.open("w") as out:
            process = subprocess.Popen(
                [sys.executable, "-m", "blog", "--instance", str(instance), "serve",
                 "--port", str(port), "--workers", str(workers), *options],
                cwd=ROOT, stdout=out, stderr=subprocess.STDOUT, process_group=0, text=True,
            )  # fmt: skip
        server = Server(process, port, output, instance)
        started.append(server)
        until(lambda: server.get("/healthz")[0] == 200 or process.poll() is not None, 15, "an answer")
        assert process.poll() is None, output.read_text()
        until(lambda: server.messengers() and len(server.workers()) == workers, 15, "all processes")
        return server

    try:
        yield begin
    finally:
        for server in started:
            _end(server)


def _end(server: Server) -> None:
    for pid in [*server.children(), server.process.pid]:
        if server.process.poll() is None or alive(pid):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
    server.process.wait(10)


@pytest.fixture
def start(instance: Path, tmp_path: Path, started_blog: Path) -> Iterator[Start]:
    """Starts `serve` in the test's folder.

    An empty folder is made one that was started before, which is quicker, unless the test asks for a `new` blog.
    """
    with starting(instance, tmp_path, started_blog) as begin:
        yield begin


@pytest.fixture(scope="module")
def lasting(tmp_path_factory: pytest.TempPathFactory, started_blog: Path) -> Iterator[Start]:
    """A server with these options, started once a file: for tests that leave it as good as they found it.

    Whatever they did to it, it must end cleanly when it is told to.
    """
    servers: dict[tuple[object, ...], Server] = {}

    def get(*options: str, workers: int = 2) -> Server:
        if (options, workers) not in servers:
            folder, outputs = tmp_path_factory.mktemp("lasting"), tmp_path_factory.mktemp("output")
            begin = stack.enter_context(starting(folder, outputs, started_blog))
            servers[options, workers] = begin(*options, workers=workers)
        return servers[options, workers]

    with ExitStack() as stack:
        yield get
        for server in servers.values():
            assert server.stop(signal.SIGTERM) == 0
            assert "Traceback" not in server.output.read_text()
