"""Read the whole body of a request before anything is done with it, or refuse the request.

A form that was cut off may look complete, and half a text would be saved over a whole one.
"""

from collections.abc import Iterable
from io import BytesIO
from tempfile import SpooledTemporaryFile
from typing import IO
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from flask import Flask, abort, request

from blog.core.errors import disk_full

BODYLESS_METHODS = ("GET", "HEAD", "OPTIONS")
# Authors' forms hold whole texts. One that is too long is sent back with all its words, so it must be read.
ADMIN_PATH, ADMIN_LIMIT, DEFAULT_LIMIT = "/admin/", 8 * 2**20, 64 * 2**10
# An upload is one picture of 40 MB and the form around it. It is read onto the disk, and only with a session cookie.
MEDIA_PATH, MEDIA_LIMIT, MEMORY_LIMIT, CHUNK_BYTES = "/admin/media/", 41 * 2**20, 2**20, 2**16
SESSION_COOKIE = "session="
# Our forms have less than a hundred. Each field costs time and memory before the sender is authenticated; a body within
# the limit could hold millions of short ones.
MAX_FIELDS = 1000
DISK_FULL = 507
BODY_ERROR = "broadsheet.body"  # key in the environment: the status of the response, 0 when the body was read


def init_app(app: Flask) -> None:
    """Read bodies before the views of an app, unless the server did so already."""
    app.wsgi_app = _read_first(app.wsgi_app, app.instance_path)  # type: ignore[method-assign, assignment]

    @app.before_request
    def refuse_incomplete() -> None:
        if request.environ.get(BODY_ERROR) == DISK_FULL:
            raise disk_full("Nothing was stored")
        if request.environ.get(BODY_ERROR):
            abort(request.environ[BODY_ERROR])

    @app.teardown_request
    def close_file(_error: BaseException | None) -> None:
        if isinstance(request.environ["wsgi.input"], SpooledTemporaryFile):
            request.environ["wsgi.input"].close()


def temporary_file(folder: str) -> "SpooledTemporaryFile[bytes]":
    """Return an unnamed file in `folder`, which is on a disk: the system's temporary folder may be in memory."""
    return SpooledTemporaryFile(MEMORY_LIMIT, dir=folder)


class Body:
    """The body of a request while it is received: in memory, or in a file in `folder` if it is an upload.

    `length` is the number of bytes that were announced. `error` is the status of a response that refuses the request;
    it is 0 as long as nothing is wrong.
    """

    def __init__(self, environ: WSGIEnvironment, folder: str) -> None:
        self.environ = environ
        self.is_upload = max_length(environ) == MEDIA_LIMIT
        self.error = _length_error(environ)
        self.length = 0 if self.error else int(environ.get("CONTENT_LENGTH") or 0)
        self.received = 0
        self._file: IO[bytes] = temporary_file(folder) if self.is_upload else BytesIO()

    @property
    def missing(self) -> int:
        """Return the number of bytes that are still to come; 0 after an error."""
        return 0 if self.error else self.length - self.received

    def add(self, chunk: bytes) -> None:
        try:
            self._file.write(chunk)
        except OSError:
            self.error = DISK_FULL
        self.received += len(chunk)

    def finish(self) -> None:
        """Give the body, or the error, to the request."""
        if self.missing:
            self.error = 400
        elif isinstance(self._file, BytesIO) and _has_too_many_fields(self.environ, self._file.getvalue()):
            self.error = 413
        if self.error:
            self.close()
            self._file = BytesIO()
        self._file.seek(0)
        self.environ["wsgi.input"], self.environ[BODY_ERROR] = self._file, self.error

    def close(self) -> None:
        self._file.close()


def read_body(environ: WSGIEnvironment, folder: str) -> None:
    """Replace the input stream of a request by its whole body; set BODY_ERROR to an error status or 0."""
    body, stream = Body(environ, folder), environ["wsgi.input"]
    while body.missing and (chunk := stream.read(min(body.missing, CHUNK_BYTES))):
        body.add(chunk)
    body.finish()


def _length_error(environ: WSGIEnvironment) -> int:
    """Return 411 if a request does not say how long its body is, 413 if it is too long, or 0."""
    length = environ.get("CONTENT_LENGTH") or ""
    # Of chunks, the server does not say whether they ended too early.
    if "HTTP_TRANSFER_ENCODING" in environ or (length and not _is_number(length)):
        return 411
    return 413 if length and int(length) > max_length(environ) else 0


def max_length(environ: WSGIEnvironment) -> int:
    """Return the largest number of bytes that the body of this request may have."""
    if environ["PATH_INFO"] == MEDIA_PATH:
        return MEDIA_LIMIT if SESSION_COOKIE in str(environ.get("HTTP_COOKIE", "")) else DEFAULT_LIMIT
    return ADMIN_LIMIT if str(environ["PATH_INFO"]).startswith(ADMIN_PATH) else DEFAULT_LIMIT


def _has_too_many_fields(environ: WSGIEnvironment, body: bytes) -> bool:
    """Return whether an urlencoded form has too many fields. Those of multipart forms are counted by Flask."""
    content_type = str(environ.get("CONTENT_TYPE") or "").lower()
    return "urlencoded" in content_type and body.count(b"&") >= MAX_FIELDS


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 16


def _read_first(wsgi: WSGIApplication, folder: str) -> WSGIApplication:
    def application(environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        if environ["REQUEST_METHOD"] not in BODYLESS_METHODS and BODY_ERROR not in environ:
            read_body(environ, folder)
        return wsgi(environ, start)

    return application
