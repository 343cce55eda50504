"""What a request brings along is received whole before anything is done with it, or nothing is.

A form that was cut off may look whole, and half a text would be saved over a whole one.
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
# Forms of authors hold whole texts; one that is too long comes back with all its words, so it must come in.
ADMIN_PATH, ADMIN_LIMIT, DEFAULT_LIMIT = "/admin/", 8 * 2**20, 64 * 2**10
# Pictures: one of 40 MB, and its form around it. They are set aside on the disk; who has no session brings none.
MEDIA_PATH, MEDIA_LIMIT, MEMORY_LIMIT, CHUNK_BYTES = "/admin/media/", 41 * 2**20, 2**20, 2**16
SESSION_COOKIE = "session="
# No form of ours has a hundred. Each costs time and memory before anybody is asked who sent it, and is sent back at the
# door; of the shortest ones, millions would come in.
MAX_FIELDS = 1000
DISK_FULL = 507
BODY_ERROR = "broadsheet.body"  # the status that the answer will have; 0 when the body is here


def init_app(app: Flask) -> None:
    """Receive bodies before an app's views, unless the server did it already."""
    whole = app.extensions["receive"] = partial(read_body, app.instance_path)
    app.wsgi_app = _receiving(app.wsgi_app, whole)  # type: ignore[method-assign, assignment]

    @app.before_request
    def refuse_parts() -> None:
        if request.environ.get(BODY_ERROR) == DISK_FULL:
            raise DiskFull("The disk is full. Nothing was stored; free some space and try again.")
        if request.environ.get(BODY_ERROR):
            abort(request.environ[BODY_ERROR])

    @app.teardown_request
    def let_go(_error: BaseException | None) -> None:
        if isinstance(request.environ["wsgi.input"], SpooledTemporaryFile):
            request.environ["wsgi.input"].close()


def temporary_file(folder: str) -> "SpooledTemporaryFile[bytes]":
    """A file without a name for what is large, on the disk of a folder: elsewhere might be memory."""
    return SpooledTemporaryFile(MEMORY_LIMIT, dir=folder)


def read_body(folder: str, environ: "WSGIEnvironment") -> None:
    """Put the whole body of a request in the place of its stream; note what keeps it from being one."""
    if environ["PATH_INFO"] == MEDIA_PATH and max_length(environ) == MEDIA_LIMIT:
        _receive_picture(folder, environ)
    else:
        read_into_memory(environ)


def _receive_picture(folder: str, environ: "WSGIEnvironment") -> None:
    chunked = "HTTP_TRANSFER_ENCODING" in environ
    length = environ.get("CONTENT_LENGTH") or ("" if chunked else "0")
    if chunked or not _number(length) or int(length) > MEDIA_LIMIT:
        environ["wsgi.input"], environ[BODY_ERROR] = BytesIO(), 413 if _number(length) and not chunked else 411
        return
    body: IO[bytes] = temporary_file(folder)
    fault, left, stream = 0, int(length), environ["wsgi.input"]
    try:
        while left and (piece := stream.read(min(left, CHUNK_BYTES))):
            body.write(piece)
            left -= len(piece)
        body.seek(0)
        fault = 400 if left else 0
    except OSError:
        fault = DISK_FULL
    if fault:
        body.close()
    environ["wsgi.input"], environ[BODY_ERROR] = BytesIO() if fault else body, fault


def read_into_memory(environ: "WSGIEnvironment") -> None:
    """The same in memory, for what is not large."""
    length, most = environ.get("CONTENT_LENGTH") or "", max_length(environ)
    chunked = "HTTP_TRANSFER_ENCODING" in environ
    body, fault = b"", 0
    if chunked or (length and not _number(length)):
        fault = 411  # where chunks end too early, the server cannot be asked
    elif length and int(length) > most:
        fault = 413
    elif length and int(length):
        body = environ["wsgi.input"].read(int(length))
        fault = 400 if len(body) < int(length) else 413 if _crowded(environ, body) else 0
    environ["wsgi.input"], environ[BODY_ERROR] = BytesIO(b"" if fault else body), fault


def max_length(environ: "WSGIEnvironment") -> int:
    """How many bytes a request may bring along."""
    if environ["PATH_INFO"] == MEDIA_PATH:
        return MEDIA_LIMIT if SESSION_COOKIE in str(environ.get("HTTP_COOKIE", "")) else DEFAULT_LIMIT
    return ADMIN_LIMIT if str(environ["PATH_INFO"]).startswith(ADMIN_PATH) else DEFAULT_LIMIT


def _crowded(environ: "WSGIEnvironment", body: bytes) -> bool:
    """Whether a form has more fields than any of ours. Those of several parts are counted where they are read."""
    kind = str(environ.get("CONTENT_TYPE") or "").lower()
    return "urlencoded" in kind and body.count(b"&") >= MAX_FIELDS


def _number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 16


def _receiving(wsgi: "WSGIApplication", receive: "Receive") -> "WSGIApplication":
    def received(environ: "WSGIEnvironment", start: "StartResponse") -> Iterable[bytes]:
        if environ["REQUEST_METHOD"] not in BODYLESS_METHODS and BODY_ERROR not in environ:
            receive(environ)
        return wsgi(environ, start)

    return received
