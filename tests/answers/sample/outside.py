"""A server on this machine for the calls that a blog makes to others: a WebSub hub, and pictures to copy."""

import mimetypes
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Outside:
    """Answers POST like a hub, and GET with the files it has; remembers the calls."""

    def __init__(self, files: Mapping[str, bytes]) -> None:
        self.calls: list[str] = []
        self.status = 202
        outside = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                outside.calls.append(f"{self.requestline}\n{self.headers}{body.decode('utf-8', 'replace')}\n")
                self._send(outside.status, b"no room here" if outside.status >= 400 else b"")

            def do_GET(self) -> None:
                outside.calls.append(f"{self.requestline}\n{self.headers}")
                body = files.get(self.path)
                self._send(404 if body is None else 200, body or b"", mimetypes.guess_type(self.path)[0] or "")

            def _send(self, status: int, body: bytes, kind: str = "") -> None:
                self.send_response(status)
                if kind:
                    self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body)))
                self.send_header("Connection", "close")
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)

    @property
    def place(self) -> str:
        """Its host and port."""
        return f"127.0.0.1:{self.server.server_port}"

    def take_calls(self) -> bytes:
        """Return the calls since the last time, in the order of their texts."""
        calls, self.calls = sorted(self.calls), []
        return "\n".join(calls).encode()


@contextmanager
def listen(files: Mapping[str, bytes] | None = None) -> Iterator[Outside]:
    """Run such a server while the block runs."""
    outside = Outside(files or {})
    thread = threading.Thread(target=outside.server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield outside
    finally:
        outside.server.shutdown()
        thread.join()
        outside.server.server_close()
