"""Responses as they are sent: validators, conditional requests and content encodings (RFC 9110).

An ETag is a hash of the plain bytes, with a suffix for each encoding. A client may send any of them back, made strong
or weak by proxies.
"""

import gzip
import hashlib
import re
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from functools import lru_cache
from typing import IO, Any, NamedTuple
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

import brotli
from flask import Flask, Response, current_app, g, request
from flask import Request as FlaskRequest
from werkzeug.datastructures import Accept, MultiDict
from werkzeug.http import http_date, parse_accept_header, parse_date
from werkzeug.utils import cached_property

from blog import clock
from blog.web import request_body

Header = tuple[str, str]

MIN_COMPRESSED_BYTES = 300
MAX_ACCEPT_LENGTH = 200
OVERHEAD_BYTES = 2048  # the size of a response without a body: headers, objects, its key
COMPRESSIBLE = re.compile(r"text/|application/(?:json|[\w.-]+\+(?:json|xml)|xml|javascript)|image/svg")
ENTITY_TAG = re.compile(r'(?:W/)?"([\x21\x23-\x7e\x80-\xff]*)"')
ENCODING_SUFFIX = re.compile(r"(?:--?|;)(?:br|gzip)$")  # our suffix, and those of proxies that compress
IDENTITY = "identity"
# Compression levels for what is sent once, what is cached until the next edit, and what never changes.
EFFORT_ONCE = {"br": 1, "gzip": 1}
EFFORT_CACHED = {"br": 5, "gzip": 6}
EFFORT_FOREVER = {"br": 11, "gzip": 9}
# Headers that a 304 leaves out: it has no content to describe.
CONTENT_HEADERS = {"content-length", "content-type", "content-encoding"}
# Keys of the WSGI environment.
CHANGED_AT, UNCACHEABLE = "broadsheet.changed_at", "broadsheet.varies"


def init_app(app: Flask) -> None:
    """Pass what views say about their responses on to the middleware."""
    app.request_class = Request
    app.after_request(_pass_on)


def set_last_modified(moment: datetime) -> None:
    """Set the Last-Modified of this response.

    HTTP dates have whole seconds. They are rounded up, or a second change within one would be missed.
    """
    g.changed_at = moment if not moment.microsecond else moment.replace(microsecond=0) + timedelta(seconds=1)


class Request(FlaskRequest):
    """A request that notes whether its query string was read: then the response is not cached."""

    @cached_property
    def args(self) -> MultiDict[str, str]:
        self.environ[UNCACHEABLE] = True
        return super().args

    def _get_file_stream(self, *_args: Any, **_kwargs: Any) -> IO[bytes]:
        """Return a temporary file for a file field of a form."""
        return request_body.temporary_file(current_app.instance_path)


def _pass_on(response: Response) -> Response:
    request.environ[CHANGED_AT] = g.get("changed_at")
    return response


class RequestHead(NamedTuple):
    """What a request says that decides how a response in memory answers it. `path` is that of the WSGI environment."""

    method: str
    path: str
    host: str
    cookie: str
    accept_encoding: str
    if_none_match: str | None
    if_modified_since: str | None

    @classmethod
    def from_environ(cls, environ: WSGIEnvironment) -> "RequestHead":
        get = environ.get
        return cls(
            environ["REQUEST_METHOD"],
            environ["PATH_INFO"],
            str(get("HTTP_HOST", environ["SERVER_NAME"])),
            get("HTTP_COOKIE", ""),
            get("HTTP_ACCEPT_ENCODING", ""),
            get("HTTP_IF_NONE_MATCH"),
            get("HTTP_IF_MODIFIED_SINCE"),
        )

    @property
    def is_read(self) -> bool:
        return self.method in ("GET", "HEAD")


class Answer(NamedTuple):
    """The answer to one request. The headers are shared with other answers: they must not be changed."""

    status: str
    headers: list[Header]
    body: bytes

    def start(self, start: StartResponse) -> list[bytes]:
        """Return the answer as a WSGI application does."""
        start(self.status, self.headers[:])
        return [self.body] if self.body else []


def collect(application: WSGIApplication, environ: WSGIEnvironment) -> Answer:
    """Return the whole answer of a WSGI application, which is closed then (PEP 3333)."""
    head: list[Any] = []
    parts: list[bytes] = []

    def start(status: str, headers: list[Header], _exc_info: object = None) -> Callable[[bytes], object]:
        head[:] = status, headers
        return parts.append

    body = application(environ, start)
    try:
        parts.extend(body)
    finally:
        if hasattr(body, "close"):
            body.close()
    status, headers = head
    return Answer(status, headers, b"".join(parts))


class Variant(NamedTuple):
    """A response in one encoding; `headers_304` are the headers of a 304."""

    headers: list[Header]
    headers_304: list[Header]
    body: bytes
    tag: str


