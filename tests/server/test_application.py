"""What the RSGI application makes of requests: by a real server with addresses that show it."""

import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest

from blog.server import bodies
from tests.live_server import ROOT, free_port, until
from tests.world import run

pytestmark = pytest.mark.slow
MEDIA = "/admin/media/"


class Echo:
    """A running `tests.server.echo`."""

    def __init__(self, instance: Path, **environ: str) -> None:
        self.instance, self.port = instance, free_port()
        self.opened: list[socket.socket] = []
        with (instance / "errors").open("w") as errors:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "tests.server.echo", str(instance), str(self.port)],
                cwd=ROOT, env={**os.environ, **environ}, stderr=errors,
            )  # fmt: skip
        until(lambda: self.process.poll() is not None or self.answers(), 20, "an answer")

    def answers(self) -> bool:
        try:
            return self.ask(b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")[0] == 200
        except OSError:
            return False

    def connect(self, words: bytes) -> socket.socket:
        connection = socket.create_connection(("127.0.0.1", self.port), timeout=20)
        self.opened.append(connection)
        connection.sendall(words)
        return connection

    def close(self) -> None:
        """Close all connections."""
        while self.opened:
            self.opened.pop().close()

    def ask(self, words: bytes) -> tuple[int, dict[str, str], bytes]:
        with self.connect(words) as connection:
            return read(connection)

    def environ(self, path: bytes = b"/echo/", headers: bytes = b"Host: 127.0.0.1\r\n") -> dict[str, str]:
        """The environment that a request has."""
        body = self.ask(b"GET " + path + b" HTTP/1.1\r\n" + headers + b"\r\n")[2]
        environ: dict[str, str] = json.loads(body)
        return environ

    def end(self) -> int:
        self.process.terminate()
        return self.process.wait(10)


def read(connection: socket.socket) -> tuple[int, dict[str, str], bytes]:
    """Status, headers and body of an answer."""
    answer = http.client.HTTPResponse(connection)
    answer.begin()
    return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()


def form(length: int, words: bytes = b"", path: str = "/echo/", headers: str = "") -> bytes:
    head = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: {length}\r\n{headers}\r\n"
    return head.encode() + words


@contextmanager
def echoing(folder: Path, seed: Path, **environ: str) -> Iterator[Echo]:
    shutil.copytree(seed, folder, dirs_exist_ok=True)
    echo = Echo(folder, **environ)
    try:
        yield echo
    finally:
        echo.close()
        echo.process.kill()
        echo.process.wait()


@pytest.fixture
def echo(lasting_echo: Echo) -> Iterator[Echo]:
    yield lasting_echo
    lasting_echo.close()


@pytest.fixture(scope="module")
def lasting_echo(tmp_path_factory: pytest.TempPathFactory, started_blog: Path) -> Iterator[Echo]:
    with echoing(tmp_path_factory.mktemp("echo"), started_blog, BLOG_TRUSTED_PROXIES="1", ECHO_PAUSE="1") as echo:
        yield echo


# -- the head of a request ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "path"),
    [
        (b"/echo/", "/echo/"),
        ("/echo/?q=é%C3%A9".encode(), "/echo/"),
        (b"http://other.example/echo/", "/echo/"),
    ],
)
def test_the_environ_says_what_was_asked(echo: Echo, asked: bytes, path: str) -> None:
    environ = echo.environ(asked)
    assert (environ["PATH_INFO"], environ["SCRIPT_NAME"], environ["REQUEST_METHOD"]) == (path, "", "GET")
    assert (environ["SERVER_NAME"], environ["SERVER_PORT"]) == ("127.0.0.1", str(echo.port))
    assert (environ["SERVER_PROTOCOL"], environ["REMOTE_ADDR"]) == ("HTTP/1.1", "127.0.0.1")
    assert environ["wsgi.url_scheme"] == "http"
    assert environ["QUERY_STRING"] in ("", "q=é%C3%A9", "q=%C3%A9%C3%A9", "q=Ã©%C3%A9")


def test_repeated_headers_are_one_value(echo: Echo) -> None:
    environ = echo.environ(headers=b"Host: 127.0.0.1\r\nX-A: 1\r\nx-a: 2\r\nCookie: a=1\r\nCookie: b=2\r\n")
    assert (environ["HTTP_X_A"], environ["HTTP_COOKIE"]) == ("1,2", "a=1; b=2")


def test_a_header_with_an_underscore_is_none_of_a_proxy(echo: Echo) -> None:
    environ = echo.environ(headers=b"Host: 127.0.0.1\r\nX_Forwarded_For: 6.6.6.6\r\nX_Forwarded_Host: evil.example\r\n")
    assert (environ["REMOTE_ADDR"], environ["HTTP_HOST"]) == ("127.0.0.1", "127.0.0.1")
    environ = echo.environ(headers=b"Host: 127.0.0.1\r\nX-Forwarded-For: 6.6.6.6, 203.0.113.7\r\n")
    assert environ["REMOTE_ADDR"] == "203.0.113.7"


