"""serve tells hubs by itself: soon, once, whatever is killed, and never later than its own end."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from blog.extensions import db, sqlite_driver
from blog.server import background
from tests.hub import Hub, listening
from tests.live_server import ROOT, Server, Start, alive, children, held_by, starting, until
from tests.transfer.library import rows
from tests.world import Blog, Result, run

pytestmark = pytest.mark.slow
Command = Callable[..., Result]


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    """A hub that servers may reach."""
    with listening() as hub:
        monkeypatch.setenv("BLOG_OUTBOUND_ALLOW", hub.place)
        yield hub


@pytest.fixture
def server(start: Start, command: Command, hub: Hub) -> Server:
    """A server, its hub named once the samples are there: these are told to nobody."""
    server = start(workers=1)
    assert command("config", "hubs", hub.address).status == 0
    return server


@pytest.fixture(scope="module")
def listener() -> Iterator[Hub]:
    """A hub for all tests of this file that leave the server alive."""
    with listening() as hub, pytest.MonkeyPatch.context() as patch:
        patch.setenv("BLOG_OUTBOUND_ALLOW", hub.place)
        yield hub


@dataclass
class Told:
    """A server that others have published on, its hub, which has forgotten that, and its commands."""

    server: Server
    hub: Hub

    def command(self, *arguments: str) -> Result:
        return run(self.server.instance, *arguments)


@pytest.fixture
def told(listener: Hub, lasting: Start) -> Iterator[Told]:
    """A server that goes on after the test, and its hub; nobody is at work before, nor afterwards."""
    told = Told(lasting(workers=1), listener)
    assert told.command("config", "hubs", listener.address).status == 0
    listener.heard.clear()
    yield told
    listener.answers = lambda _: (202, {}, b"")
    until(lambda: quiet(told.server.instance), 20, "an end of all work")


def quiet(instance: Path) -> bool:
    """Whether nothing waits, and nobody is at work."""
    return rows(instance, "SELECT 1 FROM outbox WHERE done_at IS NULL UNION SELECT 1 FROM lease") == []


def slowly(_: int) -> tuple[int, dict[str, str], bytes]:
    """An answer that takes its time."""
    time.sleep(3)
    return 202, {}, b""


def publish(command: Command, title: str = "Rivers", *options: str) -> None:
    assert command("new", title, "--publish", *options).status == 0


def test_a_hub_hears_of_a_post_within_seconds(told: Told) -> None:
    publish(told.command)
    began = time.monotonic()
    until(lambda: len(told.hub.topics) >= 3, 10, "a ping")
    assert time.monotonic() - began < 6
    assert [topic.rpartition("/")[2] for topic in told.hub.topics] == ["feed.xml", "atom.xml", "feed.json"]
    assert all(topic.startswith(f"http://127.0.0.1:{told.server.port}/") for topic in told.hub.topics)


def test_a_scheduled_post_is_told_of_at_its_time(told: Told) -> None:
    moment = datetime.now(UTC) + timedelta(seconds=4)
    publish(told.command, "Soon", "--date", moment.isoformat())
    until(lambda: len(told.hub.topics) >= 3, 15, "a ping")
    assert datetime.now(UTC) >= moment


def test_a_hub_that_is_added_hears_too(told: Told) -> None:
    told.command("config", "hubs", f"{told.hub.address} {told.hub.address}/two")
    publish(told.command)
    until(lambda: len(told.hub.heard) >= 6, 10, "pings")
    assert [path for _, path, _, _ in told.hub.heard] == ["/hub"] * 3 + ["/hub/two"] * 3


def test_two_servers_do_not_say_it_twice(told: Told, tmp_path: Path, started_blog: Path) -> None:
    instance = told.server.instance
    with starting(instance, tmp_path, started_blog) as start:
        other = start(workers=1)
        publish(told.command)
        until(lambda: len(told.hub.heard) >= 3 and quiet(instance), 15, "a ping")
        publish(told.command, "Hills")
        until(lambda: len(told.hub.heard) >= 6 and quiet(instance), 15, "another ping")
        assert len(told.hub.heard) == 6
        assert other.stop(signal.SIGTERM) == 0


def test_an_idle_server_writes_nothing(told: Told) -> None:
    publish(told.command)
    until(lambda: told.hub.heard and quiet(told.server.instance), 20, "an end of all work")
    with closing(sqlite_driver().connect(told.server.instance / "blog.db")) as with_eyes:
        before = with_eyes.execute("PRAGMA data_version").fetchone()
        time.sleep(2 * background.POLL_SECONDS + 0.5)
        assert with_eyes.execute("PRAGMA data_version").fetchone() == before


# -- ends ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("with_signal", [signal.SIGTERM, signal.SIGINT])
def test_a_call_under_way_keeps_nothing_alive(server: Server, command: Command, hub: Hub, with_signal: int) -> None:
    hub.answers = slowly
    publish(command)
    until(lambda: hub.heard, 10, "a call")
    [pid] = server.background_pids()
    [caller] = children(pid)
    server.stop(with_signal)
    until(lambda: not alive(pid) and not alive(caller), 2, "their end")
    hub.answers = lambda _: (202, {}, b"")


def test_a_kill_loses_nothing_and_leaves_nothing(
    server: Server, start: Start, command: Command, hub: Hub, instance: Path
) -> None:
    hub.answers = slowly
    publish(command)
    until(lambda: hub.heard, 10, "a call")
    [pid] = server.background_pids()
    [caller] = children(pid)
    server.stop(signal.SIGKILL)
    until(lambda: not alive(pid) and not alive(caller), 2, "their end")
    hub.answers = lambda _: (202, {}, b"")
    hub.heard.clear()
    # Who was killed in the middle holds the lease for a minute: as if that had passed.
    release(instance)
    start(workers=1)
    until(lambda: len(hub.topics) >= 3, 15, "the ping again")


def release(instance: Path) -> None:
    """Let go of the lease, as a minute would."""
    with closing(sqlite_driver().connect(instance / "blog.db", timeout=10)) as connection:
        connection.execute("UPDATE lease SET until = '2026-01-01 00:00:00.000000'")
        connection.commit()


def test_what_came_while_nobody_served_is_told_by_the_next(
    start: Start, command: Command, hub: Hub, instance: Path, started_blog: Path
) -> None:
    shutil.copytree(started_blog, instance, dirs_exist_ok=True)
    assert command("config", "hubs", hub.address).status == 0
    publish(command)
    start(workers=1)
    until(lambda: len(hub.topics) >= 3, 15, "a ping")


def test_a_messenger_that_dies_is_followed_by_another(told: Told) -> None:
    [pid] = told.server.background_pids()
    os.kill(pid, signal.SIGKILL)
    until(lambda: told.server.background_pids() and told.server.background_pids() != [pid], 10, "another")
    publish(told.command)
    until(lambda: len(told.hub.topics) >= 3, 10, "a ping")


def test_a_caller_that_dies_is_followed_by_another(told: Told) -> None:
    told.hub.answers = slowly
    publish(told.command)
    until(lambda: told.hub.heard, 10, "a call")
    [pid] = told.server.background_pids()
    os.kill(children(pid)[0], signal.SIGKILL)
    told.hub.answers = lambda _: (202, {}, b"")
    told.hub.heard.clear()
    release(told.server.instance)
    until(lambda: len(told.hub.topics) >= 3, 15, "the ping again")
    assert told.server.background_pids() == [pid]


def test_a_locked_database_is_waited_for(told: Told) -> None:
    def lines() -> int:
        return told.server.output.read_text().count("Calls to other servers wait.")

    before = lines()
    publish(told.command)
    with closing(sqlite_driver().connect(told.server.instance / "blog.db", isolation_level=None, timeout=10)) as locked:
        locked.execute("BEGIN IMMEDIATE")
        until(lambda: lines() > before, 20, "a line")
    until(lambda: len(told.hub.topics) >= 3, 20, "a ping")
    assert lines() <= before + 2
    assert "Traceback" not in told.server.output.read_text()


LOADED = """
import sys
from blog import config
from blog.commands import open_app
from blog.server import workers

