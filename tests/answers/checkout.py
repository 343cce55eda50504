"""A checkout of Broadsheet and what can be asked of it: a command, or a running server."""

import json
import os
import re
import select
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.answers.answer import Answer, of_command
from tests.answers.web.client import Browser

SECONDS = 90
# granian says so in one of twenty stops, also when all ended within a tenth of a second.
NOISE = re.compile(rb"^\[WARNING\] Killing worker-\d+ after it refused to gracefully stop\n", re.MULTILINE)
FORK = Path(__file__).with_name("fork.py")
# Settings of the person who runs this, or of another blog, are not those of the blogs that are compared.
OWN_SETTINGS = ("BLOG_", "FLASK_", "PYTHON")


class Unusable(Exception):
    """The comparison cannot be made; the message says why."""


@dataclass(frozen=True)
class Checkout:
    """A folder that holds Broadsheet and its virtual environment."""

    root: Path

    @property
    def python(self) -> Path:
        """Its own interpreter, with its own packages."""
        return self.root / ".venv" / "bin" / "python"

    def check(self) -> None:
        """Raise Unusable if this is no checkout that can be run."""
        if not (self.root / "blog" / "__main__.py").is_file():
            raise Unusable(f"{self.root} is no checkout of Broadsheet.")
        if not self.python.exists():
            raise Unusable(f"There is no {self.python}: run `make .venv/ready` in {self.root}.")

    def environment(self, more: Mapping[str, str] | None = None) -> dict[str, str]:
        """Return the environment of its processes: nothing of the caller's settings, and a wide terminal."""
        clean = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(OWN_SETTINGS) and name not in ("HOST", "PORT", "VIRTUAL_ENV")
        }
        return {**clean, "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8", "TZ": "UTC", "COLUMNS": "100", **(more or {})}

    def run(
        self, *arguments: str, stdin: bytes = b"", module: str = "blog", environment: Mapping[str, str] | None = None
    ) -> Answer:
        """Return exit status, output and errors of `python -m blog ARGUMENTS`."""
        try:
            process = subprocess.run(
                [self.python, "-m", module, *arguments],
                cwd=self.root, env=self.environment(environment), input=stdin, capture_output=True, check=False,
                timeout=SECONDS,
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            raise Unusable(f"{self.root}: `{' '.join(arguments)}` did not end within {SECONDS} seconds.") from None
        return of_command(process.returncode, process.stdout, process.stderr)

    @contextmanager
    def forks(self, folder: Path) -> Iterator["Forks"]:
        """Keep a process from which commands are forked; see `fork.py`. `folder` gets what they read and print."""
        (folder / "first").mkdir(parents=True)
        process = subprocess.Popen(
            [str(self.python), "-c", FORK.read_text("utf-8"), str(folder / "first")],
            cwd=self.root, env=self.environment(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1,
        )  # fmt: skip
        try:
            yield Forks(self, process, folder)
        finally:
            process.communicate(timeout=SECONDS)

    @contextmanager
    def serve(self, folder: Path, log: Path, environment: Mapping[str, str], *options: str) -> Iterator["Server"]:
        """Serve an instance folder on a free port of 127.0.0.1 until the block ends; `log` gets the output.

        Raise Unusable if it does not answer, or does not end when it is told to.
        """
        port = free_port()
        command = [
            str(self.python),
            "-m",
            "blog",
            "--instance",
            str(folder),
            "serve",
            "--port",
            str(port),
            "--workers",
            "1",
        ]
        with log.open("wb") as output, log.with_suffix(".errors").open("wb") as errors:
            process = subprocess.Popen(
                [*command, *options], cwd=self.root, env=self.environment(environment), stdout=output, stderr=errors,
                stdin=subprocess.DEVNULL,
            )  # fmt: skip
            server = Server(process, port, log)
            try:
                server.wait_until_ready()
                yield server
            finally:
                server.stop()


@dataclass
class Forks:
    """A process of a checkout that runs commands in forks of itself."""

    checkout: Checkout
    process: "subprocess.Popen[str]"
    folder: Path

    def run(self, *arguments: str, stdin: bytes = b"", environment: Mapping[str, str] | None = None) -> Answer:
        """Return what `Checkout.run` returns, sooner."""
        files = {name: self.folder / name for name in ("stdin", "output", "errors")}
        files["stdin"].write_bytes(stdin)
        command = {
            "arguments": arguments,
            "environment": self.checkout.environment(environment),
            **{name: str(file) for name, file in files.items()},
        }
        assert self.process.stdin and self.process.stdout
        self.process.stdin.write(json.dumps(command) + "\n")
        if not select.select([self.process.stdout], [], [], SECONDS)[0]:
            self.process.kill()
            raise Unusable(f"{self.checkout.root}: `{' '.join(arguments)}` did not end within {SECONDS} seconds.")
        status = self.process.stdout.readline()
        if not status:
            raise Unusable(f"{self.checkout.root}: the process that runs commands ended at `{' '.join(arguments)}`.")
        return of_command(int(status), files["output"].read_bytes(), files["errors"].read_bytes())


@dataclass
class Server:
    """A server that was started: its process, its port and the file of its output."""

    process: "subprocess.Popen[bytes]"
    port: int
    log: Path
    status: int | None = None

    def wait_until_ready(self) -> None:
        """Return when it answers. Raise Unusable if it ends before, or takes too long."""
        end = time.monotonic() + SECONDS
        browser = Browser(self.port, f"127.0.0.1:{self.port}")
        while time.monotonic() < end and self.process.poll() is None:
            if browser.ask("GET", "/healthz").status:
                browser.close()
                return
            time.sleep(0.05)
        raise Unusable(f"The server did not start: {self.log.with_suffix('.errors').read_text('utf-8', 'replace')}")

    def stop(self) -> None:
        """End it by its process number, and note its exit status."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            self.status = self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise Unusable("The server did not end within 20 seconds of SIGTERM.") from None

    def answer(self) -> Answer:
        """Return exit status, output and errors of a server that has ended."""
        errors = self.log.with_suffix(".errors").read_bytes()
        output = NOISE.sub(b"", self.log.read_bytes())
        return of_command(self.status if self.status is not None else -1, output, errors)


def free_port() -> int:
    """Return a port on which nothing listens now."""
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
