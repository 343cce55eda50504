"""tick: the calls that are due are made once, and told."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from blog.core import outbox
from blog.core.db import leases
from blog.extensions import sqlite_driver
from tests.hub import Hub, listening
from tests.transfer.library import rows
from tests.world import SITE_URL, Blog, Result

Command = Callable[..., Result]


@pytest.fixture
def hub(command: Command) -> Iterator[Hub]:
    """The hub of a new blog."""
    with listening() as hub:
        assert command("config", "hubs", hub.address).status == 0
        yield hub


@pytest.fixture
def tick(command: Command, hub: Hub) -> Command:
    """Runs `tick` where the hub may be reached."""
    return lambda *options: command("tick", *options, env={"BLOG_OUTBOUND_ALLOW": hub.place})


def test_it_makes_the_calls_that_are_due(command: Command, tick: Command, hub: Hub) -> None:
    command("new", "Rivers", "--publish")
    answer = tick()
    assert (answer.status, answer.out, answer.err) == (0, "Calls made: 3. Cards drawn: 1.\n", "")
    assert hub.topics == [f"{SITE_URL}/{file}" for file in ("feed.xml", "atom.xml", "feed.json")]


def test_with_nothing_due_it_says_so(tick: Command, hub: Hub) -> None:
    assert (tick().out, hub.heard) == ("Nothing was due.\n", [])


def test_what_waits_for_its_time_is_told(command: Command, tick: Command, hub: Hub) -> None:
    command("new", "Rivers", "--publish", "--date", "2999-01-01")
    assert (tick().out, hub.heard) == ("Nothing was due. Errands waiting: 2.\n", [])


def test_what_failed_is_told_with_its_next_try_and_is_no_failure_of_tick(
    command: Command, tick: Command, hub: Hub
) -> None:
    command("new", "Rivers", "--publish")
    hub.fails(500, b"Out of order")
    answer = tick()
    assert (answer.status, answer.err) == (0, "")
    assert answer.out.startswith(f"{hub.address} (all) failed. It answered 500: Out of order. Next try: 20")
    assert answer.out.endswith(" UTC.\nCalls made: 1. Cards drawn: 1. Errands waiting: 1.\n")


def test_what_is_given_up_is_told(command: Command, tick: Command, hub: Hub, instance: Path) -> None:
    command("new", "Rivers", "--publish")
    change(instance, f"UPDATE outbox SET attempts = {outbox.MAX_ATTEMPTS - 1}")
    hub.fails(410)
    assert tick().out == f"{hub.address} (all) failed. It answered 410. Given up.\nCalls made: 1. Cards drawn: 1.\n"


def test_programs_get_the_same(command: Command, tick: Command, hub: Hub) -> None:
    command("new", "Rivers", "--publish")
    hub.fails(500)
    data = tick("--json").data
    [failure] = data.pop("failed")
    assert data == {"calls": 1, "cards": 1, "waiting": 1, "busy": False, "pictures_removed": 0, "backup": None}
    assert (failure["target"], failure["about"], failure["answer"]) == (hub.address, "all", "It answered 500.")


def test_another_process_at_work_is_left_alone(blog: Blog, command: Command, tick: Command, hub: Hub) -> None:
    blog.make_post()
    leases.acquire(outbox.LEASE, "other")
    answer = tick()
    assert (answer.status, hub.heard) == (0, [])
    assert answer.out == "Another process is at work on the errands; none was done here.\n"


def test_a_locked_database_is_one_sentence(command: Command, tick: Command, instance: Path, hub: Hub) -> None:
    command("new", "Rivers", "--publish")
    connection = sqlite_driver().connect(instance / "blog.db", isolation_level=None)
    connection.execute("BEGIN IMMEDIATE")
    try:
        answer = tick()
    finally:
        connection.close()
    assert (answer.status, answer.out, hub.heard) == (1, "", [])
    assert answer.err.startswith("Another process is writing to the database.") and answer.err.count("\n") == 1
    assert rows(instance, "SELECT attempts FROM outbox") == [(0,), (0,)]


def test_without_a_blog_there_is_nothing_to_do(command: Command, instance: Path) -> None:
    (instance / "media").mkdir()
    answer = command("tick")
    assert answer.status == 1 and "blog.db is missing" in answer.err


@pytest.mark.parametrize(
    ("given", "kept"),
    [("hub.lan", ("hub.lan",)), ("Hub.LAN:8080, [::1]:81  b.lan", ("hub.lan:8080", "[::1]:81", "b.lan"))],
)
def test_hosts_that_may_be_called_are_a_setting(command: Command, hub: Hub, given: str, kept: tuple[str, ...]) -> None:
    answer = command("config", "outbound_allow", "--json", env={"BLOG_OUTBOUND_ALLOW": given})
    assert answer.data["value"] == list(kept)
    assert command("config", "outbound_allow", env={"BLOG_OUTBOUND_ALLOW": given}).out == ", ".join(kept) + "\n"
    assert "outbound_allow  –\n" in command("config").out


@pytest.mark.parametrize(
    "given", ["http://hub.lan", "hub.lan/path", "ana@hub.lan", "hub.lan:x", "hub.lan:99999", "hub.lan:", "a b:0x", ","]
)
def test_nonsense_for_it_is_refused(command: Command, given: str) -> None:
    answer = command("config", env={"BLOG_OUTBOUND_ALLOW": given})
    assert answer.status == 1
    assert "it must name hosts like hub.lan or hub.lan:8080, separated by commas." in answer.err


# -- doctor -------------------------------------------------------------------------------------------------


def findings(command: Command) -> list[tuple[str, str, str]]:
    """What doctor says of hubs."""
    found = command("doctor", "--json").data["findings"]
    return [(one["level"], one["what"], one["remedy"]) for one in found if one["what"].startswith("The hub")]


def test_doctor_says_how_it_stands_with_each_hub(command: Command, tick: Command, hub: Hub) -> None:
    assert findings(command) == [("good", f"The hub {hub.address} was told of nothing yet.", "")]
    command("new", "Rivers", "--publish")
    [(level, what, _)] = findings(command)
    assert (level, what) == ("good", f"The hub {hub.address} was told of nothing yet. Errands waiting: 1.")
    tick()
    [(level, what, _)] = findings(command)
    assert level == "good" and what.startswith(f"The hub {hub.address} was told of feeds last on 20")


def test_doctor_says_when_a_hub_fails_and_when_it_is_given_up(
    command: Command, tick: Command, hub: Hub, instance: Path
) -> None:
    command("new", "Rivers", "--publish", "--tag", "Water")
    hub.fails(500)
    tick()
    [(level, what, remedy)] = findings(command)
    assert (level, remedy[:22]) == ("note", "The next attempt is at")
    assert what == f"The hub {hub.address} failed at attempt 1 of 12: It answered 500. Errands waiting: 2."
    change(instance, f"UPDATE outbox SET attempts = {outbox.MAX_ATTEMPTS - 1}, retry_at = NULL")
    tick()
    [(level, what, remedy)] = findings(command)
    assert what == f"The hub {hub.address} was given up after attempt 12: It answered 500."
    assert level == "note" and "`broadsheet config hubs`" in remedy
    assert command("doctor").status == 0
    hub.fails(202)
    command("edit", "rivers", "--title", "Streams")
    tick()
    assert findings(command)[0][0] == "good"


def test_a_success_elsewhere_does_not_hide_a_failure(command: Command, tick: Command, hub: Hub) -> None:
    command("new", "Rivers", "--publish", "--tag", "Water")
    hub.answers = lambda call: (400, {}, b"") if call == 1 else (202, {}, b"")
    tick()
    assert "failed at attempt 1" in findings(command)[0][1]


def change(instance: Path, statement: str) -> None:
    """Run a statement on the database as another program would."""
    connection = sqlite_driver().connect(instance / "blog.db")
    connection.execute(statement)
    connection.commit()
    connection.close()
