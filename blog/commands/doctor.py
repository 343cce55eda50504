"""doctor: is this blog well?"""

import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, replace

import click

from blog import config, create_app
from blog.commands import instance_option, json_option, print_result
from blog.config import BadSetting, Settings
from blog.core.doctor import run as core
from blog.core.doctor.findings import Finding, problem
from blog.core.doctor.fix import apply_fixes
from blog.core.errors import Unusable
from blog.core.schema import migrate
from blog.extensions import db

MARKS = {"good": "ok  ", "note": "note", "bad": "BAD "}
NOTHING = "fix   Nothing: there is nothing here that can be mended without you."
# The doctor signs nothing: if the key is missing, this one stands in, and none is created.
NO_KEY = "-" * 32


@click.command()
@click.option("--fix", is_flag=True, help="First mend what is safe, and say what was done.")
@click.option("--deploy", is_flag=True, help="Say what is missing before the blog goes public.")
@json_option
def doctor(fix: bool, deploy: bool, as_json: bool) -> None:
    """Look the whole blog over and say what to do. Exit status 1 when something is bad."""
    settings, faults = config.load_with_faults(instance_option())
    findings, fixes = examine(settings, faults, fix=fix, deploy=deploy)
    bad = not core.is_healthy(findings)
    data = {"well": not bad, "findings": [asdict(finding) for finding in findings]} | ({"mended": fixes} if fix else {})
    print_result("\n".join([*fix_lines(fixes, fix=fix), *map(finding_text, findings)]), data, as_json=as_json)
    if bad:
        sys.exit(1)


def examine(
    settings: Settings, faults: Sequence[BadSetting], *, fix: bool, deploy: bool
) -> tuple[list[Finding], list[str]]:
    """Return all findings, and the fixes that were made before them if `fix` is set.

    Nothing is examined or fixed if the database is too old.
    """
    try:
        migrate.refuse_older(settings.database_file)
    except Unusable as error:
        return [problem(str(error))], []
    app = create_app(replace(settings, secret_key=settings.secret_key or NO_KEY))
    with app.app_context():
        try:
            fixes = list(apply_fixes(settings, app.extensions["fixes"], thorough=True)) if fix else []
            run_checks = core.before_going_public if deploy else core.examine
            findings = list(run_checks(settings, app.extensions["checks"], faults=list(map(str, faults))))
        finally:
            with suppress(Exception):
                db.session.remove()
            db.engine.dispose()
    return findings, fixes


def fix_lines(fixes: Sequence[str], *, fix: bool) -> list[str]:
    return ([f"fix   {sentence}" for sentence in fixes] or [NOTHING]) if fix else []


def finding_text(finding: Finding) -> str:
    return f"{MARKS[finding.level]}  {finding.what}" + (f"\n      {finding.remedy}" if finding.remedy else "")
