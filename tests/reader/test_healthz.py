"""/healthz: what a monitor is told, and an orchestrator may act on."""

import os
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from blog.core.site import health
from tests.web.ask import ask
from tests.world import Blog

MB = 2**20


def test_it_is_well_while_the_database_answers(blog: Blog) -> None:
    answer = blog.get("/healthz")
    assert (answer.status_code, answer.text, answer.mimetype) == (200, "ok\n", "text/plain")
    assert answer.headers["Cache-Control"] == "no-store" and "Set-Cookie" not in answer.headers


def test_it_answers_head_and_no_form(blog: Blog) -> None:
    assert ask(blog, "/healthz", "HEAD").status_code == 200
    assert ask(blog, "/healthz", "POST").status_code == 405


def test_nothing_is_written(blog: Blog) -> None:
    def state() -> dict[str, tuple[int, int]]:
        found = ((file.name, file.stat()) for file in blog.instance.iterdir())
        return {name: (state.st_size, state.st_mtime_ns) for name, state in found if not name.endswith("-shm")}

    blog.get("/healthz")
    before = state()
    blog.get("/healthz")
    assert state() == before


@pytest.fixture
def immutable(blog: Blog) -> Iterator[Path]:
    """The database, which nobody may write: not even root."""
    file = blog.instance / "blog.db"
    if os.getuid() == 0:
        if os.system(f"chattr +i {file} 2>/dev/null"):
            pytest.skip("root may write every file here")
        yield file
        os.system(f"chattr -i {file}")
    else:
        file.chmod(0o400)
        yield file
        file.chmod(0o600)


def test_a_database_that_can_only_be_read_is_no_reason_to_restart(blog: Blog, immutable: Path) -> None:
    answer = blog.get("/healthz")
    assert (answer.status_code, answer.text) == (200, "degraded: the database can only be read\n")


def test_a_database_whose_file_is_gone_is_told(blog: Blog) -> None:
    assert blog.get("/healthz").text == "ok\n"
    (blog.instance / "blog.db").unlink()
    answer = blog.get("/healthz")
    assert answer.status_code == 503 or answer.text == "degraded: the database is missing from its folder\n"


def test_a_database_that_does_not_answer_is_told(blog: Blog) -> None:
    (blog.instance / "blog.db").write_bytes(b"")
    for name in ("blog.db-wal", "blog.db-shm"):
        (blog.instance / name).unlink(missing_ok=True)
    answer = blog.get("/healthz")
    assert answer.status_code == 503 and answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    ("blocks", "files", "left", "well"),
    [(1000 * MB, 100, 50, True), (15 * MB, 100, 50, False), (1000 * MB, 100, 0, False), (1000 * MB, 0, 0, True)],
)
def test_a_disk_needs_room_for_words_and_for_files(blocks: int, files: int, left: int, well: bool) -> None:
    disk = SimpleNamespace(f_bavail=blocks, f_frsize=1, f_files=files, f_favail=left)
    assert health.has_space(disk) is well  # type: ignore[arg-type]
