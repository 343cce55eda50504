"""A real server makes its daily backups by itself, and answers from what is restored under it."""

import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from blog.core.backup import retention
from tests.live_server import Server, free_port, until
from tests.world import run, write

pytestmark = pytest.mark.slow
ROOT = Path(__file__).resolve().parents[3]
# `serve`, which looks for a backup soon after its start, not after a minute.
HURRIED = "from blog.server import background; background.BACKUP_SECONDS = 0.2; from blog.cli import main; main()"

# `restore`, which dies before it comes to the owner's files.
KILLED = (
    "import os; from blog.core.backup import restore; restore._put_files = lambda *_: os._exit(9);"
    " from blog.cli import main; main()"
)


@pytest.fixture
def server(instance: Path, tmp_path: Path, started_blog: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """A server with two workers and daily backups; it must end cleanly."""
    monkeypatch.delenv("BLOG_BACKUPS")
    shutil.copytree(started_blog, instance, dirs_exist_ok=True)
    port, output = free_port(), tmp_path / "output"
    command = [sys.executable, "-c", HURRIED, "--instance", instance, "serve", "--port", port, "--workers", 2]
    with output.open("w") as out:
        process = subprocess.Popen([str(part) for part in command], cwd=ROOT, stdout=out, stderr=out, text=True)
    server = Server(process, port, output, instance)
    try:
        until(lambda: server.get("/healthz")[0] == 200, 30, "an answer")
        yield server
    finally:
        assert server.stop(signal.SIGTERM) == 0, output.read_text()
    assert "Traceback" not in output.read_text() and "daily backup" not in output.read_text(), output.read_text()


def test_it_backs_up_by_itself_and_takes_back_what_is_restored(server: Server) -> None:
    until(lambda: retention.list_backups(server.instance / "backups"), 20, "a daily backup")
    (made,) = retention.list_backups(server.instance / "backups")
    assert made.reason == "daily" and made.complete
    assert run(server.instance, "new", "Later", "--publish").status == 0
    seen: list[bool] = []
    restored, stop = threading.Event(), threading.Event()
    wrong: list[int] = []

    def look() -> None:
        while not stop.is_set():
            after = restored.is_set()
            status, page = server.get("/")
            if status != 200 or (after and b"Later" in page):
                wrong.append(status)
            seen.append(b"Later" in page)

    readers = [threading.Thread(target=look) for _ in range(4)]
    until(lambda: b"Later" in server.get("/")[1], 5, "the new post")
    for reader in readers:
        reader.start()
    try:
        assert run(server.instance, "restore", str(made.file)).status == 0
        restored.set()
        until(lambda: len(seen) > 50 and not seen[-1], 10, "answers of the restored blog")
        assert run(server.instance, "new", "Again", "--publish").status == 0
        assert server.get("/posts/again/")[0] == 200 and server.get("/posts/later/")[0] == 404
    finally:
        stop.set()
        for reader in readers:
            reader.join()
    assert wrong == [] and seen[0] is True
    # A restore that is killed once the posts are the restored ones: the server goes on with the rest of it.
    css = write(server.instance, "custom.css", "p { color: red }")
    command = [sys.executable, "-c", KILLED, "--instance", server.instance, "restore", made.file]
    assert subprocess.run([str(part) for part in command], cwd=ROOT, check=False).returncode == 9
    assert css.exists()
    until(lambda: not css.exists() and not list(server.instance.glob(".restore-*")), 20, "the end of the restore")
