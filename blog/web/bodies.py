"""What a request brings along is received whole before anything is done with it, or nothing is.

A form that was cut off may look whole, and half a text would be saved over a whole one.
"""

from collections.abc import Iterable
from io import BytesIO
from typing import TYPE_CHECKING

from flask import Flask, abort, request

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

BODILESS = ("GET", "HEAD", "OPTIONS")
# Forms of authors hold whole texts; one that is too long comes back with all its words, so it must come in.
LONG, LONGEST, USUAL = "/admin/", 8 * 2**20, 64 * 2**10
# No form of ours has a hundred. Each costs time and memory before anybody is asked who sent it, and is sent back at the
# door; of the shortest ones, millions would come in.
MOST_FIELDS = 1000
FAULT = "broadsheet.body"  # the status that the answer will have; 0 when the body is here


def init_app(app: Flask) -> None:
    """Receive bodies before an app's views, unless the server did it already."""
    app.wsgi_app = _receiving(app.wsgi_app)  # type: ignore[method-assign, assignment]

    @app.before_request
    def refuse_parts() -> None:
        if request.environ.get(FAULT):
            abort(request.environ[FAULT])


def receive(environ: "WSGIEnvironment") -> None:
    """Put the whole body of a request in the place of its stream; note what keeps it from being one."""
    length, most = environ.get("CONTENT_LENGTH") or "", longest(environ)
    chunked = "HTTP_TRANSFER_ENCODING" in environ
    body, fault = b"", 0
    if chunked or (length and not _number(length)):
        fault = 411  # where chunks end too early, the server cannot be asked
    elif length and int(length) > most:
        fault = 413
    elif length and int(length):
        body = environ["wsgi.input"].read(int(length))
        fault = 400 if len(body) < int(length) else 413 if _crowded(environ, body) else 0
    environ["wsgi.input"], environ[FAULT] = BytesIO(b"" if fault else body), fault


def longest(environ: "WSGIEnvironment") -> int:
    """How many bytes a request may bring along."""
    return LONGEST if str(environ["PATH_INFO"]).startswith(LONG) else USUAL


def _crowded(environ: "WSGIEnvironment", body: bytes) -> bool:
    """Whether a form has more fields than any of ours. Those of several parts are counted where they are read."""
    kind = str(environ.get("CONTENT_TYPE") or "").lower()
    return "urlencoded" in kind and body.count(b"&") >= MOST_FIELDS


def _number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 16


def _receiving(wsgi: "WSGIApplication") -> "WSGIApplication":
    def received(environ: "WSGIEnvironment", start: "StartResponse") -> Iterable[bytes]:
        if environ["REQUEST_METHOD"] not in BODILESS and FAULT not in environ:
            receive(environ)
        return wsgi(environ, start)

    return received
