"""Servers on this machine for tests that make calls: one that hears and answers, and one that says bytes."""

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs


class Hub:
    """Hears what it is told: `heard` holds method, path, headers and form of each call.

    `answers` says status, headers and body by the number of the call (from 1); without it all is well.
    """

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self.heard: list[tuple[str, str, dict[str, str], dict[str, list[str]]]] = []
        self.answers: Callable[[int], tuple[int, dict[str, str], bytes]] = lambda _: (202, {}, b"")
        hub = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.do_POST()

            def do_POST(self) -> None:
                said = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
                hub.heard.append((self.command, self.path, dict(self.headers), parse_qs(said)))
                status, headers, body = hub.answers(len(hub.heard))
                self.send_response(status)
                for name, value in {"Content-Length": str(len(body)), "Connection": "close", **headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                try:
                    self.wfile.write(body)
                except OSError:
                    return  # the other end has heard enough

            def log_message(self, *_: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        if tls:
            self.server.socket = tls.wrap_socket(self.server.socket, server_side=True)
        self.port = self.server.server_port
        self.place = f"127.0.0.1:{self.port}"
        self.address = f"http://{self.place}/hub"

    @property
    def topics(self) -> list[str]:
        """The feeds that it was told of, in order."""
        return [form["hub.url"][0] for _, _, _, form in self.heard]

    def fails(self, status: int = 500, body: bytes = b"", **headers: str) -> None:
        """From now on every answer is this one; header names are written with underscores."""
        said = {name.replace("_", "-"): value for name, value in headers.items()}
        self.answers = lambda _: (status, said, body)


@contextmanager
def listening(tls: ssl.SSLContext | None = None) -> Iterator[Hub]:
    """A hub that listens."""
    hub = Hub(tls)
    # A call that does not speak TLS would print its error.
    hub.server.handle_error = lambda *_: None  # type: ignore[method-assign]
    thread = threading.Thread(target=hub.server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield hub
    finally:
        hub.server.shutdown()
        thread.join()
        hub.server.server_close()


@contextmanager
def saying(*parts: bytes, pause: float = 0.0) -> Iterator[str]:
    """The place (host:port) of a server that says these bytes to whoever asks, with pauses, the last ones for ever."""
    over = threading.Event()
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        try:
            connection, _ = listener.accept()
        except OSError:
            return
        with connection:
            connection.recv(65536)
            try:
                for part in parts:
                    connection.sendall(part)
                while pause and not over.wait(pause):
                    connection.sendall(parts[-1])
            except OSError:
                return

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield f"127.0.0.1:{listener.getsockname()[1]}"
    finally:
        over.set()
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join()
