"""doctor: is this blog well?"""

from dataclasses import asdict

import click

from blog import config, create_app
from blog.commands import as_json, blog, say
from blog.core import doctor as core
from blog.core import searchindex, tallies
from blog.social import health
from blog.web import themecheck

MARKS = {"good": "ok  ", "note": "note", "bad": "BAD "}


@click.command()
@click.option("--fix", is_flag=True, help="Count all posts anew first, and make the search index anew.")
@as_json
@click.pass_context
def doctor(ctx: click.Context, fix: bool, as_json: bool) -> None:
    """Look over settings, folders and database. Exit status 1 when something is bad."""
    if fix:
        with blog(ctx):
            tallies.mend()
            searchindex.rebuild()
    settings = config.load(ctx.find_root().obj)
    findings = [*core.examine(settings), *health.examine(), *themecheck.examine(settings, create_app)]
    bad = any(finding.level == "bad" for finding in findings)
    lines = [
        f"{MARKS[each.level]}  {each.what}" + (f"\n      {each.remedy}" if each.remedy else "") for each in findings
    ]
    say("\n".join(lines), {"well": not bad, "findings": [asdict(each) for each in findings]}, json_wanted=as_json)
    if bad:
        ctx.exit(1)


COMMANDS = {"doctor": doctor}
