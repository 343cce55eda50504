"""The outbox: each item is run, tried again, given up or forgotten, by one process at a time."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select, text, update

from blog import clock
from blog.core import outbox
from blog.core.db import leases
from blog.core.db.transaction import write_transaction
from blog.core.outbox import DueJob, Handler, HandlerError, OutboxReport
from blog.extensions import db, sqlite_driver
from blog.models import Lease, OutboxItem

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
A, B = "https://a.example/", "https://b.example/"
Clock = Callable[[datetime], None]

pytestmark = pytest.mark.usefixtures("app")


@pytest.fixture(autouse=True)
def _now(at: Clock) -> None:
    at(NOW)


class Post:
    """A handler: notes each call, and fails where it is told to."""

    def __init__(self) -> None:
        self.made: list[tuple[str, str]] = []
        self.failing: dict[str, HandlerError] = {}
        self.meanwhile: Callable[[], object] = lambda: None

    def call(self, target: str, about: str) -> None:
        session = db.session()
        assert not session.in_transaction() and session.reader is None  # type: ignore[attr-defined]
        self.made.append((target, about))
        self.meanwhile()
        if target in self.failing:
            raise self.failing[target]

    def run(self, calls: Callable[[str], list[str]] = lambda about: [about]) -> OutboxReport:
        """Carry out what is due."""
        return outbox.run({"websub": Handler(calls, self.call)})


@pytest.fixture
def post() -> Post:
    return Post()


def put(about: str = "all", target: str = A, **fields: object) -> int:
    """An item that waits."""
    with write_transaction() as session:
        item = OutboxItem(**{"kind": "websub", "target": target, "about": about, "not_before": NOW, **fields})
        session.add(item)
        session.flush()
        return item.id


def found(number: int) -> OutboxItem:
    """The item as the database has it."""
    db.session.rollback()
    db.session.expire_all()
    return db.session.scalars(select(OutboxItem).where(OutboxItem.id == number)).one()


def left() -> list[str]:
    db.session.rollback()
    return list(db.session.scalars(select(OutboxItem.about).order_by(OutboxItem.id)))


def written() -> int:
    """How many rows were written so far."""
    db.session.rollback()
    return int(db.session.execute(text("SELECT total_changes()")).scalar_one())


# -- carrying out -------------------------------------------------------------------------------------------


def test_what_is_due_is_carried_out_and_ended(post: Post) -> None:
    number = put("tag:3")
    report = post.run(lambda about: [f"{about}/1", f"{about}/2"])
    assert post.made == [(A, "tag:3/1"), (A, "tag:3/2")]
    assert (report.calls, report.failed, report.waiting, report.busy) == (2, [], 0, False)
    assert (found(number).done_at, found(number).tried_at, found(number).answer) == (NOW, NOW, "")


def test_what_is_not_due_waits(post: Post) -> None:
    put("later", not_before=NOW + timedelta(seconds=1))
    put("again", retry_at=NOW + timedelta(seconds=1))
    put("ended", done_at=NOW)
    put("other", kind="webmention")
    assert (post.run().calls, post.made) == (0, [])
    assert post.run().waiting == 2  # of what is carried here


def test_it_is_carried_out_at_its_time(post: Post, at: Clock) -> None:
    put(not_before=NOW + timedelta(days=1))
    at(NOW + timedelta(days=1))
    assert post.run().calls == 1


def test_with_nothing_due_nothing_is_written(post: Post) -> None:
    put("later", not_before=NOW + timedelta(days=1))
    before = written()
    post.run()
    assert written() == before
    assert db.session.scalars(select(Lease)).all() == []


def test_items_about_the_same_are_one(post: Post) -> None:
    numbers = [put(), put(not_before=NOW - timedelta(days=1))]
    assert post.run().calls == 1
    assert all(found(number).done_at for number in numbers)


def test_what_has_nothing_to_say_is_ended(post: Post) -> None:
    number = put("tag:9")
    assert post.run(lambda _: []).calls == 0
    assert found(number).done_at == NOW


def test_what_is_asked_for_meanwhile_goes_on_waiting(post: Post) -> None:
    number = put()

    def again() -> None:
        with write_transaction() as session:
            session.execute(update(OutboxItem).values(changes=OutboxItem.changes + 1, attempts=0))

    post.meanwhile = again
    assert post.run().waiting == 1
    post.meanwhile = lambda: None
    post.failing[A] = HandlerError("No.")
    assert found(number).done_at is None
    assert post.run().waiting == 1 and found(number).attempts == 1


def test_what_is_asked_for_while_it_fails_begins_anew(post: Post) -> None:
    number = put(attempts=5)
    post.failing[A] = HandlerError("No.")
    post.meanwhile = lambda: _ask_again(number)
    post.run()
    assert (found(number).attempts, found(number).retry_at) == (0, None)


def _ask_again(number: int) -> None:
    with write_transaction() as session:
        changed = {"changes": OutboxItem.changes + 1, "attempts": 0, "retry_at": None}
        session.execute(update(OutboxItem).where(OutboxItem.id == number).values(changed))


# -- failing ------------------------------------------------------------------------------------------------


def test_a_failure_is_tried_again_ever_later_and_given_up_in_the_end(post: Post, at: Clock) -> None:
    number, now, waits = put(), NOW, []
    post.failing[A] = HandlerError("It answered 500.")
    for _ in range(outbox.MAX_ATTEMPTS):
        at(now)
        [failure] = post.run().failed
        assert (failure.target, failure.about, failure.answer) == (A, "all", "It answered 500.")
        assert found(number).retry_at == failure.retry_at
        if failure.retry_at:
            waits.append((failure.retry_at - now).total_seconds() / 60)
            now = failure.retry_at
    assert waits == [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024]
    assert (found(number).attempts, found(number).done_at, found(number).answer) == (12, now, "It answered 500.")
    at(now + timedelta(days=30))
    assert post.run().calls == 0


def test_a_failure_waits_as_long_as_it_is_asked_to_but_not_for_ever(post: Post) -> None:
    for wait, told in ((timedelta(hours=2), 2), (timedelta(days=9), 24), (timedelta(seconds=-5), 1 / 60)):
        number = put()
        post.failing[A] = HandlerError("Later.", retry_after=wait)
        post.run()
        assert found(number).retry_at == NOW + timedelta(hours=told)
        outbox.mark_done(DueJob("websub", A, "all", 1, ((number, 1),)))


def test_a_success_forgets_the_failures(post: Post, at: Clock) -> None:
    number = put()
    post.failing[A] = HandlerError("No.")
    post.run()
    post.failing.clear()
    at(NOW + timedelta(minutes=1))
    post.run()
    assert (found(number).answer, found(number).done_at) == ("", NOW + timedelta(minutes=1))


def test_nobody_there_is_asked_once_a_run_and_keeps_nobody_waiting(post: Post) -> None:
    numbers = [put(about) for about in ("all", "tag:1", "tag:2")]
    put("all", B)
    post.failing[A] = HandlerError("Nobody there.", target_down=True)
    report = post.run()
    assert post.made == [(A, "all"), (B, "all")]
    assert (report.calls, len(report.failed), report.waiting) == (2, 3, 3)
    assert {found(number).retry_at for number in numbers} == {NOW + timedelta(minutes=1)}


def test_a_failure_about_one_thing_keeps_the_others_going(post: Post) -> None:
    put("all"), put("tag:1")
    post.failing[A] = HandlerError("It answered 400.")
    assert post.run().calls == 2


def test_a_mistake_of_ours_gives_the_lease_back(post: Post) -> None:
    put()

    def mistaken(_: str) -> list[str]:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        post.run(mistaken)
    assert post.run().calls == 1


# -- one process at a time ----------------------------------------------------------------------------------


def test_another_process_at_work_is_left_alone(post: Post, at: Clock) -> None:
    put()
    assert leases.acquire(outbox.LEASE, "other")
    assert post.run().busy and post.made == []
    at(NOW + leases.DURATION)
    assert post.run().calls == 1


def test_it_stops_when_another_process_took_over(post: Post, at: Clock) -> None:
    put("all"), put("tag:1")

    def slept() -> None:
        at(NOW + timedelta(hours=1))
        assert leases.acquire(outbox.LEASE, "other")

    post.meanwhile = slept
    report = post.run()
    assert (report.calls, report.waiting) == (1, 1)
    assert db.session.scalars(select(Lease.holder)).all() == ["other"]


def test_after_a_run_the_lease_is_free(post: Post) -> None:
    put()
    post.run()
    assert leases.acquire(outbox.LEASE, "other")


def test_a_lease_is_held_by_one_until_it_runs_out(at: Clock) -> None:
    assert leases.acquire("x", "one") and leases.acquire("y", "two")
    at(NOW + leases.DURATION / 2)
    assert leases.acquire("x", "one")
    at(NOW + leases.DURATION)
    assert not leases.acquire("x", "two")
    leases.release("x", "two")
    assert not leases.acquire("x", "two")
    leases.release("x", "one")
    assert leases.acquire("x", "two")


def test_a_lease_taken_with_a_wrong_clock_ends(at: Clock) -> None:
    at(NOW + timedelta(days=365))
    assert leases.acquire("x", "one")
    at(NOW)
    assert leases.acquire("x", "two")


def test_one_that_is_renewed_while_another_process_waits_for_the_database_is_kept(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert leases.acquire("x", "one")
    later = NOW + timedelta(seconds=2)
    renewed = {"until": (later + leases.DURATION).strftime("%Y-%m-%d %H:%M:%S.%f")}
    holder = sqlite_driver().connect(app.extensions["settings"].database_file, timeout=0)

    def now() -> datetime:
        """Before the other process has its turn the holder renews; once it has, nobody else can write."""
        try:
            holder.execute("UPDATE lease SET until = :until", renewed)
            holder.commit()
        except sqlite_driver().OperationalError:
            return later
        return NOW

    monkeypatch.setattr(clock, "now", now)
    assert not leases.acquire("x", "two")
    holder.close()


# -- what is kept -------------------------------------------------------------------------------------------


def test_the_table_stays_small(post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbox, "MAX_FINISHED", 3)
    put("old", done_at=NOW - timedelta(days=31))
    for number in range(4):
        put(f"ended {number}", done_at=NOW - timedelta(days=number))
    put("waits", not_before=NOW + timedelta(days=900))
    put("due")
    post.run()
    assert left() == ["ended 0", "ended 1", "waits", "due"]


# -- for those who only look --------------------------------------------------------------------------------


def next_due(app: Flask) -> datetime | None:
    with db.engine.connect() as connection:
        return outbox.next_due(connection.connection.cursor())


def test_the_next_instant_is_known(app: Flask) -> None:
    assert next_due(app) is None
    put("ended", done_at=NOW)
    assert next_due(app) is None
    put("later", not_before=NOW + timedelta(days=1, microseconds=5))
    assert next_due(app) == NOW + timedelta(days=1, microseconds=5)
    put("again", not_before=NOW - timedelta(days=1), retry_at=NOW + timedelta(hours=1))
    assert next_due(app) == NOW + timedelta(hours=1)
    put("now")
    assert next_due(app) == NOW
