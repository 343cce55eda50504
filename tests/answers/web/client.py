"""A plain HTTP client: it keeps cookies, follows nothing, and returns headers and bodies as they came."""

import gzip
import http.client
import string
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote, urlencode

import brotli

TIMEOUT = 30.0
AGENT = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
FAILURES = (OSError, http.client.HTTPException)
CLOSED = (http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError)
BOUNDARY = "answers-7d1c2f"


@dataclass(frozen=True)
class Reply:
    """A response: the status, headers in their order, and the body as it went over the wire."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes

    def header(self, name: str) -> str:
        """Return the first header of this name, or an empty string."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), "")

    def decoded(self) -> bytes:
        """Return the body without its content encoding."""
        if not self.body:
            return b""
        encoding = self.header("Content-Encoding")
        if encoding == "br":
            return bytes(brotli.decompress(self.body))
        return gzip.decompress(self.body) if encoding == "gzip" else self.body

    @property
    def type(self) -> str:
        """The media type, without parameters."""
        return self.header("Content-Type").partition(";")[0].strip().lower()

    @property
    def text(self) -> str:
        """The decoded body as text."""
        return self.decoded().decode("utf-8", "replace")


class Browser:
    """Somebody who asks one server; `host` is the Host header."""

    def __init__(self, port: int, host: str) -> None:
        self.port, self.host = port, host
        self.cookies: dict[str, str] = {}
        self._connection: http.client.HTTPConnection | None = None

    def ask(self, method: str, path: str, headers: Mapping[str, str] | None = None, body: bytes | None = None) -> Reply:
        """Return the response to a request; ask again on a new connection if the old one was closed meanwhile.

        If there is no response, the status is 0 and the body says why.
        """
        fields = {"Host": self.host, "User-Agent": AGENT, **(headers or {})}
        if self.cookies:
            fields["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        if body is not None:
            fields["Content-Length"] = str(len(body))
        reply = self._try(method, path, fields, body) or self._try(method, path, fields, body, last=True)
        assert reply is not None
        self._keep_cookies(reply)
        return reply

    def _try(
        self, method: str, path: str, headers: Mapping[str, str], body: bytes | None, *, last: bool = False
    ) -> Reply | None:
        """Return the response; None if the server closed the connection before, and it is not the `last` attempt."""
        try:
            return self._once(method, path, headers, body)
        except FAILURES as error:
            if not last and isinstance(error, CLOSED):
                return None
            return Reply(0, (), f"{type(error).__name__}: {error}".encode())

    def _once(self, method: str, path: str, headers: Mapping[str, str], body: bytes | None) -> Reply:
        if self._connection is None:
            self._connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=TIMEOUT)
        try:
            return self._exchange(self._connection, method, path, headers, body)
        except FAILURES:
            self.close()
            raise

    def _exchange(
        self,
        connection: http.client.HTTPConnection,
        method: str,
        path: str,
        headers: Mapping[str, str],
        body: bytes | None,
    ) -> Reply:
        target = quote(path, safe=string.punctuation)  # written as it is, but in ASCII
        connection.putrequest(method, target, skip_host=True, skip_accept_encoding=True)
        for name, value in headers.items():
            if value:
                connection.putheader(name, value)
        connection.endheaders(body)
        response = connection.getresponse()
        return Reply(response.status, tuple(response.getheaders()), response.read())

    def _keep_cookies(self, reply: Reply) -> None:
        for name, value in reply.headers:
            if name.lower() == "set-cookie":
                key, _, content = value.partition(";")[0].partition("=")
                if content:
                    self.cookies[key] = content
                else:
                    self.cookies.pop(key, None)

    def close(self) -> None:
        """Close the connection; the next request opens another."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def encoded(fields: Mapping[str, str]) -> tuple[str, bytes]:
    """Return content type and body of a form."""
    return "application/x-www-form-urlencoded", urlencode(fields).encode()


def multipart(fields: Mapping[str, str], files: Mapping[str, bytes], field: str = "file") -> tuple[str, bytes]:
    """Return content type and body of a form with files, all of them in one field."""
    parts = [
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in fields.items()
    ]
    for name, data in files.items():
        head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{field}"; filename="{name}"\r\n'
        parts.append(f"{head}Content-Type: application/octet-stream\r\n\r\n".encode() + data + b"\r\n")
    return f"multipart/form-data; boundary={BOUNDARY}", b"".join(parts) + f"--{BOUNDARY}--\r\n".encode()
