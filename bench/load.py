"""Drive servers with wrk, in turns: so a noisy machine is noisy for all of them."""

import json
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from bench.client import GZIP, WrongResponse
from bench.servers import Server

FOLDER = Path(__file__).parent
THREADS = 2
CONNECTIONS = 32
# wrk leaves slower responses out of its percentiles.
TIMEOUT = "30s"
# The last responses of a run may be read in part; the size of an error page or a 304 differs by more than this.
TOLERANCE = 0.1


@dataclass(frozen=True)
class Run:
    """The figures of wrk for one run, and the processor time of the server."""

    requests: int
    seconds: float
    bytes: int
    bad_statuses: int
    socket_errors: int
    p50_ms: float
    p99_ms: float
    cpu_seconds: float = 0.0

    @property
    def rate(self) -> float:
        """Return the requests a second."""
        return self.requests / self.seconds

    @property
    def cpu_ms(self) -> float:
        """Return the server's processor time for one request, in milliseconds."""
        return self.cpu_seconds * 1000 / self.requests


@dataclass(frozen=True)
class Target:
    """A server and a path to measure; `wire_bytes` is the size of a right response, 0 if sizes differ.

    `addresses` is a file of many paths to request instead of the one.
    """

    server: Server
    path: str
    wire_bytes: int = 0
    headers: Mapping[str, str] = field(default_factory=dict)
    addresses: Path | None = None


def parse(output: str, cpu_seconds: float = 0.0) -> Run:
    """Parse the output of wrk with wrk.lua."""
    lines = [line for line in output.splitlines() if line.startswith("{")]
    if not lines:
        raise WrongResponse(f"wrk measured nothing: {output.strip()[-500:]}")
    data = json.loads(lines[-1])
    return Run(
        requests=data["requests"],
        seconds=data["microseconds"] / 1e6,
        bytes=data["bytes"],
        bad_statuses=data["statuses"],
        socket_errors=sum(data[name] for name in ("connect", "read", "write", "timeout")),
        p50_ms=data["p50"] / 1000,
        p99_ms=data["p99"] / 1000,
        cpu_seconds=cpu_seconds,
    )


def command(target: Target, seconds: int, script: Path) -> list[str]:
    """Return the command line of wrk."""
    sent = {**GZIP, **target.server.headers, **target.headers}
    headers = [part for name, value in sent.items() for part in ("-H", f"{name}: {value}")]
    options = [
        f"-t{THREADS}",
        f"-c{CONNECTIONS}",
        f"-d{seconds}s",
        "--latency",
        "--timeout",
        TIMEOUT,
        "-s",
        str(script),
        *headers,
    ]
    more = ["--", str(target.addresses)] if target.addresses else []
    return ["wrk", *options, f"http://127.0.0.1:{target.server.port}{target.path}", *more]


def run(target: Target, seconds: int) -> Run:
    """Run wrk once. Raise WrongResponse if a response is wrong."""
    script = FOLDER / ("many.lua" if target.addresses else "wrk.lua")
    before = target.server.idle_cpu_seconds()
    process = subprocess.run(command(target, seconds, script), capture_output=True, text=True, check=False)
    result = parse(process.stdout + process.stderr, target.server.cpu_seconds() - before)
    if not result.requests:
        raise WrongResponse(f"{target.path} was not answered once in {seconds} s.")
    if result.bad_statuses:
        raise WrongResponse(f"{target.path} answered {result.bad_statuses} of {result.requests} with an error.")
    mean = result.bytes / result.requests
    if target.wire_bytes and abs(mean - target.wire_bytes) > target.wire_bytes * TOLERANCE:
        raise WrongResponse(f"{target.path}: answers of {mean:.0f} bytes instead of {target.wire_bytes}.")
    return result


def run_in_turns(targets: Sequence[Target], *, rounds: int, seconds: int, warm: int) -> list[list[Run]]:
    """Warm up all targets, then measure them in turns (A B A B); return the runs of each."""
    for target in targets:
        run(target, warm)
    turns = [[run(target, seconds) for target in targets] for _ in range(rounds)]
    return [list(runs) for runs in zip(*turns, strict=True)]


def medians(runs: Sequence[Run]) -> dict[str, float]:
    """Return the median of each figure, and the sum of socket errors."""
    names = ("rate", "cpu_ms", "p50_ms", "p99_ms")
    figures = {name: median(getattr(run, name) for run in runs) for name in names}
    return figures | {"socket_errors": sum(run.socket_errors for run in runs)}


def median_ratio(name: str, of: Sequence[Run], to: Sequence[Run]) -> float:
    """Return the median ratio of a figure, pair by pair: neighbours in time met the same noise."""
    return median(float(getattr(a, name) / getattr(b, name)) for a, b in zip(of, to, strict=True))
