"""Forms on a real server: what they send arrives whole, and one that comes slowly keeps no reader waiting."""

import json
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.parse
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager

import pytest

from tests.commands.test_sign_in import PASSWORD, Browser
from tests.live_server import ROOT, Server, Start, free_port
from tests.world import run

pytestmark = pytest.mark.slow
DOOR = "/admin/sign-in/"


def head(length: int | str, more: str = "") -> bytes:
    kind = "application/x-www-form-urlencoded"
    said = f"Content-Length: {length}\r\n" if length != "" else ""
    return f"POST {DOOR} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: {kind}\r\n{said}{more}\r\n".encode()


@contextmanager
def sending(server: Server, words: bytes, number: int = 1) -> Iterator[list[socket.socket]]:
    """Connections that have sent this, and nothing more."""
    with ExitStack() as stack:
        opened = [stack.enter_context(socket.create_connection(("127.0.0.1", server.port), 10)) for _ in range(number)]
        for one in opened:
            one.sendall(words)
        yield opened


def status(server: Server, words: bytes) -> int:
    with sending(server, words) as (one,):
        found = re.match(rb"HTTP/1.1 (\d+)", one.recv(100))
    return int(found[1]) if found else 0


@pytest.mark.parametrize("options", [(), ("--access-log",)], ids=["", "access log"])
def test_a_form_arrives_whole(lasting: Start, options: tuple[str, ...]) -> None:
    browser = Browser(lasting(*options, workers=1))
    for email in ("ana@example.org", "é" * 100_000):
        code, page = browser.post(DOOR, DOOR, email=email, password="wrong")
        assert code == 422 and f'value="{email}"' in page


def test_a_form_that_comes_slowly_arrives_too(lasting: Start) -> None:
    server = lasting(workers=1)
    words = urllib.parse.urlencode({"email": "slow@example.org"}).encode()
    with sending(server, head(len(words))) as (one,):
        for place in range(0, len(words), 10):
            assert server.get("/")[0] == 200  # while it comes
            one.sendall(words[place : place + 10])
        said = b""
        while b"</html>" not in said and (piece := one.recv(65536)):
            said += piece
    assert b'value="slow@example.org"' in said


def test_forms_that_never_come_keep_nobody_waiting(start: Start) -> None:
    server = start(workers=1)
    with sending(server, head(10), 1000):
        asked = (("/", 200), ("/posts/diplomatic-relations/", 200), ("/nothing/", 404), (DOOR, 200))
        for path, expected in asked:
            began = time.monotonic()
            assert server.get(path)[0] == expected
            assert time.monotonic() - began < 3, path
        assert status(server, head(3) + b"a=b") == 400  # a form without its token
        assert server.stop(signal.SIGTERM) == 0


def test_a_container_is_well_as_long_as_it_answers(lasting: Start) -> None:
    [line] = re.findall(r"^HEALTHCHECK .*? CMD (.*)$", (ROOT / "Dockerfile").read_text("utf-8"), re.MULTILINE)
    asked = json.loads(line)
    for port, status in ((lasting(workers=1).port, 0), (free_port(), 1)):
        done = subprocess.run([sys.executable, *asked[1:]], env={"PORT": str(port)}, capture_output=True, check=False)
        assert (asked[0], done.returncode) == ("python", status), done.stderr


def test_what_cannot_be_a_form_is_refused_at_once(lasting: Start) -> None:
    server = lasting(workers=1)
    assert status(server, head(99_000_000_000)) == 413
    assert status(server, head("", "Transfer-Encoding: chunked\r\n") + b"3\r\na=b\r\n0\r\n\r\n") == 411
    assert server.get("/")[0] == 200


def test_texts_that_are_hard_to_render_keep_no_reader_waiting(lasting: Start) -> None:
    server = lasting(workers=1)
    run(server.instance, "user", "add", "ana@example.org", "--name", "Ana", "--password-stdin", stdin=f"{PASSWORD}\n")
    author = Browser(server)
    author.post(DOOR, DOOR, email="ana@example.org", password=PASSWORD)
    (token, *_) = re.findall(r'name="csrf_token" value="([^"]+)"', author.open("/admin/posts/new/")[1])
    fields, took = {"csrf_token": token, "title": "Hard", "body": "[" * 120_000}, [0.0]
    first = time.monotonic()
    with ThreadPoolExecutor(2) as pool:
        previews = [pool.submit(author.open, "/admin/posts/preview/live/", fields) for _ in range(2)]
        while not all(one.done() for one in previews):
            began = time.monotonic()
            assert server.get("/nothing/")[0] == 404
            took.append(time.monotonic() - began)
        assert [one.result()[0] for one in previews] == [200, 200]
    assert max(took) < (time.monotonic() - first) / 2  # it was as long as a preview takes
