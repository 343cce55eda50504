import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from bench import load
from bench.client import Response, WrongResponse
from bench.load import Run, Target
from bench.servers import Server

SAID = """Running 10s test @ http://127.0.0.1:8000/
  2 threads and 32 connections
  Latency Distribution
     50%    1.20ms
  20000 requests in 10.00s, 390.62MB read
  Socket errors: connect 0, read 1, write 0, timeout 2
{"requests": 20000, "microseconds": 10000000, "bytes": 409600000, "statuses": 0, "connect": 0, "read": 1, \
"write": 0, "timeout": 2, "p50": 1200, "p99": 4500}
"""


def run(*, requests: int = 1000, seconds: float = 1.0, cpu_seconds: float = 1.0) -> Run:
    return Run(requests, seconds, 1, 0, 0, 1.0, 2.0, cpu_seconds)


def test_what_wrk_says_is_understood() -> None:
    found = load.parse(SAID, cpu_seconds=4.0)
    assert (found.rate, found.cpu_ms, found.p50_ms, found.p99_ms) == (2000, 0.2, 1.2, 4.5)
    assert (found.bad_statuses, found.socket_errors, found.bytes) == (0, 3, 409600000)


def test_a_wrk_that_could_not_run_is_no_measurement() -> None:
    with pytest.raises(WrongResponse, match="unable to connect"):
        load.parse("unable to connect to 127.0.0.1:1 Connection refused")


def test_the_command_line_asks_for_gzip_and_nothing_twice() -> None:
    one = Target(Server(1, 8000), "/feed.xml", headers={"If-None-Match": '"a"'})
    words = load.command(one, 10, Path("wrk.lua"))
    assert words[:5] == ["wrk", "-t2", "-c32", "-d10s", "--latency"]
    assert words.count("Accept-Encoding: gzip") == 1 and 'If-None-Match: "a"' in words
    assert words[-1] == "http://127.0.0.1:8000/feed.xml"
    many = load.command(Target(Server(1, 8000), "/", addresses=Path("paths")), 1, Path("many.lua"))
    assert many[-2:] == ["--", "paths"]


def test_figures_are_medians_and_ratios_go_pair_by_pair() -> None:
    ours = [run(requests=100), run(requests=500), run(requests=300)]
    theirs = [run(requests=200), run(requests=500), run(requests=400)]
    assert load.medians(ours)["rate"] == 300
    assert load.median_ratio("rate", ours, theirs) == 0.75


@pytest.fixture
def idle() -> Iterator[Server]:
    """A process that does nothing, so that it need not be waited for."""
    with subprocess.Popen(["sleep", "60"]) as process:
        yield Server(process.pid, 8000)
        process.kill()


def monkey_wrk(monkeypatch: pytest.MonkeyPatch, **changes: int) -> None:
    said = {"requests": 100, "microseconds": 1000000, "bytes": 100000, "statuses": 0, "connect": 0, "read": 0,
            "write": 0, "timeout": 0, "p50": 1, "p99": 2} | changes  # fmt: skip
    output = str(said).replace("'", '"')
    monkeypatch.setattr(load.subprocess, "run", lambda *_, **__: type("Done", (), {"stdout": output, "stderr": ""})())


@pytest.mark.parametrize(
    ("changes", "wire_bytes", "why"),
    [
        ({"statuses": 3}, 1000, "3 of 100 with an error"),
        ({"requests": 0}, 1000, "not answered once"),
        ({"bytes": 20000}, 1000, "200 bytes instead of 1000"),
    ],
)
def test_wrong_answers_are_not_counted(
    monkeypatch: pytest.MonkeyPatch, idle: Server, changes: dict[str, int], wire_bytes: int, why: str
) -> None:
    monkey_wrk(monkeypatch, **changes)
    with pytest.raises(WrongResponse, match=why):
        load.run(Target(idle, "/", wire_bytes), 1)


def test_right_answers_are_counted(monkeypatch: pytest.MonkeyPatch, idle: Server) -> None:
    monkey_wrk(monkeypatch)
    assert load.run(Target(idle, "/", 1000), 1).requests == 100


def test_an_answer_knows_its_size_on_the_wire() -> None:
    head = b'HTTP/1.1 200 OK\r\netag: "a"\r\n\r\n'
    assert Response(200, b"text", {"etag": '"a"'}).wire_bytes == len(head) + 4