with open_app(config.load(sys.argv[1])) as app:
    workers._warm(app)
print(sorted({"httpx", "httpcore", "blog.outbound"} & set(sys.modules)))
"""


def test_no_server_process_holds_the_http_client(blog: Blog) -> None:
    blog.make_post()
    loaded = [sys.executable, "-c", LOADED, str(blog.instance)]
    assert subprocess.run(loaded, cwd=ROOT, capture_output=True, text=True, check=True).stdout == "[]\n"


def test_no_connection_to_the_database_passes_a_fork(told: Told) -> None:
    def held(pid: int) -> bool:
        return any(file.startswith(f"{told.server.instance}/blog.db") for file in held_by(pid))

    [pid] = told.server.background_pids()
    until(lambda: held(pid), 10, "a look")
    told.hub.answers = slowly
    publish(told.command)
    until(lambda: told.hub.heard, 10, "a call")
    assert not held(pid)


# -- the watcher --------------------------------------------------------------------------------------------


def test_the_watcher_tells_once_that_the_database_does_not_answer(
    blog: Blog, command: Command, caplog: pytest.LogCaptureFixture
) -> None:
    watcher = background.OutboxWatcher(blog.instance / "nothing.db")
    assert not any(watcher.due() for _ in range(3))
    assert len(caplog.records) == 1
    (blog.instance / "nothing.db").write_bytes(b"not a database " * 1000)
    assert not any(watcher.due() for _ in range(3))
    assert "The outbox cannot be read. The database is damaged." in caplog.records[1].getMessage()
    assert len(caplog.records) == 2


def test_a_database_that_does_not_answer_is_one_line(blog: Blog, caplog: pytest.LogCaptureFixture) -> None:
    db.session.rollback()
    db.engine.dispose()
    for file in blog.instance.glob("blog.db*"):
        file.unlink()
    (blog.instance / "blog.db").write_bytes(b"not a database " * 1000)
    background._run_outbox(blog.app.extensions["settings"], blog.app)
    [record] = caplog.records
    assert record.getMessage().startswith("Calls to other servers wait. The database is damaged.")


def test_the_watcher_sees_what_others_write(blog: Blog, command: Command) -> None:
    watcher = background.OutboxWatcher(blog.instance / "blog.db")
    assert not watcher.due()
    command("config", "hubs", "https://hub.example/")
    command("new", "Later", "--publish", "--date", "2999-01-01")
    assert not watcher.due()
    command("new", "Now", "--publish")
    assert watcher.due() and watcher.due()
    command("config", "hubs", "")
    command("tick")
    assert not watcher.due()
    watcher.close()
