"""A real server for tests that need one: started, waited for, ended."""

import os
import signal
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def serving(*broadsheet: str | Path, instance: Path, cwd: Path) -> Iterator[str]:
    """The address of a blog served by the given command line, which must end cleanly when it is told to."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [*broadsheet, "--instance", instance, "serve", "--port", port, "--workers", 1]
    clean = {name: value for name, value in os.environ.items() if not name.startswith("BLOG_")}
    server = subprocess.Popen([str(part) for part in command], cwd=cwd, env=clean, stdout=subprocess.DEVNULL)
    address = f"http://127.0.0.1:{port}"
    try:
        deadline = time.monotonic() + 30
        while server.poll() is None and time.monotonic() < deadline:
            try:
                urllib.request.urlopen(f"{address}/healthz", timeout=5).close()
                break
            except OSError:
                time.sleep(0.1)
        yield address
    finally:
        server.send_signal(signal.SIGTERM)
        assert server.wait(15) == 0
