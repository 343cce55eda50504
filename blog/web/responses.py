"""An answer as it goes over the wire: validators, conditional requests, encodings (RFC 9110).

An ETag names the plain bytes, with a suffix for each encoding; whichever of them a client sends back, strengthened
or weakened by proxies, is understood.
"""

import gzip
import hashlib
import re
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from functools import lru_cache
from typing import IO, TYPE_CHECKING, NamedTuple

import brotli
from flask import Flask, Response, current_app, g, request
from flask import Request as FlaskRequest
from werkzeug.datastructures import Accept, MultiDict
from werkzeug.http import http_date, parse_accept_header, parse_date
from werkzeug.utils import cached_property

from blog import clock
from blog.web import request_body

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

Header = tuple[str, str]

MIN_COMPRESSED_BYTES = 300
MAX_ACCEPT_LENGTH = 200
OVERHEAD_BYTES = 2048  # what an answer without a body weighs: headers, objects, its key
COMPRESSIBLE = re.compile(r"text/|application/(?:json|[\w.-]+\+(?:json|xml)|xml|javascript)|image/svg")
ENTITY_TAG = re.compile(r'(?:W/)?"([\x21\x23-\x7e\x80-\xff]*)"')
ENCODING_SUFFIX = re.compile(r"(?:--?|;)(?:br|gzip)$")  # ours, and what proxies add when they compress
IDENTITY = "identity"
# How hard to compress what is sent once, what is kept until the next edit, and what is kept for ever.
EFFORT_ONCE = {"br": 1, "gzip": 1}
EFFORT_CACHED = {"br": 5, "gzip": 6}
EFFORT_FOREVER = {"br": 11, "gzip": 9}
# What a 304 leaves out: it has no content to describe.
CONTENT_HEADERS = {"content-length", "content-type", "content-encoding"}
CHANGED_AT, UNCACHEABLE = "broadsheet.changed_at", "broadsheet.varies"


def init_app(app: Flask) -> None:
    """Tell the layers in front of an app what its views said of their answers."""
    app.request_class = Request
    app.after_request(_pass_on)


def set_last_modified(moment: datetime) -> None:
    """Say when what this answer shows last changed: it gets a Last-Modified.

    Dates in HTTP count seconds: a part of one counts as the next, or a second change within it would be missed.
    """
    g.changed_at = moment if not moment.microsecond else moment.replace(microsecond=0) + timedelta(seconds=1)


class Request(FlaskRequest):
    """A request that tells whether its query string was looked at: such an answer is kept for nobody else."""

    @cached_property
    def args(self) -> MultiDict[str, str]:
        """What the query string says."""
        self.environ[UNCACHEABLE] = True
        return super().args

    def _get_file_stream(
        self,
        total_content_length: int | None,
        content_type: str | None,
        filename: str | None = None,
        content_length: int | None = None,
    ) -> IO[bytes]:
        """Where the file of a form is put while it is looked at."""
        return request_body.temporary_file(current_app.instance_path)


def _pass_on(response: Response) -> Response:
    request.environ[CHANGED_AT] = g.get("changed_at")
    return response


class Variant(NamedTuple):
    """An answer in one encoding; `short` are the headers of a 304."""

    headers: list[Header]
    short: list[Header]
    body: bytes
    tag: str


