"""A server whose application has a few addresses more: they show what arrives, and what becomes of an answer.

`python -m tests.server.echo INSTANCE PORT` serves in one worker. ECHO_PAUSE and ECHO_BYTES lower the limits of bodies.
"""

import os
import sys
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any
from wsgiref.validate import validator

from flask import Flask, Response, jsonify, request
from granian import Granian
from granian.constants import HTTPModes, Interfaces

from blog import config, create_app
from blog.processes import block_signals, exit_with_parent, handle_signals
from blog.server import bodies
from blog.server.application import Application


def echo() -> Response:
    """The environment of the request, and its body."""
    texts = {name: value for name, value in request.environ.items() if isinstance(value, str)}
    response = jsonify(texts | {"body": request.get_data().decode()})
    response.headers["Cache-Control"] = "private"
    return response


def slow() -> str:
    time.sleep(1)
    return "slow"


def named() -> Response:
    """A header that is not ASCII, as WSGI writes it."""
    response = Response("named")
    response.headers["X-Name"] = "Zürich €.md".encode().decode("latin-1")
    return response


class Closing:
    """An answer that says in a file when it has begun and is closed, and may break off."""

    def __init__(self, file: Path, *, breaks: bool) -> None:
        self.file, self.breaks = file, breaks

    def __iter__(self) -> Iterator[bytes]:
        self.file.write_text("begun")
        time.sleep(0.3)
        yield b"closing"
        if self.breaks:
            raise RuntimeError("The answer broke off.")

    def close(self) -> None:
        self.file.write_text("closed")


def with_more(app: Flask) -> Flask:
    """An app with addresses that Flask knows, and two that it does not see."""
    for view in (echo, slow, named):
        app.add_url_rule(f"/{view.__name__}/", view.__name__, view, methods=["GET", "POST"])
    inner = app.wsgi_app

    def outer(environ: dict[str, Any], start: Any) -> Iterable[bytes]:
        kind = environ["PATH_INFO"].strip("/")
        if kind not in ("closing", "breaking"):
            return inner(environ, start)
        start("200 OK", [("Content-Type", "text/plain")])
        return Closing(Path(app.instance_path) / kind, breaks=kind == "breaking")

    app.wsgi_app = validator(outer)  # type: ignore[method-assign]
    return app


def worker() -> Application:
    block_signals()
    exit_with_parent()
    bodies.PAUSE_SECONDS = int(os.environ.get("ECHO_PAUSE", bodies.PAUSE_SECONDS))
    bodies.MAX_BYTES = int(os.environ.get("ECHO_BYTES", bodies.MAX_BYTES))
    return Application(with_more(create_app(config.load(os.environ["BLOG_INSTANCE"]))))


if __name__ == "__main__":
    os.environ["BLOG_INSTANCE"] = sys.argv[1]
    server = Granian(
        "tests.server.echo:worker", factory=True, interface=Interfaces.RSGI, port=int(sys.argv[2]),
        http=HTTPModes.http1, websockets=False, workers_kill_timeout=8, log_enabled=False,
    )  # fmt: skip
    block_signals()
    handle_signals(server.signal_handler_interrupt)
    server.serve()
