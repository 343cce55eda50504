"""tick: make the calls to other servers that wait in the outbox, once. `serve` does this by itself."""

from dataclasses import asdict

import click

from blog.commands import as_json, blog, say
from blog.core import outbox
from blog.core.outbox import Report


@click.command()
@as_json
@click.pass_context
def tick(ctx: click.Context, as_json: bool) -> None:
    """Make the calls to other servers that are due. Exit status 0 also when they fail: they are made again later."""
    with blog(ctx) as app:
        report = outbox.run(app.extensions["carriers"])
    say("\n".join(_lines(report)), asdict(report), json_wanted=as_json)


def _lines(report: Report) -> list[str]:
    if report.busy:
        return ["Another process is making the calls; nothing was done here."]
    failed = [
        f"{one.target} ({one.about}) failed. {one.answer} "
        + (f"Next try: {one.retry_at:%Y-%m-%d %H:%M} UTC." if one.retry_at else "Given up.")
        for one in report.failed
    ]
    made = f"Calls made: {report.calls}." if report.calls or failed else "Nothing was due."
    return [*failed, made + (f" Errands waiting: {report.waiting}." if report.waiting else "")]


COMMANDS = {"tick": tick}