class EncodedResponse:
    """A whole response, in every encoding that was requested so far."""

    def __init__(
        self,
        status: str,
        headers: Iterable[Header],
        body: bytes,
        *,
        changed_at: datetime | None = None,
        tag: str = "",
        effort: dict[str, int] = EFFORT_ONCE,
    ) -> None:
        self.status = status
        self.headers = [header for header in headers if header[0].lower() != "content-length"]
        self.changed_at = changed_at
        self._date_ahead = changed_at is not None and changed_at > clock.now()
        self.tag = tag
        self.effort = effort
        values = {name.lower(): value for name, value in self.headers}
        compressible = bool(COMPRESSIBLE.match(values.get("content-type", "")))
        if compressible:
            self.headers.append(("Vary", "Accept-Encoding"))
        if status == "200 OK" and "no-store" not in values.get("cache-control", ""):
            self.tag = tag or hashlib.sha256(body).hexdigest()[:20]
            if "cache-control" not in values:
                self.headers.append(("Cache-Control", "no-cache"))
            if changed_at:
                self.headers.append(("Last-Modified", self._last_modified()))
        self.compressible = compressible and len(body) >= MIN_COMPRESSED_BYTES
        self._variants: dict[str, Variant] = {}
        self._body: bytes | None = body

    def answer(self, head: RequestHead) -> Answer:
        """Answer a request with this response, or with 304 if the client has it already."""
        if self._date_ahead:
            self._update_last_modified()
        variant = self.prepare(head.accept_encoding)
        if self.tag and self._is_current(head, variant.tag):
            return Answer("304 Not Modified", variant.headers_304, b"")
        return Answer(self.status, variant.headers, b"" if head.method == "HEAD" else variant.body)

    def prepare(self, accept_encoding: str) -> Variant:
        """Return the variant for an Accept-Encoding header; encode it if it was not requested before."""
        encoding = self._encoding(accept_encoding)
        return self._variants.get(encoding) or self._encode(encoding)

    def is_prepared(self, accept_encoding: str) -> bool:
        """Return whether the variant for an Accept-Encoding header was requested before: encoding takes up to 60 ms."""
        return self._encoding(accept_encoding) in self._variants

    def _encoding(self, accept_encoding: str) -> str:
        return best_encoding(accept_encoding) if self.compressible else IDENTITY

    @property
    def size(self) -> int:
        """Return about how many bytes of memory this response takes."""
        return OVERHEAD_BYTES + sum(len(variant.body) for variant in self._variants.values()) + len(self._body or b"")

    @property
    def variants(self) -> int:
        """Return the number of encodings that were requested so far: each one changes `size`."""
        return len(self._variants)

    def _encode(self, encoding: str) -> Variant:
        plain = self._plain()
        body = _compress(plain, encoding, self.effort[encoding]) if encoding != IDENTITY else plain
        headers = [*self.headers, ("Content-Length", str(len(body)))]
        if encoding != IDENTITY:
            headers.append(("Content-Encoding", encoding))
        tag = f'"{self.tag}"' if encoding == IDENTITY else f'"{self.tag}-{encoding}"'
        if self.tag:
            headers.append(("ETag", tag))
        headers_304 = [header for header in headers if header[0].lower() not in CONTENT_HEADERS]
        variant = self._variants[encoding] = Variant(headers, headers_304, body, tag)
        # The plain body is three to four times as long as the compressed ones, and can be decompressed from them.
        self._body = None
        return variant

    def _last_modified(self) -> str:
        """Return the date of the last change, at most now: clients refuse a date in the future."""
        return http_date(min(self.changed_at or clock.now(), clock.now()))

    def _update_last_modified(self) -> None:
        """Send the true date of the last change once it has come: dates of many edits within a second are ahead."""
        self._date_ahead = self.changed_at is not None and self.changed_at > clock.now()
        last_modified = ("Last-Modified", self._last_modified())
        variants = list(self._variants.values())
        for headers in (
            self.headers,
            *(part for variant in variants for part in (variant.headers, variant.headers_304)),
        ):
            headers[:] = [last_modified if header[0] == "Last-Modified" else header for header in headers]

    def _plain(self) -> bytes:
        body = self._body  # another thread may remove it now, but not before a variant is there
        if body is not None:
            return body
        # A copy: another thread may be adding a variant.
        encoding, variant = list(self._variants.items())[0]  # noqa: RUF015
        decompress: Callable[[bytes], bytes] = {"br": brotli.decompress, "gzip": gzip.decompress, IDENTITY: bytes}[
            encoding
        ]
        return decompress(variant.body)

    def _is_current(self, head: RequestHead, tag: str) -> bool:
        """Return whether the client's copy is current. If-None-Match takes precedence over If-Modified-Since."""
        if_none_match = head.if_none_match
        if if_none_match is not None:
            return (
                if_none_match == tag
                or if_none_match.strip() == "*"
                or any(ENCODING_SUFFIX.sub("", value) == self.tag for value in ENTITY_TAG.findall(if_none_match))
            )
        if head.if_modified_since is None or self.changed_at is None:
            return False
        date = parse_date(head.if_modified_since)
        return date is not None and self.changed_at <= date


def best_encoding(accepted: str) -> str:
    """Return the encoding that an Accept-Encoding header prefers; `identity` if it names no other."""
    return _best(accepted) if 0 < len(accepted) <= MAX_ACCEPT_LENGTH else IDENTITY


@lru_cache(maxsize=256)
def _best(accepted: str) -> str:
    header = parse_accept_header(accepted, Accept)
    qualities = {name: header.quality(name) for name in ("br", "gzip")}
    best = max(qualities, key=lambda name: (qualities[name], name == "br"))
    return best if qualities[best] > 0 else IDENTITY


def _compress(body: bytes, encoding: str, effort: int) -> bytes:
    if encoding == "br":
        return bytes(brotli.compress(body, quality=effort))
    return gzip.compress(body, effort, mtime=0)
