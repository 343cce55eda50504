"""serve: one command from an empty folder to a blog that answers, and to a clean end."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import feedparser
import pytest
from lxml import html

from tests.live_server import Start, alive, free_port, until
from tests.transfer.library import files, rows
from tests.world import Result, run, texts

pytestmark = pytest.mark.slow
ROOT = Path(__file__).resolve().parents[2]
ESSAY = "/posts/diplomatic-relations/"


def serve(instance: Path, *options: str) -> Result:
    """`serve` where it is expected to refuse."""
    arguments = [sys.executable, "-m", "blog", "--instance", str(instance), "serve", *options]
    done = subprocess.run(arguments, cwd=ROOT, capture_output=True, text=True, timeout=30, check=False)
    return Result(done.returncode, done.stdout, done.stderr)


def test_a_new_blog_answers_from_an_empty_folder(start: Start, instance: Path) -> None:
    server = start(new=True)
    said = server.output.read_text()
    assert f"Broadsheet at http://127.0.0.1:{server.port}/\n" in said
    assert f"Instance folder: {instance}\n" in said
    assert "A new blog, with 5 samples" in said
    (link,) = re.findall(r"^Make your account within an hour: (http://\S+)$", said, re.MULTILINE)
    assert link.startswith(f"http://127.0.0.1:{server.port}/admin/setup/")
    path = link.removeprefix(f"http://127.0.0.1:{server.port}")
    assert b"Make your account" in server.get(path)[1]
    status, body = server.get("/")
    assert status == 200
    assert "Diplomatic Relations" in html.fromstring(body).text_content()
    article = html.fromstring(server.get(ESSAY)[1].decode())
    assert texts(article, "//h1") == ["Diplomatic Relations"]
    assert {"Let's Get Social", "Recent Posts"} <= set(texts(article, "//main//h2"))
    feed = feedparser.parse(server.get("/feed.xml")[1])
    assert not feed.bozo
    assert "Diplomatic Relations" in [entry.title for entry in feed.entries]
    assert feed.entries[0].link.startswith(f"http://127.0.0.1:{server.port}/posts/")
    assert server.get("/nothing/")[0] == 404


@pytest.mark.parametrize("with_signal", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_cleanly(start: Start, instance: Path, with_signal: int) -> None:
    server = start()
    server.get(ESSAY)
    workers = server.children()
    assert len(server.workers()) == 2 and server.background_pids()
    began = time.monotonic()
    assert server.stop(with_signal) == 0
    assert time.monotonic() - began < 5
    until(lambda: not any(map(alive, workers)), 2, "the end of all processes")
    assert server.get("/healthz")[0] == 0
    wal = instance / "blog.db-wal"
    assert not wal.exists() or wal.stat().st_size == 0
    assert "Traceback" not in server.output.read_text()


@pytest.mark.parametrize("with_signal", [signal.SIGINT, signal.SIGHUP], ids=["Ctrl-C", "closed"])
def test_a_terminal_ends_it_quickly_however_often_it_says_so(start: Start, with_signal: int) -> None:
    server = start()
    assert all(server.get(ESSAY)[0] == 200 for _ in range(10))
    everybody, began = server.children(), time.monotonic()
    while server.process.poll() is None:
        os.killpg(server.process.pid, with_signal)  # a terminal tells every process of the group
        assert time.monotonic() - began < 5
        time.sleep(0.02)
    assert server.process.returncode == 0
    assert not any(map(alive, everybody))
    assert "Traceback" not in server.output.read_text()


def test_half_open_connections_do_not_keep_it_from_ending(start: Start) -> None:
    server = start()
    idle = [socket.create_connection(("127.0.0.1", server.port)) for _ in range(20)]
    try:
        for one in idle:
            one.sendall(b"GET / HTTP/1.1\r\nHost: a\r\n")
        assert server.get("/")[0] == 200
        assert server.stop(signal.SIGTERM) == 0
    finally:
        for one in idle:
            one.close()


def test_a_second_start_keeps_everything_and_is_quick(start: Start, instance: Path, started_blog: Path) -> None:
    shutil.copytree(started_blog, instance, dirs_exist_ok=True)
    key, before = (instance / "secret_key").read_bytes(), rows(instance, "SELECT * FROM post ORDER BY id")
    began = time.monotonic()
    server = start()
    assert time.monotonic() - began < 6
    assert "new blog" not in server.output.read_text()
    assert server.get(ESSAY)[0] == 200
    assert (instance / "secret_key").read_bytes() == key
    assert rows(instance, "SELECT * FROM post ORDER BY id") == before


def test_what_a_command_publishes_is_served_at_once(lasting: Start) -> None:
    server = lasting()
    assert server.get("/posts/rivers/")[0] == 404
    assert run(server.instance, "new", "Rivers", "--publish").status == 0
    assert server.get("/posts/rivers/")[0] == 200
    assert b"Rivers" in server.get("/")[1]
    run(server.instance, "delete", "rivers")
    assert server.get("/posts/rivers/")[0] == 410


def test_a_killed_worker_comes_back(start: Start) -> None:
    server = start(workers=2)
    before = server.workers()
    os.kill(before[0], signal.SIGKILL)
    until(lambda: set(server.workers()) - set(before), 15, "another worker")
    until(lambda: all(server.get(ESSAY)[0] == 200 for _ in range(10)), 15, "pages")
    assert server.process.poll() is None
    assert server.stop(signal.SIGTERM) == 0


# -- what it refuses ----------------------------------------------------------------------------------------


def test_workers_do_not_outlive_a_killed_server(start: Start) -> None:
    server = start()
    workers, background = server.children(), server.background_pids()
    assert server.workers() and background
    server.process.kill()
    server.process.wait(10)
    until(lambda: not any(map(alive, background)), 2, "the messenger's end")
    until(lambda: not any(map(alive, workers)), 10, "the workers' end")
    assert server.get("/healthz")[0] == 0


@pytest.mark.parametrize("address", ["127.0.0.1", "0.0.0.0"])
def test_a_port_in_use_is_named_and_nothing_is_begun(instance: Path, address: str) -> None:
    with closing(socket.socket()) as other:
        other.bind((address, 0))
        other.listen(1)
        port = other.getsockname()[1]
        result = serve(instance, "--port", str(port))
    assert (result.status, result.out) == (1, "")
    assert result.err.startswith(f"Port {port} is in use already") and result.err.count("\n") == 1
    assert files(instance) == {}


def test_a_second_server_on_the_same_port_is_refused_and_the_first_stays(lasting: Start, instance: Path) -> None:
    server = lasting()
    result = serve(instance, "--port", str(server.port))
    assert result.status == 1 and f"Port {server.port} is in use already" in result.err
    assert server.get("/healthz")[0] == 200


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--port", "99999"], "--port is '99999', and cannot be used: it must be a whole number from 1 to 65535."),
        (["--port", "0"], "from 1 to 65535"),
        (["--port", "http"], "from 1 to 65535"),
        (["--workers", "0"], "--workers is '0', and cannot be used: it must be a whole number from 1 to 64."),
        (["--host", "not a host"], "--host is 'not a host', and cannot be used"),
        (
            ["--host", "no-such-machine.invalid"],
            "HOST no-such-machine.invalid is not an address or name of this machine.",
        ),
        (["--host", "203.0.113.7"], "HOST 203.0.113.7 is not an address of this machine."),
        (["--host", "x" * 300], "is not an address or name of this machine."),
    ],
)
def test_nonsense_is_one_sentence_and_nothing_is_begun(instance: Path, options: list[str], said: str) -> None:
    port = [] if "--port" in options else ["--port", str(free_port())]
    result = run(instance, "serve", *options, *port)
    assert (result.status, result.out) == (1, "")
    assert said in result.err and result.err.count("\n") == 1
    assert files(instance) == {}


def test_it_prints_no_link_once_somebody_can_sign_in(
    lasting: Start, start: Start, instance: Path, started_blog: Path
) -> None:
    assert "Make your account" in lasting().output.read_text()
    shutil.copytree(started_blog, instance, dirs_exist_ok=True)
    run(instance, "user", "add", "ana@example.org", "--name", "Ana", "--password-stdin", stdin="seven quiet rivers\n")
    assert "Make your account" not in start().output.read_text()


def test_the_link_is_in_no_log(start: Start) -> None:
    server = start("--access-log")
    (token,) = re.findall(r"/admin/setup/([^/]+)/", server.output.read_text())
    assert server.get(f"/admin/setup/{token}/")[0] == 200
    server.stop(signal.SIGTERM)
    said = server.output.read_text()
    assert "GET /admin/setup/-/ 200" in said and said.count(token) == 1
