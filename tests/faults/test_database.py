"""A database that is locked or damaged, and pieces that are missing beside it."""

import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from lxml import html

from blog.commands.serve import CHECK_BYTES
from blog.core.backup import retention
from blog.extensions import sqlite_driver
from tests.admin.writing import held
from tests.commands.test_uploads import Browser
from tests.faults.killing import begin as begin_command
from tests.faults.killing import faults
from tests.faults.living import begin, broadsheet, command_line, sentence, served, told, write
from tests.faults.loops import grow
from tests.later_schema import LATER, later_schema
from tests.live_server import free_port
from tests.transfer.library import rows
from tests.world import run

pytestmark = pytest.mark.slow
ESSAY = "/posts/diplomatic-relations/"
# Another program that writes for so many seconds.
HOLD = """
import sys, time
from blog.extensions import sqlite_driver
connection = sqlite_driver().connect(sys.argv[1], isolation_level=None)
connection.execute("BEGIN IMMEDIATE")
print("locked", flush=True)
time.sleep(float(sys.argv[2]))
connection.execute("ROLLBACK")
"""


@contextmanager
def locked(instance: Path, seconds: float) -> Iterator[None]:
    """The database is locked by another process, for so many seconds at most."""
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(instance / "blog.db"), str(seconds)], stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout and other.stdout.readline() == "locked\n"
        yield
        other.kill()


def test_a_lock_of_three_seconds_is_waited_for_and_a_longer_one_is_told(instance: Path, started_blog: Path) -> None:
    begin(instance, started_blog)
    with served(instance) as server:
        author = Browser(server)
        with locked(instance, 3):
            began = time.monotonic()
            assert write(author, title="Rivers", body="Words.")[0] == 303
            assert time.monotonic() - began > 1  # it did wait
        with locked(instance, 60):
            status, page = write(author, title="Hills", body="All the words.")
            assert status == 503 and "Another process is writing to the database" in told(page)
            assert held(html.document_fromstring(page))["body"] == "All the words."
            for path in ("/", ESSAY, "/posts/rivers/", "/feed.xml", "/search/?q=rivers"):
                began = time.monotonic()
                assert server.get(path)[0] == 200
                assert time.monotonic() - began < 2
        assert write(author, title="Hills", body="All the words.")[0] == 303


# -- damage -------------------------------------------------------------------------------------------------

NOISE = random.Random(1).randbytes(4096)


def hurt(instance: Path, place: str) -> None:
    """Overwrite a part of a database that nobody has open."""
    file = instance / "blog.db"
    with closing(sqlite_driver().connect(file)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        ((root,),) = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'post'")
    with file.open("r+b") as out:
        if place == "half":
            out.truncate(file.stat().st_size // 2)
        else:
            out.seek({"head": 0, "schema": 100, "posts": (root - 1) * 4096}[place])
            out.write(NOISE[: {"head": 100, "schema": 3000, "posts": 4096}[place]])


def weigh_down(instance: Path) -> None:
    """Make a database larger than what `serve` looks through before it begins."""
    with closing(sqlite_driver().connect(instance / "blog.db")) as connection:
        connection.execute(
            "INSERT INTO revision (post_id, saved_at, note, title, summary, body)"
            " SELECT min(id), '2026-01-01 00:00:00.000000', '', '', '', zeroblob(?) FROM post", (CHECK_BYTES,)
        )  # fmt: skip
        connection.commit()


@pytest.mark.parametrize("place", ["head", "schema", "half", "posts"])
def test_a_damaged_database_is_not_served(instance: Path, started_blog: Path, place: str) -> None:
    shutil.copytree(started_blog, instance, dirs_exist_ok=True)
    hurt(instance, place)
    before = (instance / "blog.db").read_bytes()
    for arguments in (["serve", "--port", str(free_port())], ["list"], ["new", "A"]):
        result = run(instance, *arguments)
        assert result.status == 1 and "damaged" in result.err, result
        assert result.err.count("\n") == 1
    assert (found := run(instance, "doctor")).status == 1 and "BAD" in found.out
    assert (instance / "blog.db").read_bytes() == before


def test_damage_that_shows_later_is_one_line_in_the_log(instance: Path, started_blog: Path) -> None:
    begin(instance, started_blog)
    with served(instance) as server:
        author = Browser(server)
        _, form = author.open("GET", "/admin/posts/new/")
        assert server.stop(signal.SIGTERM) == 0
    weigh_down(instance)
    hurt(instance, "posts")
    with served(instance) as server:
        author.server = server
        fields = held(html.document_fromstring(form)) | {"title": "A", "body": "All the words.", "action": "save"}
        status, page = author.open("POST", "/admin/posts/new/", fields)
        assert status == 503 and "The database is damaged. Nothing was changed" in told(page)
        assert held(html.document_fromstring(page))["body"] == "All the words."
        assert server.get(ESSAY)[0] == 503 and server.get("/static/css/reader.css")[0] == 200
        assert "The database is damaged" in sentence(broadsheet(instance, "new", "A"))
        assert "BAD   The database is damaged" in run(instance, "doctor").out
        said = server.output.read_text()
        assert "malformed" in said and "Traceback" not in said


def test_a_log_that_holds_nonsense_costs_nothing(instance: Path, started_blog: Path) -> None:
    shutil.copytree(started_blog, instance, dirs_exist_ok=True)
    before = rows(instance, "SELECT id, title FROM post")
    (instance / "blog.db-wal").write_bytes(NOISE * 10)
    assert run(instance, "new", "Rivers").status == 0
    assert rows(instance, "SELECT id, title FROM post WHERE slug <> 'rivers'") == before
    assert rows(instance, "PRAGMA integrity_check") == [("ok",)]


def test_two_that_upgrade_at_once_both_succeed(instance: Path, started_blog: Path) -> None:
    grow(shutil.copytree(started_blog, instance, dirs_exist_ok=True))
    posts = rows(instance, "SELECT id, title, body FROM post ORDER BY id")
    pair = [begin_command(command_line(instance, "list", module="tests.later_schema")) for _ in range(2)]
    assert [one.wait(60) for one in pair] == [0, 0]
    assert rows(instance, "SELECT version_num FROM schema_version") == [(LATER,)]
    assert len(retention.list_backups(instance / "backups")) == 1  # the other one waited, and found it done
    assert rows(instance, "SELECT id, title, body FROM post ORDER BY id") == posts
    with later_schema():
        assert not faults(instance)


# -- what is missing ----------------------------------------------------------------------------------------


def test_a_blog_without_pictures_or_key_is_read_and_the_doctor_tells(instance: Path, started_blog: Path) -> None:
    shutil.copytree(started_blog, instance, dirs_exist_ok=True)
    shutil.rmtree(instance / "media")
    (instance / "secret_key").unlink()
    found = run(instance, "doctor")
    assert found.status == 1 and "1 picture lacks its files" in found.out and "from a backup" in found.out
    with served(instance) as server:
        assert [server.get(path)[0] for path in ("/", ESSAY, "/feed.xml", "/admin/sign-in/")] == [200] * 4
        ((name,),) = rows(instance, "SELECT name FROM media")
        assert server.get(f"/media/{name}")[0] == 404
        assert server.stop(signal.SIGTERM) == 0
        assert "Traceback" not in server.output.read_text()
    assert len((instance / "secret_key").read_text()) > 32