def test_a_header_that_is_not_ascii_is_sent_encoded(echo: Echo) -> None:
    status, headers, _ = echo.ask(b"GET /named/ HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
    assert (status, headers["x-name"]) == (200, "Z%C3%BCrich %E2%82%AC.md")


# -- the answer ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("kind", "status"), [("closing", 200), ("breaking", 500)])
@pytest.mark.parametrize("stays", [True, False], ids=["stays", "leaves"])
def test_an_answer_is_closed(echo: Echo, kind: str, status: int, stays: bool) -> None:
    state = echo.instance / kind
    state.unlink(missing_ok=True)
    with echo.connect(f"GET /{kind}/ HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode()) as connection:
        until(state.exists, 10, "a beginning")
        if stays:
            assert read(connection)[0] == status
    until(lambda: state.read_text() == "closed", 10, "the close")
    assert echo.answers()


def test_a_request_under_way_is_answered_before_the_end(tmp_path: Path, started_blog: Path) -> None:
    with echoing(tmp_path, started_blog) as echo, echo.connect(form(3, b"a=b", "/slow/")) as connection:
        time.sleep(0.3)  # it is at work by then; if it were not, it would be answered all the same
        began = time.monotonic()
        echo.process.send_signal(signal.SIGTERM)
        assert read(connection)[0] == 200
        assert echo.process.wait(10) == 0 and time.monotonic() - began < 8  # else it was killed


# -- bodies -------------------------------------------------------------------------------------------------


def test_a_body_arrives_whole_in_many_parts(echo: Echo) -> None:
    text = bytes(range(97, 123)) * 2000
    with echo.connect(form(len(text), headers="Content-Type: text/plain\r\n")) as connection:
        for place in range(0, len(text), 5000):
            connection.sendall(text[place : place + 5000])
            assert echo.answers()
        assert json.loads(read(connection)[2])["body"].encode() == text


def test_what_follows_a_body_is_another_request(echo: Echo) -> None:
    more = b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
    with echo.connect(form(3, b"a=b" + more, headers="Content-Type: text/plain\r\n")) as connection:
        assert json.loads(read(connection)[2])["body"] == "a=b"


@pytest.mark.parametrize("path", ["/echo/", MEDIA])
def test_a_body_that_is_cut_off_is_refused(echo: Echo, path: str) -> None:
    with echo.connect(form(10, b"12345", path, "Cookie: session=x\r\n")) as connection:
        connection.shutdown(socket.SHUT_WR)
        assert read(connection)[0] == 400


def test_a_body_that_pauses_too_long_is_refused(echo: Echo) -> None:
    with echo.connect(form(10, b"12345")) as connection:
        began = time.monotonic()
        status, _, body = read(connection)
        assert status == 408 and b"did not arrive in time" in body
        assert time.monotonic() - began > 0.9 and connection.recv(1) == b""
    with echo.connect(form(5, headers="Content-Type: text/plain\r\n")) as connection:
        for _ in range(5):
            time.sleep(0.4)  # in all longer than one pause may be
            connection.sendall(b"a")
        assert read(connection)[0] == 200


def test_half_a_form_keeps_no_place(tmp_path: Path, started_blog: Path) -> None:
    with echoing(tmp_path, started_blog) as echo:
        for _ in range(1000):
            echo.connect(form(1000, b"half"))
        assert echo.ask(form(3, b"a=b"))[0] == 200
        echo.close()
        assert echo.ask(form(3, b"a=b"))[0] == 200


def test_no_more_uploads_come_in_at_once_than_may(tmp_path: Path, started_blog: Path) -> None:
    upload = form(1000, b"half", MEDIA, "Cookie: session=x\r\n")
    with echoing(tmp_path, started_blog) as echo:
        for _ in range(bodies.MAX_UPLOADS):
            echo.connect(upload)
        status, headers, _ = echo.ask(upload)
        assert (status, headers["retry-after"]) == (503, "5")
        assert echo.ask(form(3, b"a=b"))[0] == 200
        echo.close()
        until(lambda: echo.ask(form(0, b"", MEDIA, "Cookie: session=x\r\n"))[0] == 401, 10, "a free place")


def test_bodies_take_no_more_memory_than_they_may(tmp_path: Path, started_blog: Path) -> None:
    with echoing(tmp_path, started_blog, ECHO_BYTES="1000000") as echo:
        for _ in range(10):
            echo.connect(form(100_000, b"x" * 99_999, "/admin/posts/new/"))
        until(lambda: echo.ask(form(1000, b"y" * 1000))[0] == 503, 10, "a full memory")
        echo.close()
        until(lambda: echo.ask(form(3, b"a=b"))[0] == 200, 10, "room")


# -- many at once -------------------------------------------------------------------------------------------


def test_a_flood_of_searches_keeps_no_page_waiting(echo: Echo) -> None:
    def search(number: int) -> int:
        return echo.ask(f"GET /search/?q=w{number} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode())[0]

    flood = b"".join(b"GET /search/?q=water%d HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n" % one for one in range(10))
    for _ in range(200):
        echo.connect(flood)
    for number in range(5):
        began = time.monotonic()
        assert echo.ask(f"GET /nothing-{number}/ HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode())[0] == 404
        assert time.monotonic() - began < 5
    with ThreadPoolExecutor(20) as pool:
        statuses = set(pool.map(search, range(100)))
    assert 503 in statuses and statuses <= {200, 503}
    echo.close()
    until(lambda: search(1) == 200, 20, "an end of the flood")


def test_a_flood_of_pages_hides_nobodys_health(echo: Echo) -> None:
    for start in range(0, 2000, 10):
        flood = (f"GET /none-{start + one}/ HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n" for one in range(10))
        echo.connect("".join(flood).encode())
    assert all(echo.answers() for _ in range(5))


def test_a_crowd_that_wants_one_new_page_gets_it(echo: Echo) -> None:
    assert run(echo.instance, "new", "Crowded", "--publish").status == 0
    words = b"GET /posts/crowded/ HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
    connections = [echo.connect(b"") for _ in range(600)]
    for connection in connections:
        connection.sendall(words)
    answers = [read(connection) for connection in connections]
    assert {status for status, _, _ in answers} == {200} and len({body for _, _, body in answers}) == 1
