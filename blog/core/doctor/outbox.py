"""The outbox: how it stands with each hub, and whether anybody carries out what waits."""

from datetime import timedelta

from blog import clock
from blog.core import outbox
from blog.core.doctor.findings import Finding, Findings, Run, count_of, note, ok, problem
from blog.models.outbox import CARD

# `serve` looks every two seconds, and cron every few minutes.
OVERDUE = timedelta(hours=1)
# What is to be done at once has no date of its own: it was asked for by some change that readers saw.
WAITING = (
    "SELECT kind, count(*) FROM outbox, site WHERE done_at IS NULL"
    " AND max(not_before, coalesce(retry_at, not_before), changed_at) < ? GROUP BY kind ORDER BY kind"
)


def examine(run: Run, connection: object) -> Findings:
    """Hubs one by one, then what is overdue."""
    for result in outbox.hub_statuses(connection):
        yield _hub(result)
    since = (clock.now() - OVERDUE).strftime("%Y-%m-%d %H:%M:%S.%f")
    overdue = dict(run(WAITING, (since,)).fetchall())
    cards = overdue.pop(CARD, 0)
    remedy = "Run `broadsheet serve`, or let cron run `broadsheet tick` every few minutes."
    if calls := sum(overdue.values()):
        yield problem(f"{count_of(calls, 'call')} to hubs are due for more than an hour: nobody makes them.", remedy)
    elif cards:
        yield note(f"{count_of(cards, 'card')} to be drawn wait for more than an hour.", remedy)


def _hub(result: outbox.HubStatus) -> Finding:
    hub, waiting = f"The hub {result.target}", f" Errands waiting: {result.waiting}." if result.waiting else ""
    if not result.answer:
        since = result.succeeded_at
        state = f"was told of feeds last on {since} UTC" if since else "was told of nothing yet"
        return ok(f"{hub} {state}.{waiting}")
    if result.retry_at:
        failed = f"{hub} failed at attempt {result.attempts} of {outbox.MAX_ATTEMPTS}: {result.answer}{waiting}"
        return note(failed, f"The next attempt is at {result.retry_at} UTC.")
    return note(
        f"{hub} was given up after attempt {result.attempts}: {result.answer}{waiting}",
        "Is its address right (`broadsheet config hubs`)? The next post, or edit, tries it again.",
    )
