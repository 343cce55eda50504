"""serve tells hubs by itself: soon, once, whatever is killed, and never later than its own end."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from blog.commands import messenger
from blog.extensions import db, sqlite_driver
from tests.commands.conftest import ROOT, Start
from tests.hub import Hub, listening
from tests.server import Server, alive, children, held_by, until
from tests.transfer.library import rows
from tests.world import Blog, Result

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


def quiet(instance: Path) -> bool:
    """Whether nothing waits, and nobody is at work."""
    return rows(instance, "SELECT 1 FROM outbox WHERE done_at IS NULL UNION SELECT 1 FROM lease") == []


def publish(command: Command, title: str = "Rivers", *options: str) -> None:
    assert command("new", title, "--publish", *options).status == 0


def test_a_hub_hears_of_a_post_within_seconds(server: Server, command: Command, hub: Hub) -> None:
    publish(command)
    began = time.monotonic()
    until(lambda: len(hub.topics) >= 3, 10, "a ping")
    assert time.monotonic() - began < 6
    assert [topic.rpartition("/")[2] for topic in hub.topics] == ["feed.xml", "atom.xml", "feed.json"]
    assert all(topic.startswith(f"http://127.0.0.1:{server.port}/") for topic in hub.topics)


def test_a_scheduled_post_is_told_of_at_its_time(server: Server, command: Command, hub: Hub) -> None:
    moment = datetime.now(UTC) + timedelta(seconds=4)
    publish(command, "Soon", "--date", moment.isoformat())
    until(lambda: len(hub.topics) >= 3, 15, "a ping")
    assert datetime.now(UTC) >= moment


def test_a_hub_that_is_added_hears_too(server: Server, command: Command, hub: Hub) -> None:
    command("config", "hubs", f"{hub.address} {hub.address}/two")
    publish(command)
    until(lambda: len(hub.heard) >= 6, 10, "pings")
    assert [path for _, path, _, _ in hub.heard] == ["/hub"] * 3 + ["/hub/two"] * 3


def test_two_servers_do_not_say_it_twice(
    server: Server, start: Start, command: Command, hub: Hub, instance: Path
) -> None:
    other = start(workers=1)
    publish(command)
    until(lambda: len(hub.heard) >= 3 and quiet(instance), 15, "a ping")
    publish(command, "Hills")
    until(lambda: len(hub.heard) >= 6 and quiet(instance), 15, "another ping")
    assert len(hub.heard) == 6
    assert other.stop(signal.SIGTERM) == server.stop(signal.SIGTERM) == 0


def test_an_idle_server_writes_nothing(start: Start, hub: Hub, instance: Path) -> None:
    start(workers=1, new=True)
    with_eyes = sqlite_driver().connect(instance / "blog.db")
    waits = "SELECT count(*) FROM outbox WHERE done_at IS NULL UNION ALL SELECT count(*) FROM lease"
    until(lambda: with_eyes.execute(waits).fetchall() == [(0,), (0,)], 20, "the samples' cards")
    before = with_eyes.execute("PRAGMA data_version").fetchone()
    time.sleep(2 * messenger.LOOK_SECONDS + 0.5)
    assert with_eyes.execute("PRAGMA data_version").fetchone() == before
    with_eyes.close()


# -- ends ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("with_signal", [signal.SIGTERM, signal.SIGINT])
def test_it_ends_with_the_server(server: Server, with_signal: int) -> None:
    [pid] = server.messengers()
    began = time.monotonic()
    assert server.stop(with_signal) == 0
    assert time.monotonic() - began < 5
    until(lambda: not alive(pid), 2, "its end")
    assert "Traceback" not in server.output.read_text()


def test_it_ends_when_the_server_is_killed(server: Server) -> None:
    [pid] = server.messengers()
    server.process.kill()
    server.process.wait(10)
    until(lambda: not alive(pid), 2, "its end")


@pytest.mark.parametrize("with_signal", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_a_call_under_way_keeps_nothing_alive(server: Server, command: Command, hub: Hub, with_signal: int) -> None:
    hub.answers = lambda _: time.sleep(3) or (202, {}, b"")  # type: ignore[func-returns-value]
    publish(command)
    until(lambda: hub.heard, 10, "a call")
    [pid] = server.messengers()
    [caller] = children(pid)
    server.stop(with_signal)
    until(lambda: not alive(pid) and not alive(caller), 2, "their end")
    hub.answers = lambda _: (202, {}, b"")


def test_after_a_kill_nothing_is_lost(server: Server, start: Start, command: Command, hub: Hub, instance: Path) -> None:
    hub.answers = lambda _: time.sleep(3) or (202, {}, b"")  # type: ignore[func-returns-value]
    publish(command)
    until(lambda: hub.heard, 10, "a call")
    server.stop(signal.SIGKILL)
    hub.answers = lambda _: (202, {}, b"")
    hub.heard.clear()
    # Who was killed in the middle holds the lease for a minute: as if that had passed.
    connection = sqlite_driver().connect(instance / "blog.db", timeout=10)
    connection.execute("UPDATE lease SET until = '2026-01-01 00:00:00.000000'")
    connection.commit()
    connection.close()
    start(workers=1)
    until(lambda: len(hub.topics) >= 3, 15, "the ping again")


def test_what_came_while_nobody_served_is_told_by_the_next(
    start: Start, server: Server, command: Command, hub: Hub
) -> None:
    server.stop(signal.SIGTERM)
    publish(command)
    start(workers=1)
    until(lambda: len(hub.topics) >= 3, 15, "a ping")


def test_a_messenger_that_dies_is_followed_by_another(server: Server, command: Command, hub: Hub) -> None:
    [pid] = server.messengers()
    os.kill(pid, signal.SIGKILL)
    until(lambda: server.messengers() and server.messengers() != [pid], 10, "another")
    publish(command)
    until(lambda: len(hub.topics) >= 3, 10, "a ping")
    assert server.stop(signal.SIGTERM) == 0


def test_a_caller_that_dies_is_followed_by_another(server: Server, command: Command, hub: Hub, instance: Path) -> None:
    hub.answers = lambda _: time.sleep(3) or (202, {}, b"")  # type: ignore[func-returns-value]
    publish(command)
    until(lambda: hub.heard, 10, "a call")
    [pid] = server.messengers()
    os.kill(children(pid)[0], signal.SIGKILL)
    hub.answers = lambda _: (202, {}, b"")
    hub.heard.clear()
    connection = sqlite_driver().connect(instance / "blog.db", timeout=10)
    connection.execute("DELETE FROM lease")
    connection.commit()
    connection.close()
    until(lambda: len(hub.topics) >= 3, 15, "the ping again")
    assert server.messengers() == [pid]
    assert server.stop(signal.SIGTERM) == 0


def test_a_locked_database_is_waited_for(server: Server, command: Command, hub: Hub, instance: Path) -> None:
    publish(command)
    connection = sqlite_driver().connect(instance / "blog.db", isolation_level=None, timeout=10)
    connection.execute("BEGIN IMMEDIATE")
    until(lambda: "Calls to other servers wait." in server.output.read_text(), 20, "a line")
    connection.close()
    until(lambda: len(hub.topics) >= 3, 20, "a ping")
    assert server.output.read_text().count("Calls to other servers wait.") <= 2
    assert "Traceback" not in server.output.read_text()


LOADED = """
import sys
from blog import config
from blog.commands import opened, workers

