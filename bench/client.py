"""Ask a server as a reader does, and judge whether the answer is right before anything is counted."""

import gzip
import http.client
from dataclasses import dataclass, field

import brotli

from bench.pages import Page

GZIP = {"Accept-Encoding": "gzip"}


class WrongResponse(Exception):
    """An answer that must not be counted; the message says which and why."""


@dataclass(frozen=True)
class Response:
    """What came back, and how many bytes of a connection it took."""

    status: int
    body: bytes
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def wire_bytes(self) -> int:
        """Head and body as they travel, nearly: the reason phrase is guessed."""
        return 19 + sum(len(name) + len(value) + 4 for name, value in self.headers.items()) + len(self.body)

    def plain(self) -> bytes:
        """The body, uncompressed."""
        undo = {"gzip": gzip.decompress, "br": brotli.decompress}.get(self.headers.get("content-encoding", ""), bytes)
        return bytes(undo(self.body))


def get(port: int, path: str, **headers: str) -> Response:
    """The answer to one GET; header names are written with underscores. Raises OSError when nobody answers."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        connection.request("GET", path, headers={name.replace("_", "-"): value for name, value in headers.items()})
        return read_response(connection)
    except http.client.HTTPException as error:
        raise ConnectionError(str(error)) from error
    finally:
        connection.close()


def read_response(connection: http.client.HTTPConnection) -> Response:
    """The answer on a connection on which something was asked."""
    response = connection.getresponse()
    body = response.read()
    return Response(response.status, body, {name.lower(): value for name, value in response.getheaders()})


def get_checked(port: int, path: str, page: Page) -> Response:
    """The compressed answer, after everything about it was found right. Raises WrongAnswer."""
    answer = get(port, path, accept_encoding="gzip")
    tag = answer.headers.get("etag", "")
    _require(answer.status == 200, path, f"answered {answer.status}")
    _require(answer.headers.get("content-type", "").startswith(page.kind), path, "is of another content type")
    _require(answer.headers.get("content-encoding") == "gzip", path, "is not compressed")
    _require(page.says.encode() in answer.plain(), path, f"does not say “{page.says}”")
    _require(bool(tag), path, "has no ETag")
    plain = get(port, path)
    _require("content-encoding" not in plain.headers, path, "is compressed although nobody asked for it")
    _require(plain.body == answer.plain(), path, "says something else when it is compressed")
    known = get(port, path, accept_encoding="gzip", if_none_match=tag)
    _require(known.status == 304 and not known.body, path, f"answered {known.status} to one who has it already")
    return answer


def get_not_modified(port: int, path: str, tag: str) -> Response:
    """The answer to one who has the page already."""
    return get(port, path, accept_encoding="gzip", if_none_match=tag)


def _require(right: bool, path: str, what: str) -> None:
    if not right:
        raise WrongResponse(f"{path} {what}.")
