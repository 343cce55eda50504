"""Read the whole body of a request before anything is done with it, or refuse the request.

A form that was cut off may look complete, and half a text would be saved over a whole one.
"""

from collections.abc import Callable, Iterable
from functools import partial
from io import BytesIO
from tempfile import SpooledTemporaryFile
from typing import IO, TYPE_CHECKING

from flask import Flask, abort, request

from blog.core.errors import DiskFull

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

    Receive = Callable[[WSGIEnvironment], None]

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
    receive = app.extensions["receive"] = partial(read_body, app.instance_path)
    app.wsgi_app = _read_first(app.wsgi_app, receive)  # type: ignore[method-assign, assignment]

    @app.before_request
    def refuse_incomplete() -> None:
        if request.environ.get(BODY_ERROR) == DISK_FULL:
            raise DiskFull("The disk is full. Nothing was stored; free some space and try again.")
        if request.environ.get(BODY_ERROR):
            abort(request.environ[BODY_ERROR])

    @app.teardown_request
    def close_file(_error: BaseException | None) -> None:
        if isinstance(request.environ["wsgi.input"], SpooledTemporaryFile):
            request.environ["wsgi.input"].close()


def temporary_file(folder: str) -> "SpooledTemporaryFile[bytes]":
    """Return an unnamed file in `folder`, which is on a disk: the system's temporary folder may be in memory."""
    return SpooledTemporaryFile(MEMORY_LIMIT, dir=folder)


def read_body(folder: str, environ: "WSGIEnvironment") -> None:
    """Replace the input stream of a request by its whole body; set BODY_ERROR to an error status or 0."""
    if environ["PATH_INFO"] == MEDIA_PATH and max_length(environ) == MEDIA_LIMIT:
        _read_upload(folder, environ)
    else:
        read_into_memory(environ)


def _read_upload(folder: str, environ: "WSGIEnvironment") -> None:
    chunked = "HTTP_TRANSFER_ENCODING" in environ
    length = environ.get("CONTENT_LENGTH") or ("" if chunked else "0")
    if chunked or not _is_number(length) or int(length) > MEDIA_LIMIT:
        environ["wsgi.input"], environ[BODY_ERROR] = BytesIO(), 413 if _is_number(length) and not chunked else 411
        return
    body: IO[bytes] = temporary_file(folder)
    error, left, stream = 0, int(length), environ["wsgi.input"]
    try:
        while left and (chunk := stream.read(min(left, CHUNK_BYTES))):
            body.write(chunk)
            left -= len(chunk)
        body.seek(0)
        error = 400 if left else 0
    except OSError:
        error = DISK_FULL
    if error:
        body.close()
    environ["wsgi.input"], environ[BODY_ERROR] = BytesIO() if error else body, error


def read_into_memory(environ: "WSGIEnvironment") -> None:
    """Do the same in memory, for bodies that are not large."""
    length, limit = environ.get("CONTENT_LENGTH") or "", max_length(environ)
    chunked = "HTTP_TRANSFER_ENCODING" in environ
    body, error = b"", 0
    if chunked or (length and not _is_number(length)):
        error = 411  # the server does not say when chunks end too early
    elif length and int(length) > limit:
        error = 413
    elif length and int(length):
        body = environ["wsgi.input"].read(int(length))
        error = 400 if len(body) < int(length) else 413 if _has_too_many_fields(environ, body) else 0
    environ["wsgi.input"], environ[BODY_ERROR] = BytesIO(b"" if error else body), error


def max_length(environ: "WSGIEnvironment") -> int:
    """Return the largest number of bytes that the body of this request may have."""
    if environ["PATH_INFO"] == MEDIA_PATH:
        return MEDIA_LIMIT if SESSION_COOKIE in str(environ.get("HTTP_COOKIE", "")) else DEFAULT_LIMIT
    return ADMIN_LIMIT if str(environ["PATH_INFO"]).startswith(ADMIN_PATH) else DEFAULT_LIMIT


def _has_too_many_fields(environ: "WSGIEnvironment", body: bytes) -> bool:
    """Return whether an urlencoded form has too many fields. Those of multipart forms are counted by Flask."""
    content_type = str(environ.get("CONTENT_TYPE") or "").lower()
    return "urlencoded" in content_type and body.count(b"&") >= MAX_FIELDS


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 16


def _read_first(wsgi: "WSGIApplication", receive: "Receive") -> "WSGIApplication":
    def application(environ: "WSGIEnvironment", start: "StartResponse") -> Iterable[bytes]:
        if environ["REQUEST_METHOD"] not in BODYLESS_METHODS and BODY_ERROR not in environ:
            receive(environ)
        return wsgi(environ, start)

    return application
