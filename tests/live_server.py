"""Real servers for tests that need one: started, waited for, asked, ended."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# Of several processes that run tests at once, each takes ports of its own.
OWN, OF = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0")[2:]), int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))


def free_port() -> int:
    while True:
        with closing(socket.socket()) as listening:
            listening.bind(("127.0.0.1", 0))
            port = int(listening.getsockname()[1])
        if port // 64 % OF == OWN:  # not every number: the kernel gives away odd ones only
            return port


def until(true: Callable[[], object], seconds: float, what: str) -> None:
    """Wait for something to become true."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, f"{what}: not within {seconds} seconds"
        time.sleep(0.05)


@dataclass
class Server:
    """A running blog."""

    process: "subprocess.Popen[str]"
    port: int
    output: Path
    instance: Path

    def get(self, path: str) -> tuple[int, bytes]:
        """Status and body; 0 when nobody answers."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=5) as response:
                return response.status, response.read()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read()
        except OSError:
            return 0, b""

    def children(self) -> list[int]:
        """The processes that the server started."""
        return children(self.process.pid)

    def workers(self) -> list[int]:
        """The worker processes: without the background process and the helper of multiprocessing."""
        told = {pid: said_of(pid, "cmdline") for pid in self.children()}
        return [
            pid for pid, words in told.items() if words and "resource_tracker" not in words and not is_background(pid)
        ]

    def background_pids(self) -> list[int]:
        """The process that makes calls to other servers, if it is there."""
        return [pid for pid in self.children() if is_background(pid)]

    def stop(self, with_signal: int) -> int:
        """Its exit status, after a signal to the leader alone."""
        os.kill(self.process.pid, with_signal)
        return self.process.wait(10)


def said_of(pid: int, what: str) -> str:
    """What the system says of a process; nothing once it has ended."""
    try:
        return (Path("/proc") / str(pid) / what).read_text()
    except OSError:
        return ""


def held_by(pid: int) -> list[str]:
    """What the open files of a process are; some may be closed while one looks."""
    found = []
    for entry in (Path("/proc") / str(pid) / "fd").iterdir():
        with suppress(OSError):
            found.append(str(entry.readlink()))
    return found


def is_background(pid: int) -> bool:
    return said_of(pid, "comm") == "messenger\n"


def children(of: int) -> list[int]:
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and (stat := said_of(int(entry.name), "stat")):
            state, parent = stat.rpartition(") ")[2].split()[:2]
            if int(parent) == of and state != "Z":
                found.append(int(entry.name))
    return sorted(found)


def alive(pid: int) -> bool:
    stat = said_of(pid, "stat")
    return bool(stat) and not stat.rpartition(") ")[2].startswith("Z")


@contextmanager
def serving(*broadsheet: str | Path, instance: Path, cwd: Path) -> Iterator[str]:
    """The address of a blog served by the given command line, which must end cleanly when it is told to."""
    port = free_port()
    command = [*broadsheet, "--instance", instance, "serve", "--port", port, "--workers", 1]
    clean = {name: value for name, value in os.environ.items() if not name.startswith("BLOG_")}
    server = subprocess.Popen([str(part) for part in command], cwd=cwd, env=clean, stdout=subprocess.DEVNULL)
    address = f"http://127.0.0.1:{port}"
    try:
        deadline = time.monotonic() + 30
        while server.poll() is None and time.monotonic() < deadline:
            try:
                urllib.request.urlopen(f"{address}/healthz", timeout=5).close()
                break
            except OSError:
                time.sleep(0.1)
        yield address
    finally:
        server.send_signal(signal.SIGTERM)
        assert server.wait(15) == 0


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
        until(lambda: server.background_pids() and len(server.workers()) == workers, 15, "all processes")
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
