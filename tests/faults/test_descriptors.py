"""A server that may open few files, and a flood of connections."""

import shutil
import signal
import socket
import time
from pathlib import Path

import pytest

from tests.faults.living import broadsheet, served
from tests.live_server import Server, said_of, until

pytestmark = pytest.mark.slow
FILES = 64


def spent(server: Server) -> float:
    """Seconds of processor time that the workers have used."""
    told = [said_of(pid, "stat").rpartition(") ")[2].split() for pid in server.workers()]
    return sum(int(one[11]) + int(one[12]) for one in told) / 100


def test_more_connections_than_files_neither_end_a_server_nor_keep_it_busy(instance: Path, started_blog: Path) -> None:

    shutil.copytree(started_blog, instance, dirs_exist_ok=True)
    assert broadsheet(instance, "new", "Rivers", "--publish", files=16).status == 0
    with served(instance, files=FILES) as server:
        workers = server.workers()
        flood = [socket.create_connection(("127.0.0.1", server.port), timeout=10) for _ in range(4 * FILES)]
        before = spent(server)
        time.sleep(1)
        assert spent(server) - before < 0.5
        for one in flood:
            one.close()
        until(lambda: server.get("/posts/rivers/")[0] == 200, 30, "an answer")
        assert server.workers() == workers
        assert server.stop(signal.SIGTERM) == 0
        assert "Traceback" not in server.output.read_text()