with opened(config.load(sys.argv[1])) as app:
    workers._warm(app)
print(sorted({"httpx", "httpcore", "blog.outbound"} & set(sys.modules)))
"""


def test_no_server_process_holds_the_http_client(blog: Blog) -> None:
    blog.make_post()
    loaded = [sys.executable, "-c", LOADED, str(blog.instance)]
    assert subprocess.run(loaded, cwd=ROOT, capture_output=True, text=True, check=True).stdout == "[]\n"


def test_no_connection_to_the_database_passes_a_fork(
    server: Server, command: Command, hub: Hub, instance: Path
) -> None:
    def held(pid: int) -> bool:
        return any(file.startswith(f"{instance}/blog.db") for file in held_by(pid))

    [pid] = server.messengers()
    until(lambda: held(pid), 10, "a look")
    hub.answers = lambda _: time.sleep(3) or (202, {}, b"")  # type: ignore[func-returns-value]
    publish(command)
    until(lambda: hub.heard, 10, "a call")
    assert not held(pid)
    hub.answers = lambda _: (202, {}, b"")


# -- the agenda ---------------------------------------------------------------------------------------------


def test_the_agenda_tells_once_that_the_database_does_not_answer(
    blog: Blog, command: Command, caplog: pytest.LogCaptureFixture
) -> None:
    agenda = messenger.Agenda(blog.instance / "nothing.db")
    assert not any(agenda.due() for _ in range(3))
    assert len(caplog.records) == 1
    (blog.instance / "nothing.db").write_bytes(b"not a database " * 1000)
    assert not any(agenda.due() for _ in range(3))
    assert "The outbox cannot be read. The database is damaged." in caplog.records[1].getMessage()
    assert len(caplog.records) == 2


def test_a_database_that_does_not_answer_is_one_line(blog: Blog, caplog: pytest.LogCaptureFixture) -> None:
    db.session.rollback()
    db.engine.dispose()
    for file in blog.instance.glob("blog.db*"):
        file.unlink()
    (blog.instance / "blog.db").write_bytes(b"not a database " * 1000)
    messenger._run(blog.app.extensions["settings"], blog.app)
    [record] = caplog.records
    assert record.getMessage().startswith("Calls to other servers wait. The database is damaged.")


def test_the_agenda_sees_what_others_write(blog: Blog, command: Command) -> None:
    agenda = messenger.Agenda(blog.instance / "blog.db")
    assert not agenda.due()
    command("config", "hubs", "https://hub.example/")
    command("new", "Later", "--publish", "--date", "2999-01-01")
    assert not agenda.due()
    command("new", "Now", "--publish")
    assert agenda.due() and agenda.due()
    command("config", "hubs", "")
    command("tick")
    assert not agenda.due()
    agenda.close()
