"""A disk that is full, and one that can only be read: reading goes on, writing is refused in a sentence."""

import resource
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from lxml import html

from tests.admin.writing import held
from tests.commands.test_uploads import Browser
from tests.faults.disks import Disk, disk
from tests.faults.living import NEW, begin, broadsheet, kill, sentence, served, told, write
from tests.live_server import Server
from tests.transfer.library import files, rows
from tests.world import picture

pytestmark = pytest.mark.slow
PAGES = ("/", "/posts/diplomatic-relations/", "/feed.xml", "/search/?q=reading", "/tags/", "/admin/sign-in/")
LONG = "A long text of many words. " * 15_000


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Disk]:
    with disk(tmp_path / "disk") as mounted:
        yield mounted


def read(server: Server) -> dict[str, int]:
    return {path: server.get(path)[0] for path in PAGES}


def test_a_full_disk_refuses_in_a_sentence_and_works_again_once_there_is_room(small: Disk, started_blog: Path) -> None:
    instance = small.folder / "instance"
    begin(instance, started_blog)
    with served(instance) as server:
        author = Browser(server)
        small.fill()
        before, pictures = rows(instance, "SELECT id, title FROM post"), files(instance / "media")
        status, page = write(author, title="Rivers", body=LONG)
        assert status in (503, 507) and "The disk is full. Nothing was changed" in told(page)
        assert held(html.document_fromstring(page))["body"] == LONG
        assert author.upload(picture(900, 600, "JPEG")) == 507
        assert "The disk is full" in sentence(broadsheet(instance, "new", "Hills", "--file", "-", stdin=LONG))
        assert read(server) == dict.fromkeys(PAGES, 200)
        assert rows(instance, "SELECT id, title FROM post") == before
        assert files(instance / "media") == pictures

        small.make_room()
        author.open("GET", NEW)
        status, _ = author.open("POST", NEW, held(html.document_fromstring(page)) | {"action": "publish"})
        assert status == 303 and server.get("/posts/rivers/")[0] == 200
        assert author.upload(picture(900, 600, "JPEG")) == 303
        assert broadsheet(instance, "new", "Hills", "--file", "-", stdin=LONG).status == 0
        assert server.stop(signal.SIGTERM) == 0
    assert rows(instance, "PRAGMA integrity_check") == [("ok",)]
    assert not [name for name in files(instance) if "/." in name]


def let_files_grow(server: Server, most: int) -> None:
    """Let the files that a server writes have so many bytes at most: what anybody may do, unlike to mount a disk."""
    for pid in (server.process.pid, *server.children()):
        _, hard = resource.prlimit(pid, resource.RLIMIT_FSIZE)
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (most, hard))


@pytest.mark.skipif(not hasattr(resource, "prlimit"), reason="only Linux limits processes that run already")
def test_files_that_may_not_grow_are_like_a_full_disk(instance: Path, started_blog: Path) -> None:
    begin(instance, started_blog)
    with served(instance) as server:
        author = Browser(server)
        let_files_grow(server, 1)
        before, pictures = rows(instance, "SELECT id, title FROM post"), files(instance / "media")
        _, form = author.open("GET", NEW)
        fields = held(html.document_fromstring(form)) | {"title": "Rivers", "body": LONG, "action": "publish"}
        status, page = author.open("POST", NEW, fields)
        assert status in (503, 507) and "Nothing was changed" in told(page)
        assert held(html.document_fromstring(page))["body"] == LONG
        assert author.upload(picture(900, 600, "JPEG")) in (503, 507)
        assert read(server) == dict.fromkeys(PAGES, 200)
        assert rows(instance, "SELECT id, title FROM post") == before and files(instance / "media") == pictures

        let_files_grow(server, resource.RLIM_INFINITY)
        status, _ = author.open("POST", NEW, held(html.document_fromstring(page)) | {"action": "publish"})
        assert status == 303 and server.get("/posts/rivers/")[0] == 200
        assert author.upload(picture(900, 600, "JPEG")) == 303
        assert server.stop(signal.SIGTERM) == 0
    assert rows(instance, "PRAGMA integrity_check") == [("ok",)]


@pytest.mark.parametrize("ended", ["cleanly", "by kill -9"])
def test_a_blog_on_a_disk_that_can_only_be_read_is_read(small: Disk, started_blog: Path, ended: str) -> None:
    instance = small.folder / "instance"
    begin(instance, started_blog)
    with served(instance) as server:
        author = Browser(server)
        assert write(author, title="Rivers", body="Words.")[0] == 303
        assert server.stop(signal.SIGTERM) == 0 if ended == "cleanly" else kill(server) is None
    assert ((instance / "blog.db-wal").exists() and (instance / "blog.db-wal").stat().st_size > 0) == (
        ended == "by kill -9"
    )
    small.read_only()
    before = files(instance)
    with served(instance) as server:
        author.server = server
        assert "Its disk can only be read" in server.output.read_text()
        assert read(server) | {"/posts/rivers/": server.get("/posts/rivers/")[0]} == dict.fromkeys(
            (*PAGES, "/posts/rivers/"), 200
        )
        status, page = write(author, title="Hills", body="All the words.")
        assert status == 503 and "The database can only be read here" in told(page)
        assert held(html.document_fromstring(page))["body"] == "All the words."
        assert author.upload(picture()) == 503
        assert "only be read" in sentence(broadsheet(instance, "new", "Hills"))
        assert "Rivers" in broadsheet(instance, "list").out
        assert server.stop(signal.SIGTERM) == 0
    assert files(instance) == before
