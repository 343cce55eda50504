"""The outbox at work: what is due, what became of it, when it is tried again. No transaction is open during a call.

At least once: a process that dies between a call and noting its end leaves the errand to the next one.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import groupby
from secrets import token_hex
from typing import Any

from sqlalchemy import ColumnElement, delete, exists, func, or_, select, text, update

from blog import clock
from blog.core.db import leases
from blog.core.db.transaction import writing
from blog.extensions import db
from blog.models import Errand
from blog.models.outbox import AT_ONCE, CARD

LEASE = "outbox"
# After a failure it waits this long, each time twice as long: the twelfth is the last, a day and a half later.
FIRST_WAIT = timedelta(minutes=1)
LONGEST_WAIT = timedelta(days=1)
TRIES = 12
# So many errands are read at once.
TOGETHER = 20
# What ended is kept to be told by `doctor`.
KEPT = timedelta(days=30)
MOST_KEPT = 300
CARD_OF = (
    "INSERT OR IGNORE INTO outbox (kind, target, about, not_before)"  # noqa: S608
    f" SELECT '{CARD}', '', 'post:' || id, '{AT_ONCE}' FROM post WHERE kind = :kind AND slug = :slug"
)


class Failed(Exception):
    """A call that did not succeed; the message is what was said. `wait` is how long not to try again.

    When the target is `closed` (nobody there, or too busy), other errands there fail without being tried.
    """

    def __init__(self, message: str, *, wait: timedelta = timedelta(), closed: bool = False) -> None:
        super().__init__(message)
        self.wait, self.closed = wait, closed


@dataclass(frozen=True)
class Carrier:
    """How errands of one kind are carried out: what calls one takes (none, if there is nothing to say), and a call.

    `call` gets the target and one of these; it raises Failed, and asks the database nothing.
    """

    calls: Callable[[str], Sequence[str]]
    call: Callable[[str, str], None]


@dataclass(frozen=True)
class Due:
    """Errands for one target about one thing: their ids, with `changes` as it was when they were read."""

    kind: str
    target: str
    about: str
    attempts: int
    rows: tuple[tuple[int, int], ...]

    @property
    def place(self) -> tuple[str, str, str]:
        """What tells it from others."""
        return self.kind, self.target, self.about


@dataclass(frozen=True)
class Failure:
    """An errand that failed, with the instant of the next attempt; None if it is given up."""

    target: str
    about: str
    answer: str
    retry_at: datetime | None


@dataclass
class Report:
    """What a run did: how many calls it made to others and how many cards it drew, what failed, how many errands wait.

    `busy` says that another process is at it.
    """

    calls: int = 0
    cards: int = 0
    failed: list[Failure] = field(default_factory=list)
    waiting: int = 0
    busy: bool = False


def run(carriers: Mapping[str, Carrier]) -> Report:
    """Carry out everything that is due, once. Where nothing is, nothing is written."""
    report, holder = Report(), token_hex(8)
    if due(carriers):
        if leases.take(LEASE, holder):
            try:
                _run(carriers, report, holder)
            finally:
                tidy()
                leases.give_back(LEASE, holder)
        else:
            report.busy = True
    report.waiting = db.session.scalar(select(func.count()).where(WAITING, Errand.kind.in_(carriers))) or 0
    db.session.rollback()
    return report


def _run(carriers: Mapping[str, Carrier], report: Report, holder: str) -> None:
    closed: dict[str, Failed] = {}
    for errand in _one_by_one(carriers):
        if not leases.take(LEASE, holder):
            break
        try:
            if errand.target in closed:
                raise closed[errand.target]
            carrier = carriers[errand.kind]
            calls = carrier.calls(errand.about)
            db.session.rollback()
            for about in calls:
                report.calls += errand.kind != CARD
                report.cards += errand.kind == CARD
                carrier.call(errand.target, about)
            end(errand)
        except Failed as failure:
            if failure.closed:
                closed[errand.target] = failure
            retry_at = fail(errand, failure)
            report.failed.append(Failure(errand.target, errand.about, str(failure), retry_at))


def _one_by_one(kinds: Collection[str]) -> Iterator[Due]:
    """What is due, each thing once: what comes meanwhile is not kept waiting by a long row of others."""
    seen: set[tuple[str, str, str]] = set()
    while found := [one for one in due(kinds) if one.place not in seen][:TOGETHER]:
        seen |= {one.place for one in found}
        yield from found


WAITING: ColumnElement[bool] = Errand.done_at.is_(None)


def due(kinds: Collection[str]) -> list[Due]:
    """What is due now, by target; what one target is to be told twice about one thing is one errand.

    Kinds come in the order of the alphabet turned round: hubs are told before cards are drawn.
    """
    now = clock.now()
    # A wait that is longer than any was begun when the clock was wrong.
    again = or_(Errand.retry_at.is_(None), Errand.retry_at <= now, Errand.retry_at > now + LONGEST_WAIT)
    ready = (Errand.kind.in_(kinds), Errand.not_before <= now, again)
    place = (Errand.kind, Errand.target, Errand.about)
    query = select(*place, Errand.attempts, Errand.id, Errand.changes).where(WAITING, *ready)
    query = query.order_by(Errand.kind.desc(), Errand.target, Errand.about)
    rows = db.session.execute(query).all()
    db.session.rollback()
    return list(_together(rows))


def _together(rows: Sequence[Any]) -> Iterator[Due]:
    for (kind, target, about), same in groupby(rows, lambda row: tuple(row[:3])):
        found = list(same)
        attempts = max(row.attempts for row in found)
        yield Due(kind, target, about, attempts, tuple((row.id, row.changes) for row in found))


def end(errand: Due) -> None:
    """An errand succeeded. What was asked for again since it was read goes on waiting."""
    now = clock.now()
    _note(errand, tried_at=now, done_at=now, answer="")


def fail(errand: Due, failure: Failed) -> datetime | None:
    """An errand failed; the instant of the next attempt, None after the last. Asked for again, it begins anew."""
    now, attempts = clock.now(), errand.attempts + 1
    wait = max(min(FIRST_WAIT * 2 ** (attempts - 1), LONGEST_WAIT), min(failure.wait, LONGEST_WAIT))
    given_up = attempts >= TRIES
    retry_at = None if given_up else now + wait
    values = {"tried_at": now, "attempts": attempts, "retry_at": retry_at, "answer": str(failure)}
    _note(errand, **values, done_at=now if given_up else None)
    return retry_at


def _note(errand: Due, **values: object) -> None:
    with writing() as session:
        for row, changes in errand.rows:
            same = (Errand.id == row, Errand.changes == changes, WAITING)
            session.execute(update(Errand).where(*same).values(values))


def tidy() -> None:
    """Forget what ended long ago, and all but the last few hundred."""
    kept = select(Errand.id).where(~WAITING).order_by(Errand.done_at.desc()).limit(MOST_KEPT)
    old = or_(Errand.done_at < clock.now() - KEPT, Errand.id.not_in(kept))
    with writing() as session:
        session.execute(delete(Errand).where(~WAITING, old))


def waits(kind: str) -> bool:
    """Whether anything of a kind waits, now or for its time."""
    return bool(db.session.scalar(select(exists(select(Errand.id).where(WAITING, Errand.kind == kind)))))


def ask_for_cards(places: Iterable[tuple[str, str]]) -> None:
    """Have the cards of posts and pages drawn, named by kind and slug. What waits already is not asked for twice."""
    with writing() as session:
        for kind, slug in places:
            session.execute(text(CARD_OF), {"kind": kind, "slug": slug})


# -- asked on a bare connection -----------------------------------------------------------------------------


DELETED = """
SELECT min(deleted_at) FROM media
WHERE deleted_at IS NOT NULL AND NOT EXISTS (SELECT 1 FROM media_use WHERE stem = substr(media.hash, 1, 24))
"""
NEXT = "SELECT min(max(not_before, coalesce(retry_at, not_before))) FROM outbox WHERE done_at IS NULL"


def next_due(connection: Any) -> datetime | None:
    """When the next errand is due, or a deleted picture to be removed; None if nothing waits."""
    (moment,), (deleted,) = connection.execute(NEXT).fetchone(), connection.execute(DELETED).fetchone()
    found = [datetime.fromisoformat(moment).replace(tzinfo=UTC)] if moment else []
    if deleted:
        found.append(datetime.fromisoformat(deleted).replace(tzinfo=UTC) + KEPT)
    return min(found, default=None)


@dataclass(frozen=True)
class Result:
    """How it stands with one target: the last success, the failure that was not made up for, and what waits.

    Instants are text as the database has them, to the minute; `retry_at` is '' when it was given up.
    """

    target: str
    told_at: str
    waiting: int
    attempts: int
    answer: str
    retry_at: str


RESULTS = """
SELECT hub.value,
  coalesce((
    SELECT substr(max(tried_at), 1, 16) FROM outbox WHERE target = hub.value AND done_at IS NOT NULL AND answer = ''
  ), ''),
  (SELECT count(*) FROM outbox WHERE target = hub.value AND done_at IS NULL AND not_before <= :now),
  coalesce(last.attempts, 0), coalesce(last.answer, ''),
  CASE WHEN last.done_at IS NULL THEN coalesce(substr(last.retry_at, 1, 16), '') ELSE '' END
FROM site, json_each(site.hubs) AS hub LEFT JOIN outbox AS last ON last.id = (
    SELECT id FROM outbox WHERE target = hub.value AND tried_at IS NOT NULL
    ORDER BY done_at IS NULL AND answer <> '' DESC, tried_at DESC, id DESC LIMIT 1
  )
"""


def results(connection: Any) -> list[Result]:
    """How it stands with each hub of the site, asked on a bare connection."""
    now = clock.now().strftime("%Y-%m-%d %H:%M:%S.%f")
    return [Result(*row) for row in connection.execute(RESULTS, {"now": now})]
