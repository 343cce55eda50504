"""tick: do what waits in the outbox, remove pictures deleted long ago, once. `serve` does this by itself."""

from dataclasses import asdict

import click

from blog.commands import as_json, blog, say
from blog.core import album, outbox
from blog.core.outbox import Report


@click.command()
@as_json
@click.pass_context
def tick(ctx: click.Context, as_json: bool) -> None:
    """Tell hubs, draw cards, remove pictures deleted 30 days ago.

    Exit status 0 also when a call fails: it is made again later.
    """
    with blog(ctx) as app:
        removed = album.tidy(app.extensions["settings"].media)
        report = outbox.run(app.extensions["carriers"])
    said = {**asdict(report), "pictures_removed": removed}
    say("\n".join(_lines(report, removed)), said, json_wanted=as_json)


def _lines(report: Report, removed: int) -> list[str]:
    if report.busy:
        return ["Another process is at work on it; nothing was done here."]
    failed = [
        f"{one.target} ({one.about}) failed. {one.answer} "
        + (f"Next try: {one.retry_at:%Y-%m-%d %H:%M} UTC." if one.retry_at else "Given up.")
        for one in report.failed
    ]
    told = [f"Calls made: {report.calls}."] if report.calls or failed else []
    told += [f"Cards drawn: {report.cards}."] if report.cards else []
    told += [f"Deleted pictures removed: {removed}."] if removed else []
    told = told or ["Nothing was due."]
    told += [f"Errands waiting: {report.waiting}."] if report.waiting else []
    return [*failed, " ".join(told)]


COMMANDS = {"tick": tick}
