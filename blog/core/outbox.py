"""The outbox: find the jobs that are due, run them, and note the result. No transaction is open during a call.

Each job runs at least once: if a process dies between a call and the note of its end, another process repeats it.
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
from blog.core.db.transaction import write_transaction
from blog.extensions import db
from blog.models import OutboxItem
from blog.models.media import KEEP_DELETED
from blog.models.outbox import AT_ONCE, CARD

LEASE = "outbox"
# The wait after the first failure; it doubles each time. The twelfth attempt is the last, a day and a half later.
FIRST_WAIT = timedelta(minutes=1)
LONGEST_WAIT = timedelta(days=1)
MAX_ATTEMPTS = 12
BATCH_SIZE = 20
# Finished items stay this long, for `doctor`.
RETENTION = timedelta(days=30)
MAX_FINISHED = 300
REQUEST_CARD = (
    "INSERT OR IGNORE INTO outbox (kind, target, about, not_before)"  # noqa: S608
    f" SELECT '{CARD}', '', 'post:' || id, '{AT_ONCE}' FROM post WHERE kind = :kind AND slug = :slug"
)


class HandlerError(Exception):
    """A call failed; the message is the target's answer. Do not try again before `retry_after`.

    With `target_down` (it cannot be reached, or is too busy) the other jobs for this target fail without a call.
    """

    def __init__(self, message: str, *, retry_after: timedelta = timedelta(), target_down: bool = False) -> None:
        super().__init__(message)
        self.retry_after, self.target_down = retry_after, target_down


@dataclass(frozen=True)
class Handler:
    """Runs the jobs of one kind: `expand(about)` returns the subjects of its calls (none: there is nothing to do),
    and `call(target, subject)` makes one call. `call` raises HandlerError, and does not use the database.
    """

    expand: Callable[[str], Sequence[str]]
    call: Callable[[str, str], None]


@dataclass(frozen=True)
class DueJob:
    """Outbox items for one target about one thing. `rows` holds their ids, with `changes` as it was when read."""

    kind: str
    target: str
    about: str
    attempts: int
    rows: tuple[tuple[int, int], ...]

    @property
    def key(self) -> tuple[str, str, str]:
        return self.kind, self.target, self.about


@dataclass(frozen=True)
class Failure:
    """A job that failed; `retry_at` is None after the last attempt."""

    target: str
    about: str
    answer: str
    retry_at: datetime | None


@dataclass
class OutboxReport:
    """The result of a run: the number of calls to other servers, of cards drawn, and of items that still wait.

    `busy`: another process is running the outbox.
    """

    calls: int = 0
    cards: int = 0
    failed: list[Failure] = field(default_factory=list)
    waiting: int = 0
    busy: bool = False


def run(handlers: Mapping[str, Handler]) -> OutboxReport:
    """Run everything that is due, once. Write nothing if nothing is due."""
    report, holder = OutboxReport(), token_hex(8)
    if due_jobs(handlers):
        if leases.acquire(LEASE, holder):
            try:
                _run_due(handlers, report, holder)
            finally:
                delete_finished()
                leases.release(LEASE, holder)
        else:
            report.busy = True
    report.waiting = db.session.scalar(select(func.count()).where(WAITING, OutboxItem.kind.in_(handlers))) or 0
    db.session.rollback()
    return report


def _run_due(handlers: Mapping[str, Handler], report: OutboxReport, holder: str) -> None:
    down: dict[str, HandlerError] = {}
    for job in _each_once(handlers):
        if not leases.acquire(LEASE, holder):
            break
        try:
            if job.target in down:
                raise down[job.target]
            handler = handlers[job.kind]
            subjects = handler.expand(job.about)
            db.session.rollback()
            for subject in subjects:
                report.calls += job.kind != CARD
                report.cards += job.kind == CARD
                handler.call(job.target, subject)
            mark_done(job)
        except HandlerError as error:
            if error.target_down:
                down[job.target] = error
            retry_at = mark_failed(job, error)
            report.failed.append(Failure(job.target, job.about, str(error), retry_at))


def _each_once(kinds: Collection[str]) -> Iterator[DueJob]:
    """Yield each due job once. Read them in batches: a job that comes meanwhile need not wait for a long list."""
    seen: set[tuple[str, str, str]] = set()
    while batch := [job for job in due_jobs(kinds) if job.key not in seen][:BATCH_SIZE]:
        seen |= {job.key for job in batch}
        yield from batch


WAITING: ColumnElement[bool] = OutboxItem.done_at.is_(None)


def due_jobs(kinds: Collection[str]) -> list[DueJob]:
    """Return what is due now, ordered by target. Items with the same target and subject are one job.

    Kinds come in reverse alphabetical order: pings of hubs before cards.
    """
    now = clock.now()
    # A wait longer than LONGEST_WAIT was set by a wrong clock.
    retry_is_due = or_(
        OutboxItem.retry_at.is_(None), OutboxItem.retry_at <= now, OutboxItem.retry_at > now + LONGEST_WAIT
    )
    ready = (OutboxItem.kind.in_(kinds), OutboxItem.not_before <= now, retry_is_due)
    key = (OutboxItem.kind, OutboxItem.target, OutboxItem.about)
    query = select(*key, OutboxItem.attempts, OutboxItem.id, OutboxItem.changes).where(WAITING, *ready)
    query = query.order_by(OutboxItem.kind.desc(), OutboxItem.target, OutboxItem.about)
    rows = db.session.execute(query).all()
    db.session.rollback()
    return list(_group(rows))


def _group(rows: Sequence[Any]) -> Iterator[DueJob]:
    for (kind, target, about), group in groupby(rows, lambda row: tuple(row[:3])):
        same = list(group)
        attempts = max(row.attempts for row in same)
        yield DueJob(kind, target, about, attempts, tuple((row.id, row.changes) for row in same))


def mark_done(job: DueJob) -> None:
    """Note a success. An item that was requested again since it was read goes on waiting."""
    now = clock.now()
    _update(job, tried_at=now, done_at=now, answer="")


def mark_failed(job: DueJob, error: HandlerError) -> datetime | None:
    """Note a failure; return the time of the next attempt, or None after the last.

    An item that was requested again since it was read begins anew.
    """
    now, attempts = clock.now(), job.attempts + 1
    wait = max(min(FIRST_WAIT * 2 ** (attempts - 1), LONGEST_WAIT), min(error.retry_after, LONGEST_WAIT))
    is_last = attempts >= MAX_ATTEMPTS
    retry_at = None if is_last else now + wait
    values = {"tried_at": now, "attempts": attempts, "retry_at": retry_at, "answer": str(error)}
    _update(job, **values, done_at=now if is_last else None)
    return retry_at


def _update(job: DueJob, **values: object) -> None:
    with write_transaction() as session:
        for row, changes in job.rows:
            unchanged = (OutboxItem.id == row, OutboxItem.changes == changes, WAITING)
            session.execute(update(OutboxItem).where(*unchanged).values(values))


def delete_finished() -> None:
    """Delete finished items that are older than RETENTION, and all but the newest MAX_FINISHED."""
    newest = select(OutboxItem.id).where(~WAITING).order_by(OutboxItem.done_at.desc()).limit(MAX_FINISHED)
    old = or_(OutboxItem.done_at < clock.now() - RETENTION, OutboxItem.id.not_in(newest))
    with write_transaction() as session:
        session.execute(delete(OutboxItem).where(~WAITING, old))


def has_waiting(kind: str) -> bool:
    """Return whether any item of a kind waits, due or not."""
    return bool(db.session.scalar(select(exists(select(OutboxItem.id).where(WAITING, OutboxItem.kind == kind)))))


def request_cards(posts: Iterable[tuple[str, str]]) -> None:
    """Request the cards of posts and pages, given by kind and slug. A request that waits already stays as it is."""
    with write_transaction() as session:
        for kind, slug in posts:
            session.execute(text(REQUEST_CARD), {"kind": kind, "slug": slug})


# -- queries on a bare connection ---------------------------------------------------------------------------


FIRST_DELETED = """
SELECT min(deleted_at) FROM media
WHERE deleted_at IS NOT NULL AND NOT EXISTS (SELECT 1 FROM media_use WHERE stem = substr(media.hash, 1, 24))
"""
NEXT_ITEM = "SELECT min(max(not_before, coalesce(retry_at, not_before))) FROM outbox WHERE done_at IS NULL"


def next_due(connection: Any) -> datetime | None:
    """Return when the next item is due, or the purge of a deleted picture; None if nothing waits."""
    (item,), (deleted,) = connection.execute(NEXT_ITEM).fetchone(), connection.execute(FIRST_DELETED).fetchone()
    times = [datetime.fromisoformat(item).replace(tzinfo=UTC)] if item else []
    if deleted:
        times.append(datetime.fromisoformat(deleted).replace(tzinfo=UTC) + KEEP_DELETED)
    return min(times, default=None)


@dataclass(frozen=True)
class HubStatus:
    """The state of one hub: its last success, the last failure unless a success followed, and the waiting items.

    Times are text as in the database, to the minute; `retry_at` is '' after the last attempt.
    """

    target: str
    succeeded_at: str
    waiting: int
    attempts: int
    answer: str
    retry_at: str


HUB_STATUSES = """
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


def hub_statuses(connection: Any) -> list[HubStatus]:
    """Return the state of each hub of the site."""
    now = clock.now().strftime("%Y-%m-%d %H:%M:%S.%f")
    return [HubStatus(*row) for row in connection.execute(HUB_STATUSES, {"now": now})]
