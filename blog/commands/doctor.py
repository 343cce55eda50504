"""doctor: is this blog well?"""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, replace

import click

from blog import config, create_app
from blog.commands import json_option, print_result
from blog.config import BadSetting, Settings
from blog.core.doctor import run as core
from blog.core.doctor.findings import Finding
from blog.core.doctor.fix import apply_fixes
from blog.extensions import db

MARKS = {"good": "ok  ", "note": "note", "bad": "BAD "}
NOTHING = "fix   Nothing: there is nothing here that can be mended without you."
# Nothing is signed by looking: where the key is missing, none is made for it.
NO_KEY = "-" * 32


@click.command()
@click.option("--fix", is_flag=True, help="First mend what is safe, and say what was done.")
@click.option("--deploy", is_flag=True, help="Say what is missing before the blog goes public.")
@json_option
@click.pass_context
def doctor(ctx: click.Context, fix: bool, deploy: bool, as_json: bool) -> None:
    """Look the whole blog over and say what to do. Exit status 1 when something is bad."""
    settings, faults = config.load_with_faults(ctx.find_root().obj)
    findings, mended = examined(settings, faults, fix=fix, deploy=deploy)
    bad = not core.is_healthy(findings)
    data = {"well": not bad, "findings": [asdict(each) for each in findings]} | ({"mended": mended} if fix else {})
    print_result("\n".join([*report(mended, fix=fix), *map(told, findings)]), data, as_json=as_json)
    if bad:
        ctx.exit(1)


def examined(
    settings: Settings, faults: Sequence[BadSetting], *, fix: bool, deploy: bool
) -> tuple[list[Finding], list[str]]:
    """All findings, and what was mended before, if that was asked for."""
    app = create_app(replace(settings, secret_key=settings.secret_key or NO_KEY))
    with app.app_context():
        try:
            mended = list(apply_fixes(settings, app.extensions["fixes"], thorough=True)) if fix else []
            look = core.before_going_public if deploy else core.examine
            found = list(look(settings, app.extensions["checks"], faults=list(map(str, faults))))
        finally:
            with suppress(Exception):
                db.session.remove()
            db.engine.dispose()
    return found, mended


def report(mended: Sequence[str], *, fix: bool) -> list[str]:
    """What was mended, as people read it."""
    if not fix:
        return []
    return [f"fix   {sentence}" for sentence in mended] or [NOTHING]


def told(finding: Finding) -> str:
    """A finding as people read it."""
    return f"{MARKS[finding.level]}  {finding.what}" + (f"\n      {finding.remedy}" if finding.remedy else "")


COMMANDS = {"doctor": doctor}
