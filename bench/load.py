"""Drive a server with wrk, and let servers take turns so that a noisy machine is noisy for all of them."""

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
# wrk leaves slower answers out of its percentiles.
TIMEOUT = "30s"
# The last answers of a run may be read in part; an error page or a 304 is farther off than this.
TOLERANCE = 0.1


@dataclass(frozen=True)
class Run:
    """What wrk saw in one run, and the processor time the server took for it."""

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
        """Requests a second."""
        return self.requests / self.seconds

    @property
    def cpu_ms(self) -> float:
        """Processor time of the server for one request, in milliseconds."""
        return self.cpu_seconds * 1000 / self.requests


@dataclass(frozen=True)
class Target:
    """A server and what it is asked for; `wire_bytes` is the size of a right answer, 0 if they differ."""

    server: Server
    path: str
    wire_bytes: int = 0
    headers: Mapping[str, str] = field(default_factory=dict)
    addresses: Path | None = None  # a file of many paths, instead of the one


def parse(output: str, cpu_seconds: float = 0.0) -> Run:
    """What wrk printed with wrk.lua."""
    lines = [line for line in output.splitlines() if line.startswith("{")]
    if not lines:
        raise WrongResponse(f"wrk measured nothing: {output.strip()[-500:]}")
    said = json.loads(lines[-1])
    return Run(
        requests=said["requests"],
        seconds=said["microseconds"] / 1e6,
        bytes=said["bytes"],
        bad_statuses=said["statuses"],
        socket_errors=sum(said[name] for name in ("connect", "read", "write", "timeout")),
        p50_ms=said["p50"] / 1000,
        p99_ms=said["p99"] / 1000,
        cpu_seconds=cpu_seconds,
    )


def command(contender: Target, seconds: int, script: Path) -> list[str]:
    """The command line of wrk."""
    headers = [part for name, value in {**GZIP, **contender.headers}.items() for part in ("-H", f"{name}: {value}")]
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
    more = ["--", str(contender.addresses)] if contender.addresses else []
    return ["wrk", *options, f"http://127.0.0.1:{contender.server.port}{contender.path}", *more]


def run(contender: Target, seconds: int) -> Run:
    """One run; only right answers count. Raises WrongAnswer."""
    script = FOLDER / ("many.lua" if contender.addresses else "wrk.lua")
    before = contender.server.idle_cpu_seconds()
    said = subprocess.run(command(contender, seconds, script), capture_output=True, text=True, check=False)
    found = parse(said.stdout + said.stderr, contender.server.cpu_seconds() - before)
    if not found.requests:
        raise WrongResponse(f"{contender.path} was not answered once in {seconds} s.")
    if found.bad_statuses:
        raise WrongResponse(f"{contender.path} answered {found.bad_statuses} of {found.requests} with an error.")
    mean = found.bytes / found.requests
    if contender.wire_bytes and abs(mean - contender.wire_bytes) > contender.wire_bytes * TOLERANCE:
        raise WrongResponse(f"{contender.path}: answers of {mean:.0f} bytes instead of {contender.wire_bytes}.")
    return found


def run_in_turns(contenders: Sequence[Target], *, rounds: int, seconds: int, warm: int) -> list[list[Run]]:
    """The runs of each, taken in turns (A B A B), after each was warmed up."""
    for contender in contenders:
        run(contender, warm)
    turns = [[run(contender, seconds) for contender in contenders] for _ in range(rounds)]
    return [list(runs) for runs in zip(*turns, strict=True)]


def medians(runs: Sequence[Run]) -> dict[str, float]:
    """The medians of runs."""
    names = ("rate", "cpu_ms", "p50_ms", "p99_ms")
    found = {name: median(getattr(each, name) for each in runs) for name in names}
    return found | {"socket_errors": sum(each.socket_errors for each in runs)}


def median_ratio(name: str, of: Sequence[Run], to: Sequence[Run]) -> float:
    """The median of a figure's ratios, taken pair by pair: neighbours in time met the same noise."""
    return median(float(getattr(a, name) / getattr(b, name)) for a, b in zip(of, to, strict=True))
