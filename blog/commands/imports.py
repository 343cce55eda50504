"""import, samples: import a folder of Markdown, and remove the sample posts."""

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click
from flask import Flask

from blog import config
from blog.commands import instance_option, json_option, open_app, open_blog, print_result, progress_bar
from blog.config import Settings
from blog.core.errors import Invalid
from blog.core.text.amounts import count_of, noun
from blog.core.text.validate import one_line
from blog.transfer import samples as shipped
from blog.transfer.importer import Import, ImportReport
from blog.transfer.readers import markdown

# Lists of the report, with their meaning.
OUTCOMES = (
    ("added", "new"),
    ("replaced", "new, in the place of a sample"),
    ("updated", "changed in their files since; updated here"),
    ("unchanged", "unchanged"),
    ("kept", "edited here since; kept as it is here"),
    ("deleted", "deleted here; stays deleted"),
)


@click.command("import")
@click.argument("source")
@click.option("--dry-run", is_flag=True, help="Say what would happen; write nothing.")
@click.option("--skip-bad", is_flag=True, help="Import the good texts although others cannot be used.")
@json_option
def import_library(source: str, dry_run: bool, skip_bad: bool, as_json: bool) -> None:
    """Import a folder of Markdown (Hugo, Jekyll, Pelican) with its pictures: all of it or nothing."""
    library = _library(source)
    with _blog(dry_run) as app:
        settings: Settings = app.extensions["settings"]
        work = Import(settings.media, samples=shipped.GUIDS, dry_run=dry_run, skip_bad=skip_bad, progress=progress_bar)
        report = work.run(markdown.MarkdownLibrary(library))
        if as_json:
            print_result("", _data(report, dry_run), as_json=True)
        else:
            _print_report(report, dry_run)
    if report.problems and not skip_bad:
        sys.exit(1)


def _library(source: str) -> Path:
    """Return the folder or file at a path. Raises Invalid if there is none."""
    try:
        if source.strip() and Path(source).exists():
            return Path(source)
    except (OSError, ValueError):
        pass
    raise Invalid("source", f"There is no folder or file “{one_line(source)[:200]}” to import.")


@contextmanager
def _blog(dry_run: bool) -> Iterator[Flask]:
    """Open the blog to import into; a dry run without a database uses a temporary one."""
    folder = config.instance_folder(instance_option(), os.environ)
    if dry_run and not config.load(folder).database_file.exists():
        with tempfile.TemporaryDirectory() as temporary, open_app(config.load(temporary, {})) as app:
            yield app
    else:
        with open_blog(create=True) as app:
            yield app


def _data(report: ImportReport, dry_run: bool) -> dict[str, Any]:
    data = {name: getattr(report, name) for name, _ in OUTCOMES}
    data |= {
        "skipped": [asdict(item) for item in report.skipped],
        "problems": [asdict(item) for item in report.problems],
        "notes": [asdict(item) for item in report.notes],
    }
    return data | {"imported": report.done, "dry_run": dry_run}


def _print_report(report: ImportReport, dry_run: bool) -> None:
    for problem in report.problems:
        click.echo(str(problem), err=True)
    for item in report.skipped:
        click.echo(f"{item.source}: skipped ({item.message})")
    for note in report.notes:
        click.echo(f"Note: {note}", err=True)
    if report.problems and not report.done and not dry_run:
        count = len({problem.source for problem in report.problems})
        click.echo(
            f"{count_of(count, 'text cannot', 'texts cannot')} be used: nothing was imported."
            f" Mend {noun(count, 'it', 'them')}, or leave {noun(count, 'it', 'them')} out with --skip-bad.",
            err=True,
        )
        return
    for name, meaning in OUTCOMES:
        sources = getattr(report, name)
        if sources and name != "unchanged":
            click.echo(f"{len(sources)} {meaning}: {', '.join(sources[:10])}{' …' if len(sources) > 10 else ''}")
    if report.unchanged:
        click.echo(f"{len(report.unchanged)} unchanged")
    if not any(getattr(report, name) for name, _ in OUTCOMES):
        click.echo("There was nothing to import.")
    if dry_run:
        click.echo("This was a dry run: nothing was written.")


@click.group()
def samples() -> None:
    """The sample posts that a new blog begins with."""


@samples.command()
@json_option
def remove(as_json: bool) -> None:
    """Remove the samples that were not edited."""
    with open_blog():
        removed, edited = shipped.remove()
        lines = [f"{count_of(len(removed), 'sample')} removed."]
        lines += [f"Kept, because it was edited here: {slug}" for slug in edited]
        print_result("\n".join(lines), {"removed": removed, "kept": edited}, as_json=as_json)
