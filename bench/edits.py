"""Publish while reading: a request sent after an edit was acknowledged must get that edit or a later one."""

import http.client
import re
import subprocess
import sys
import time
from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median, quantiles
from threading import Event, Thread

from bench import pages
from bench.client import Response, read_response
from bench.deployments import Deployment
from bench.editor import MARK
from bench.report import Row
from bench.servers import ROOT, Server, environment

# Of each server.
READERS = 8
# A new connection, which is opened after this many responses, may reach the other worker.
RESPONSES_PER_CONNECTION = 200
ENCODINGS = ("gzip", "br", "identity")
SERIALS = re.compile(rb"\b%s(?: |%%20|\+)(\d+)" % MARK.encode())


@dataclass(frozen=True)
class Sample:
    """One response: when its request was sent (monotonic), how long it took, and which edition it showed."""

    sent_at: float
    seconds: float
    serial: int


@dataclass(frozen=True)
class Edit:
    """One edit, the time it was acknowledged (monotonic) and how long it took."""

    serial: int
    acknowledged_at: float
    seconds: float


@dataclass
class Reader:
    """A reader who reads one article over and over; every second reader sends If-None-Match."""

    server: Server
    number: int
    samples: list[Sample] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def read_until(self, stop: Event) -> None:
        while not stop.is_set():
            connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=20)
            try:
                self._read_on(connection, stop)
            except (OSError, http.client.HTTPException, ValueError) as error:
                self.errors.append(f"{type(error).__name__}: {error}")
            finally:
                connection.close()

    def _read_on(self, connection: http.client.HTTPConnection, stop: Event) -> None:
        headers = {**self.server.headers, "Accept-Encoding": ENCODINGS[self.number % len(ENCODINGS)]}
        serial = 0
        for _ in range(RESPONSES_PER_CONNECTION):
            if stop.is_set():
                return
            sent_at = time.monotonic()
            connection.request("GET", pages.ARTICLE, headers=headers)
            response = read_response(connection)
            seconds = time.monotonic() - sent_at
            if response.status == 200:
                serial = edition_of(response)
                if self.number % 2:
                    headers["If-None-Match"] = response.headers["etag"]
            elif response.status != 304 or "If-None-Match" not in headers:
                raise ValueError(f"status {response.status}")
            self.samples.append(Sample(sent_at, seconds, serial))


def edition_of(response: Response) -> int:
    """Return the edition that a page shows; 0 before the first edit. Raise ValueError if it mixes two."""
    serials = {int(serial) for serial in SERIALS.findall(response.plain())}
    if len(serials) > 1:
        raise ValueError(f"one page shows editions {sorted(serials)}")
    return serials.pop() if serials else 0


def stale_samples(samples: Sequence[Sample], edits: Sequence[Edit]) -> list[Sample]:
    """Return the samples that show an older edition than was acknowledged before their request."""
    times = [edit.acknowledged_at for edit in edits]
    serials = [0, *(edit.serial for edit in edits)]
    return [sample for sample in samples if sample.serial < serials[bisect_right(times, sample.sent_at)]]


def publish_while_reading(
    blogs: Sequence[tuple[Deployment, Server]], instance: Path, edits: int, progress: Callable[[str], None]
) -> list[Row]:
    """Return a row for each server; its rate is that of readers written in Python: the server could do more."""
    progress(f"{edits} edits, one a second, while {READERS} readers read from each server")
    readers = [[Reader(server, number) for number in range(READERS)] for _, server in blogs]
    stop = Event()
    threads = [Thread(target=reader.read_until, args=(stop,), daemon=True) for some in readers for reader in some]
    before, began = [server.cpu_seconds() for _, server in blogs], time.monotonic()
    for thread in threads:
        thread.start()
    try:
        acknowledged = _run_editor(instance, edits)
        time.sleep(1)
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    seconds = time.monotonic() - began
    used = [server.cpu_seconds() - cpu for (_, server), cpu in zip(blogs, before, strict=True)]
    return [
        _row(f"article, an edit a second, {deployment.name}", own_readers, acknowledged, seconds, cpu)
        for (deployment, _), own_readers, cpu in zip(blogs, readers, used, strict=True)
    ]


def _run_editor(instance: Path, edits: int) -> list[Edit]:
    command = [sys.executable, "-m", "bench.editor", str(instance), str(edits)]
    output = subprocess.run(command, cwd=ROOT, env=environment(), stdout=subprocess.PIPE, text=True, check=True).stdout
    rows = [line.split() for line in output.splitlines()]
    return [Edit(int(serial), float(when), float(seconds)) for serial, when, seconds in rows]


def _row(name: str, readers: Sequence[Reader], edits: Sequence[Edit], seconds: float, cpu: float) -> Row:
    samples = [sample for reader in readers for sample in reader.samples]
    errors = [error for reader in readers for error in reader.errors]
    last = sum(sample.serial == len(edits) for sample in samples)
    late = len(stale_samples(samples, edits))
    times = sorted(sample.seconds * 1000 for sample in samples)
    wrong = [f"{late} stale answers"] if late else []
    wrong += [f"{len(errors)} readers' errors: {errors[0]}"] if errors else []
    wrong += [] if last else ["nobody read the last edit"]
    remark = f"{len(edits)} edits of {median(edit.seconds for edit in edits) * 1000:.0f} ms, {late} stale answers"
    figures = {
        "rate": len(samples) / seconds, "cpu_ms": cpu * 1000 / max(1, len(samples)), "p50_ms": median(times),
        "p99_ms": quantiles(times, n=100)[98], "stale": float(late),
    }  # fmt: skip
    return Row(name, figures, (pages.NO_STALE,), remark, "; ".join(wrong))
