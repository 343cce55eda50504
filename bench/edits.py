"""Publish while reading: whatever is asked for after an edit was acknowledged must show that edit, or a later one."""

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
from bench.editor import MARK
from bench.report import Row
from bench.servers import ROOT, Server, environment

READERS = 16
# A new connection now and then may reach the other worker.
RESPONSES_PER_CONNECTION = 200
ENCODINGS = ("gzip", "br", "identity")
SERIALS = re.compile(rb"\b%s(?: |%%20|\+)(\d+)" % MARK.encode())


@dataclass(frozen=True)
class Sample:
    """One answer: when it was asked for, how long it took, and which edition it showed."""

    sent_at: float
    seconds: float
    serial: int


@dataclass(frozen=True)
class Edit:
    """One acknowledged edit."""

    serial: int
    acknowledged_at: float
    seconds: float


@dataclass
class Reader:
    """A reader who reads one article over and over; every second one says what they have already."""

    port: int
    number: int
    readings: list[Sample] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def read_until(self, stop: Event) -> None:
        """Read until told to stop."""
        while not stop.is_set():
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
            try:
                self._read_on(connection, stop)
            except (OSError, http.client.HTTPException, ValueError) as error:
                self.errors.append(f"{type(error).__name__}: {error}")
            finally:
                connection.close()

    def _read_on(self, connection: http.client.HTTPConnection, stop: Event) -> None:
        headers = {"Accept-Encoding": ENCODINGS[self.number % len(ENCODINGS)]}
        serial = 0
        for _ in range(RESPONSES_PER_CONNECTION):
            if stop.is_set():
                return
            sent_at = time.monotonic()
            connection.request("GET", pages.ARTICLE, headers=headers)
            answer = read_response(connection)
            seconds = time.monotonic() - sent_at
            if answer.status == 200:
                serial = edition_of(answer)
                if self.number % 2:
                    headers["If-None-Match"] = answer.headers["etag"]
            elif answer.status != 304 or "If-None-Match" not in headers:
                raise ValueError(f"status {answer.status}")
            self.readings.append(Sample(sent_at, seconds, serial))


def edition_of(answer: Response) -> int:
    """The edition that a page shows; 0 before the first edit. Raises ValueError for one that mixes two."""
    found = {int(serial) for serial in SERIALS.findall(answer.plain())}
    if len(found) > 1:
        raise ValueError(f"one page shows editions {sorted(found)}")
    return found.pop() if found else 0


def stale_samples(readings: Sequence[Sample], edits: Sequence[Edit]) -> list[Sample]:
    """The answers that show less than what was acknowledged before they were asked for."""
    times = [edit.acknowledged_at for edit in edits]
    serials = [0, *(edit.serial for edit in edits)]
    return [each for each in readings if each.serial < serials[bisect_right(times, each.sent_at)]]


def publish_while_reading(blog: Server, instance: Path, edits: int, progress: Callable[[str], None]) -> Row:
    """The row of the table; its figures count what Python readers managed, which is less than the server could."""
    progress(f"{edits} edits, one a second, while {READERS} readers read")
    readers = [Reader(blog.port, number) for number in range(READERS)]
    stop = Event()
    threads = [Thread(target=reader.read_until, args=(stop,), daemon=True) for reader in readers]
    before, began = blog.cpu_seconds(), time.monotonic()
    for thread in threads:
        thread.start()
    try:
        made = _run_editor(instance, edits)
        time.sleep(1)
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    took, cpu = time.monotonic() - began, blog.cpu_seconds() - before
    return _row(readers, made, took, cpu)


def _run_editor(instance: Path, edits: int) -> list[Edit]:
    command = [sys.executable, "-m", "bench.editor", str(instance), str(edits)]
    said = subprocess.run(command, cwd=ROOT, env=environment(), stdout=subprocess.PIPE, text=True, check=True).stdout
    rows = [line.split() for line in said.splitlines()]
    return [Edit(int(serial), float(when), float(seconds)) for serial, when, seconds in rows]


def _row(readers: Sequence[Reader], made: Sequence[Edit], took: float, cpu: float) -> Row:
    readings = [reading for reader in readers for reading in reader.readings]
    errors = [error for reader in readers for error in reader.errors]
    last = sum(reading.serial == len(made) for reading in readings)
    late = len(stale_samples(readings, made))
    times = sorted(reading.seconds * 1000 for reading in readings)
    wrong = [f"{late} stale answers"] if late else []
    wrong += [f"{len(errors)} readers' errors: {errors[0]}"] if errors else []
    wrong += [] if last else ["nobody read the last edit"]
    remark = f"{len(made)} edits of {median(edit.seconds for edit in made) * 1000:.0f} ms, {late} stale answers"
    figures = {
        "rate": len(readings) / took, "cpu_ms": cpu * 1000 / max(1, len(readings)), "p50_ms": median(times),
        "p99_ms": quantiles(times, n=100)[98], "stale": float(late),
    }  # fmt: skip
    return Row("article, an edit a second", figures, (pages.NO_STALE,), remark, "; ".join(wrong))
