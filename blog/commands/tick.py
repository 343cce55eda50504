"""tick: do what is due, once: the outbox, pictures deleted long ago, a backup. `serve` does this by itself."""

from dataclasses import asdict

import click

from blog.commands import json_option, open_blog, print_result
from blog.config import Settings
from blog.core import outbox
from blog.core.backup import create
from blog.core.backup.create import BackupResult
from blog.core.media import library
from blog.core.outbox import OutboxReport


@click.command()
@json_option
@click.pass_context
def tick(ctx: click.Context, as_json: bool) -> None:
    """Tell hubs, draw cards, remove pictures deleted 30 days ago, make today's backup.

    Exit status 0 also when a call fails: it is made again later.
    """
    with open_blog(ctx) as app:
        settings: Settings = app.extensions["settings"]
        removed = library.purge_deleted(settings.media)
        report = outbox.run(app.extensions["outbox_handlers"])
    made = create.create_if_due(settings)
    said = {**asdict(report), "pictures_removed": removed, "backup": str(made.file) if made else None}
    print_result("\n".join(_lines(report, removed, made)), said, as_json=as_json)


def _lines(report: OutboxReport, removed: int, made: BackupResult | None) -> list[str]:
    kept = [f"Backed up into {made.file}."] if made else []
    if report.busy:
        return ["Another process is at work on the errands; none was done here.", *kept]
    failed = [
        f"{one.target} ({one.about}) failed. {one.answer} "
        + (f"Next try: {one.retry_at:%Y-%m-%d %H:%M} UTC." if one.retry_at else "Given up.")
        for one in report.failed
    ]
    told = [f"Calls made: {report.calls}."] if report.calls or failed else []
    told += [f"Cards drawn: {report.cards}."] if report.cards else []
    told += [f"Deleted pictures removed: {removed}."] if removed else []
    told = told + kept or ["Nothing was due."]
    told += [f"Errands waiting: {report.waiting}."] if report.waiting else []
    return [*failed, " ".join(told)]


COMMANDS = {"tick": tick}
