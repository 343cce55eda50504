"""Send requests as a reader's browser does, and check responses before anything is counted."""

import gzip
import http.client
from dataclasses import dataclass, field

import brotli

from bench.pages import Page

GZIP = {"Accept-Encoding": "gzip"}


class WrongResponse(Exception):
    """A response that must not be counted; the message says which and why."""


@dataclass(frozen=True)
class Response:
    """A response; header names are in lower case."""

    status: int
    body: bytes
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def wire_bytes(self) -> int:
        """Return the size of head and body, nearly: the length of the reason phrase is a guess."""
        return 19 + sum(len(name) + len(value) + 4 for name, value in self.headers.items()) + len(self.body)

    def plain(self) -> bytes:
        """Return the body without compression."""
        decoders = {"gzip": gzip.decompress, "br": brotli.decompress}
        return bytes(decoders.get(self.headers.get("content-encoding", ""), bytes)(self.body))


def get(port: int, path: str, **headers: str) -> Response:
    """Send one GET; header names have underscores. Raise OSError if there is no response."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        connection.request("GET", path, headers={name.replace("_", "-"): value for name, value in headers.items()})
        return read_response(connection)
    except http.client.HTTPException as error:
        raise ConnectionError(str(error)) from error
    finally:
        connection.close()


def read_response(connection: http.client.HTTPConnection) -> Response:
    """Read the response to a request that was sent on this connection."""
    response = connection.getresponse()
    body = response.read()
    return Response(response.status, body, {name.lower(): value for name, value in response.getheaders()})


def get_checked(port: int, path: str, page: Page, **headers: str) -> Response:
    """Return the compressed response after checking everything about it. Raises WrongResponse."""
    response = get(port, path, accept_encoding="gzip", **headers)
    tag = response.headers.get("etag", "")
    _require(response.status == 200, path, f"answered {response.status}")
    _require(response.headers.get("content-type", "").startswith(page.kind), path, "is of another content type")
    _require(response.headers.get("content-encoding") == "gzip", path, "is not compressed")
    _require(page.says.encode() in response.plain(), path, f"does not say “{page.says}”")
    _require(bool(tag), path, "has no ETag")
    plain = get(port, path, **headers)
    _require("content-encoding" not in plain.headers, path, "is compressed although nobody asked for it")
    _require(plain.body == response.plain(), path, "says something else when it is compressed")
    cached = get_not_modified(port, path, tag, **headers)
    _require(cached.status == 304 and not cached.body, path, f"answered {cached.status} to one who has it already")
    return response


def get_not_modified(port: int, path: str, tag: str, **headers: str) -> Response:
    return get(port, path, accept_encoding="gzip", if_none_match=tag, **headers)


def _require(condition: bool, path: str, problem: str) -> None:
    if not condition:
        raise WrongResponse(f"{path} {problem}.")
