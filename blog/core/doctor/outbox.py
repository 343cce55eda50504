"""Check the outbox: the last call of each hub, and whether jobs are overdue."""

from datetime import timedelta

from blog import clock
from blog.core import outbox
from blog.core.doctor.findings import Execute, Finding, Findings, note, ok, problem
from blog.core.text.amounts import count_of, noun
from blog.models.outbox import CARD

# `serve` runs due jobs every two seconds, cron every few minutes.
OVERDUE = timedelta(hours=1)
# A job that is due at once has no date of its own: the last public change is the latest time it was requested.
WAITING_JOBS = (
    "SELECT kind, count(*) FROM outbox, site WHERE done_at IS NULL"
    " AND max(not_before, coalesce(retry_at, not_before), changed_at) < ? GROUP BY kind ORDER BY kind"
)


def examine(execute: Execute, connection: object) -> Findings:
    for status in outbox.hub_statuses(connection):
        yield _examine_hub(status)
    since = (clock.now() - OVERDUE).strftime("%Y-%m-%d %H:%M:%S.%f")
    overdue = dict(execute(WAITING_JOBS, (since,)).fetchall())
    cards = overdue.pop(CARD, 0)
    remedy = "Run `broadsheet serve`, or let cron run `broadsheet tick` every few minutes."
    if calls := sum(overdue.values()):
        count = count_of(calls, "call to hubs is", "calls to hubs are")
        yield problem(f"{count} due for more than an hour: nobody makes {noun(calls, 'it', 'them')}.", remedy)
    elif cards:
        yield note(
            f"{count_of(cards, 'card to be drawn waits', 'cards to be drawn wait')} for more than an hour.", remedy
        )


def _examine_hub(status: outbox.HubStatus) -> Finding:
    hub, waiting = f"The hub {status.target}", f" Errands waiting: {status.waiting}." if status.waiting else ""
    if not status.answer:
        since = status.succeeded_at
        state = f"was told of feeds last on {since} UTC" if since else "was told of nothing yet"
        return ok(f"{hub} {state}.{waiting}")
    if status.retry_at:
        failed = f"{hub} failed at attempt {status.attempts} of {outbox.MAX_ATTEMPTS}: {status.answer}{waiting}"
        return note(failed, f"The next attempt is at {status.retry_at} UTC.")
    return note(
        f"{hub} was given up after attempt {status.attempts}: {status.answer}{waiting}",
        "Is its address right (`broadsheet config hubs`)? The next post, or edit, tries it again.",
    )
