"""Ask a server as a reader does, and judge whether the answer is right before anything is counted."""

import gzip
import http.client
from dataclasses import dataclass, field

import brotli

from bench.pages import Page

GZIP = {"Accept-Encoding": "gzip"}


class WrongAnswer(Exception):
    """An answer that must not be counted; the message says which and why."""


@dataclass(frozen=True)
class Answer:
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


def ask(port: int, path: str, **headers: str) -> Answer:
    """The answer to one GET; header names are written with underscores. Raises OSError when nobody answers."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        connection.request("GET", path, headers={name.replace("_", "-"): value for name, value in headers.items()})
        return read(connection)
    except http.client.HTTPException as error:
        raise ConnectionError(str(error)) from error
    finally:
        connection.close()


def read(connection: http.client.HTTPConnection) -> Answer:
    """The answer on a connection on which something was asked."""
    response = connection.getresponse()
    body = response.read()
    return Answer(response.status, body, {name.lower(): value for name, value in response.getheaders()})


def checked(port: int, path: str, page: Page) -> Answer:
    """The compressed answer, after everything about it was found right. Raises WrongAnswer."""
    answer = ask(port, path, accept_encoding="gzip")
    tag = answer.headers.get("etag", "")
    _insist(answer.status == 200, path, f"answered {answer.status}")
    _insist(answer.headers.get("content-type", "").startswith(page.kind), path, "is of another content type")
    _insist(answer.headers.get("content-encoding") == "gzip", path, "is not compressed")
    _insist(page.says.encode() in answer.plain(), path, f"does not say “{page.says}”")
    _insist(bool(tag), path, "has no ETag")
    plain = ask(port, path)
    _insist("content-encoding" not in plain.headers, path, "is compressed although nobody asked for it")
    _insist(plain.body == answer.plain(), path, "says something else when it is compressed")
    known = ask(port, path, accept_encoding="gzip", if_none_match=tag)
    _insist(known.status == 304 and not known.body, path, f"answered {known.status} to one who has it already")
    return answer


def not_modified(port: int, path: str, tag: str) -> Answer:
    """The answer to one who has the page already."""
    return ask(port, path, accept_encoding="gzip", if_none_match=tag)


def _insist(right: bool, path: str, what: str) -> None:
    if not right:
        raise WrongAnswer(f"{path} {what}.")
