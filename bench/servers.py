"""Run the servers to measure: Broadsheet as in production, and nginx with the same bytes as files.

Each has its own process group and a free port of 127.0.0.1, and is ended by its own id.
"""

import os
import pwd
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from bench import client, library, proc
from bench.deployments import DIRECT, Deployment

ROOT = Path(__file__).resolve().parent.parent
WORKERS = 2
START_SECONDS = 60
# The server itself waits less for its workers.
STOP_SECONDS = 15
SETTLE_SECONDS = 10
IDLE_CPU_SECONDS = 0.01

NGINX = """
{user}
daemon off;
worker_processes {workers};
pid {folder}/nginx.pid;
error_log stderr warn;
events {{ worker_connections 1024; }}
http {{
    access_log off;
    sendfile on;
    gzip_static on;
    etag on;
    keepalive_requests 1000000000;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    types {{ text/html html; text/css css; application/rss+xml xml; }}
    charset utf-8;
    charset_types text/css application/rss+xml;
    server {{
        listen 127.0.0.1:{port} backlog=1024;
        root {folder}/www;
    }}
}}
"""


class StartError(Exception):
    """A server that did not start to respond; the message has its output."""


@dataclass(frozen=True)
class Server:
    """A running server; `headers` come with each request, as from its proxy."""

    pid: int
    port: int
    headers: Mapping[str, str] = field(default_factory=dict)

    def cpu_seconds(self) -> float:
        return proc.cpu_seconds(self.pid)

    def idle_cpu_seconds(self) -> float:
        """Wait until earlier requests are finished, which must not count for the next run; return the CPU seconds."""
        deadline = time.monotonic() + SETTLE_SECONDS
        used = self.cpu_seconds()
        while time.monotonic() < deadline:
            time.sleep(0.1)
            before, used = used, self.cpu_seconds()
            if used - before <= IDLE_CPU_SECONDS:
                break
        return used

    def pss_megabytes(self) -> float:
        return proc.pss_megabytes(self.pid)


@contextmanager
def broadsheet(
    instance: Path, log: Path, deployment: Deployment = DIRECT, *, checkout: Path = ROOT
) -> Iterator[Server]:
    """Run `broadsheet serve` of a checkout with two workers, standard error to `log`; yield it when it responds."""
    port = free_port()
    command, settings = broadsheet_command(instance, port, checkout), environment(deployment.settings)
    with _process(command, log, settings, checkout) as process:
        _wait_until_ready(process, port, "/healthz", log)
        yield Server(process.pid, port, deployment.headers)


def broadsheet_command(instance: Path, port: int, checkout: Path = ROOT) -> list[str]:
    python = sys.executable if checkout == ROOT else str(checkout / ".venv" / "bin" / "python")
    options = ["--host", "127.0.0.1", "--port", str(port), "--workers", str(WORKERS)]
    return [python, "-m", "blog", "--instance", str(instance), "serve", *options]


def environment(settings: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return the environment of a server: none of the caller's settings, and no backup during a run."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("BLOG_")}
    return clean | {"BLOG_SITE_URL": library.SITE_URL, "BLOG_BACKUPS": "off"} | dict(settings or {})


@contextmanager
def nginx(folder: Path, files: Mapping[str, tuple[bytes, bytes]]) -> Iterator[Server]:
    """Run nginx with two workers; `files` maps names to plain and compressed bytes. Yield it when it responds."""
    www, port = folder / "www", free_port()
    www.mkdir(parents=True)
    for name, (plain, compressed) in files.items():
        (www / name).write_bytes(plain)
        (www / f"{name}.gz").write_bytes(compressed)
    # Started by root, nginx would run its workers as a user who may not enter the temporary folder.
    user = f"user {pwd.getpwuid(0).pw_name};" if os.geteuid() == 0 else ""
    (folder / "nginx.conf").write_text(NGINX.format(user=user, workers=WORKERS, folder=folder, port=port))
    command = ["nginx", "-p", str(folder), "-c", str(folder / "nginx.conf"), "-e", "stderr"]
    with _process(command, folder / "log", dict(os.environ)) as process:
        _wait_until_ready(process, port, f"/{next(iter(files))}", folder / "log")
        yield Server(process.pid, port)


@dataclass(frozen=True)
class ColdStart:
    """The cost of a start, from exec to the first response."""

    cpu_seconds: float
    seconds: float
    pss_megabytes: float


def cold_start(instance: Path, log: Path, checkout: Path = ROOT) -> ColdStart:
    """Start a server; return the cost until the first response of the home page."""
    port = free_port()
    began = time.monotonic()
    with _process(broadsheet_command(instance, port, checkout), log, environment(), checkout) as process:
        _wait_until_ready(process, port, "/", log)
        seconds, cpu = time.monotonic() - began, proc.cpu_seconds(process.pid)
        return ColdStart(cpu, seconds, proc.pss_megabytes(process.pid))


def free_port() -> int:
    """Return a port of 127.0.0.1 on which nothing listens."""
    with closing(socket.socket()) as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@contextmanager
def _process(
    command: Sequence[str], log: Path, env: Mapping[str, str], folder: Path = ROOT
) -> Iterator[subprocess.Popen[bytes]]:
    with log.open("ab") as out:
        process = subprocess.Popen(
            command, cwd=folder, env=env, stdin=subprocess.DEVNULL, stdout=out, stderr=out, process_group=0
        )
    try:
        yield process
    finally:
        _stop(process)


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(STOP_SECONDS)
    finally:
        # The rest of its own process group, and nothing else.
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(STOP_SECONDS)


def _wait_until_ready(process: subprocess.Popen[bytes], port: int, path: str, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        with suppress(OSError):
            if client.get(port, path).status == 200:
                return
        time.sleep(0.005)
    raise StartError(f"A server did not begin to answer. It said:\n{log.read_text(errors='replace')[-2000:]}")
