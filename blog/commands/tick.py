"""tick: do once what is due: run the outbox, remove old deleted pictures, make a backup. `serve` does this too."""

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
def tick(as_json: bool) -> None:
    """Tell hubs, draw cards, remove pictures deleted 30 days ago, make today's backup.

    Exit status 0 also when a call fails: it is made again later.
    """
    with open_blog() as app:
        settings: Settings = app.extensions["settings"]
        removed = library.purge_deleted(settings.media)
        report = outbox.run(app.extensions["outbox_handlers"])
    backup = create.create_if_due(settings)
    data = {**asdict(report), "pictures_removed": removed, "backup": str(backup.file) if backup else None}
    print_result("\n".join(_lines(report, removed, backup)), data, as_json=as_json)


def _lines(report: OutboxReport, removed: int, backup: BackupResult | None) -> list[str]:
    backup_text = [f"Backed up into {backup.file}."] if backup else []
    if report.busy:
        return ["Another process is at work on the errands; none was done here.", *backup_text]
    failures = [
        f"{failure.target} ({failure.about}) failed. {failure.answer} "
        + (f"Next try: {failure.retry_at:%Y-%m-%d %H:%M} UTC." if failure.retry_at else "Given up.")
        for failure in report.failed
    ]
    texts = [f"Calls made: {report.calls}."] if report.calls or failures else []
    texts += [f"Cards drawn: {report.cards}."] if report.cards else []
    texts += [f"Deleted pictures removed: {removed}."] if removed else []
    texts = texts + backup_text or ["Nothing was due."]
    texts += [f"Errands waiting: {report.waiting}."] if report.waiting else []
    return [*failures, " ".join(texts)]