class EncodedResponse:
    """An answer in full, and in every encoding that was asked for so far."""

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
        self._ahead = changed_at is not None and changed_at > clock.now()
        self.tag = tag
        self.effort = effort
        named = {name.lower(): value for name, value in self.headers}
        compressible = bool(COMPRESSIBLE.match(named.get("content-type", "")))
        if compressible:
            self.headers.append(("Vary", "Accept-Encoding"))
        if status == "200 OK" and "no-store" not in named.get("cache-control", ""):
            self.tag = tag or hashlib.sha256(body).hexdigest()[:20]
            if "cache-control" not in named:
                self.headers.append(("Cache-Control", "no-cache"))
            if changed_at:
                self.headers.append(("Last-Modified", self._last_modified()))
        self.compressible = compressible and len(body) >= MIN_COMPRESSED_BYTES
        self._ready: dict[str, Variant] = {}
        self._whole: bytes | None = body

    def send(self, environ: "WSGIEnvironment", start: "StartResponse") -> list[bytes]:
        """Answer a request with it, or with 304 where the client has it already."""
        if self._ahead:
            self._settle()
        variant = self.prepare(environ)
        if self.tag and self._known(environ, variant.tag):
            start("304 Not Modified", variant.short[:])
            return []
        start(self.status, variant.headers[:])
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [variant.body]

    def prepare(self, environ: "WSGIEnvironment") -> Variant:
        """The variant that this request asks for, made unless it was asked for before."""
        encoding = best_encoding(environ.get("HTTP_ACCEPT_ENCODING", "")) if self.compressible else IDENTITY
        return self._ready.get(encoding) or self._encode(encoding)

    @property
    def weight(self) -> int:
        """About how many bytes of memory it holds."""
        return OVERHEAD_BYTES + sum(len(variant.body) for variant in self._ready.values()) + len(self._whole or b"")

    @property
    def variants(self) -> int:
        """In how many encodings it was asked for so far: with each one its weight changes."""
        return len(self._ready)

    def _encode(self, encoding: str) -> Variant:
        plain = self._plain()
        body = _compressed(plain, encoding, self.effort[encoding]) if encoding != IDENTITY else plain
        headers = [*self.headers, ("Content-Length", str(len(body)))]
        if encoding != IDENTITY:
            headers.append(("Content-Encoding", encoding))
        tag = f'"{self.tag}"' if encoding == IDENTITY else f'"{self.tag}-{encoding}"'
        if self.tag:
            headers.append(("ETag", tag))
        short = [header for header in headers if header[0].lower() not in CONTENT_HEADERS]
        variant = self._ready[encoding] = Variant(headers, short, body, tag)
        # The plain text is three to four times as long as the others, and can be had back from them.
        self._whole = None
        return variant

    def _last_modified(self) -> str:
        """The date of the last change, as far as it may be told: one in the future would be refused."""
        return http_date(min(self.changed_at or clock.now(), clock.now()))

    def _settle(self) -> None:
        """Tell the true date of the last change as soon as it has come: many edits within a second run ahead."""
        self._ahead = self.changed_at is not None and self.changed_at > clock.now()
        told = ("Last-Modified", self._last_modified())
        for headers in (
            self.headers,
            *(part for ready in list(self._ready.values()) for part in (ready.headers, ready.short)),
        ):
            headers[:] = [told if header[0] == "Last-Modified" else header for header in headers]

    def _plain(self) -> bytes:
        whole = self._whole  # another thread may take it away meanwhile, but not before a variant is ready
        if whole is not None:
            return whole
        # A copy: another thread may be adding a variant.
        encoding, variant = list(self._ready.items())[0]  # noqa: RUF015
        decompress: Callable[[bytes], bytes] = {"br": brotli.decompress, "gzip": gzip.decompress, IDENTITY: bytes}[
            encoding
        ]
        return decompress(variant.body)

    def _known(self, environ: "WSGIEnvironment", tag: str) -> bool:
        """Whether the client has this answer already. If-None-Match wins over If-Modified-Since, both ways."""
        known = environ.get("HTTP_IF_NONE_MATCH")
        if known is not None:
            return (
                known == tag
                or known.strip() == "*"
                or any(ENCODING_SUFFIX.sub("", given) == self.tag for given in ENTITY_TAG.findall(known))
            )
        since = environ.get("HTTP_IF_MODIFIED_SINCE")
        if since is None or self.changed_at is None:
            return False
        date = parse_date(since)
        return date is not None and self.changed_at <= date


def best_encoding(accepted: str) -> str:
    """The encoding that a client likes best, by its Accept-Encoding; `identity` unless it asked for another."""
    if not accepted:
        return IDENTITY
    return _best(accepted) if len(accepted) <= MAX_ACCEPT_LENGTH else IDENTITY


@lru_cache(maxsize=256)
def _best(accepted: str) -> str:
    header = parse_accept_header(accepted, Accept)
    wanted = {name: header.quality(name) for name in ("br", "gzip")}
    best = max(wanted, key=lambda name: (wanted[name], name == "br"))
    return best if wanted[best] > 0 else IDENTITY


def _compressed(body: bytes, encoding: str, effort: int) -> bytes:
    if encoding == "br":
        return bytes(brotli.compress(body, quality=effort))
    return gzip.compress(body, effort, mtime=0)
