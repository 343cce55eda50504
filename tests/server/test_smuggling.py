"""Requests that a proxy in front could read in another way are refused, and nothing in them is a second request."""

import re
import socket
import time

import pytest

from tests.live_server import Server, Start

pytestmark = pytest.mark.slow
HOST = "Host: 127.0.0.1\r\n"
GET = f"GET / HTTP/1.1\r\n{HOST}"
POST = f"POST /webmention HTTP/1.1\r\n{HOST}Content-Type: application/x-www-form-urlencoded\r\n"
SECOND = f"GET /smuggled/ HTTP/1.1\r\n{HOST}\r\n"


def statuses(server: Server, text: str) -> list[int]:
    """The statuses of all answers, until the server closes the connection or is silent for half a second."""
    said = b""
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as one:
        one.sendall(text.encode("latin-1"))
        try:
            while piece := one.recv(65536):
                said += piece
                one.settimeout(0.5)
        except TimeoutError:
            pass
    return [int(status) for status in re.findall(rb"HTTP/1\.[01] (\d{3}) ", said)]


@pytest.mark.parametrize(
    ("text", "status"),
    [
        (f"{POST}Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n5c\r\n{SECOND}0\r\n\r\n", 411),
        (f"{POST}Content-Length: 100\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n{SECOND}", 411),
        (f"{POST}Content-Length: 5\r\nContent-Length: 0\r\n\r\n{SECOND}", 400),
        (f"{POST}Content-Length: 3, 3\r\n\r\na=b", 400),
        (f"{POST}Content-Length: +3\r\n\r\na=b", 400),
        (f"{POST}Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n{SECOND}", 400),
        (f"{POST}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n{SECOND}", 400),
        (f"{POST}Content-Length: 3\r\nTransfer-Encoding : chunked\r\n\r\na=b{SECOND}", 400),
        (f"{GET}X-Other : a\r\n\r\n", 400),
        (f"{GET}X-Other: a\r\n b\r\n\r\n", 400),
        (f"{GET}X-Other: a\rX-More: b\r\n\r\n", 400),
        (f"{GET}X-Other: a\0b\r\n\r\n", 400),
        (f"{GET}Host: evil.example\r\n\r\n", 400),
        (f"GET / HTTP/1.1\r\nHost: evil.example\r\n{HOST}\r\n", 400),
        ("GET / HTTP/1.1\r\n\r\n", 400),
        ("GET / HTTP/1.1\r\nHost: \xff\r\n\r\n", 400),
    ],
)
def test_what_could_be_read_in_two_ways_is_refused(lasting: Start, text: str, status: int) -> None:
    assert statuses(lasting(workers=1), text) == [status]


def test_the_length_alone_ends_a_body(lasting: Start) -> None:
    server = lasting(workers=1)
    text = f"{POST}Content_Length: 90\r\nContent-Length: 3\r\n\r\na=b{SECOND}"
    assert statuses(server, text) == [404, 404]
    began = time.monotonic()
    assert server.get("/")[0] == 200 and time.monotonic() - began < 5
