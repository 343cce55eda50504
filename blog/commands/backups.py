"""backup, restore: a blog into one file, and back."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from blog.commands import json_option, load_settings, open_app, print_result
from blog.config import Settings
from blog.core.backup import create, retention, zip_file
from blog.core.backup import restore as backup_restore
from blog.core.backup.restore import RestoreResult
from blog.core.backup.zip_file import Manifest, Progress
from blog.core.editor import publish
from blog.core.errors import BlogError
from blog.core.media import library
from blog.core.posts import query

FILE = click.Path(path_type=Path)
# Below this many bytes it is done before anybody would look at a bar.
SOON = 50 * 2**20


@click.command()
@click.argument("file", type=FILE, required=False)
@json_option
@click.pass_context
def backup(ctx: click.Context, file: Path | None, as_json: bool) -> None:
    """Back up the whole blog into FILE, while it is served.

    Without FILE into the folder of backups (BLOG_BACKUPS). A FILE that is a backup already is replaced.
    """
    of = load_settings(ctx)
    with bar("Backing up", 2 * create.unpacked_size(of)) as progress:
        made = create.create_backup(of, "manual", file and file.absolute(), progress)
    said = {
        "file": str(made.file),
        "bytes": made.bytes,
        "made_at": made.manifest.made_at,
        "counts": dict(made.manifest.counts),
        "missing_pictures": list(made.missing_pictures),
        "unsound": made.restore_problem or None,
    }
    lines = [f"Backed up {told(made.manifest)} into {made.file} ({megabytes(made.bytes)}), and verified."]
    if made.missing_pictures:
        lines.append(
            f"Files of {len(made.missing_pictures)} pictures are missing, {made.missing_pictures[0]} among them."
        )
    if made.restore_problem:
        lines.append(f"It could not be restored as it is: the database {made.restore_problem}.")
    print_result("\n".join(lines), said, as_json=as_json)
    if made.restore_problem:
        ctx.exit(1)


@click.command()
@click.argument("file", type=FILE)
@click.option("--dry-run", is_flag=True, help="Judge the backup; restore nothing.")
@json_option
@click.pass_context
def restore(ctx: click.Context, file: Path, dry_run: bool, as_json: bool) -> None:
    """Put the blog back as a backup holds it, also while it is served.

    What was here is backed up before, so that a restore can be undone.
    """
    of = load_settings(ctx, create=not dry_run)
    file = file.absolute()
    with bar("Restoring", _work(of, file)) as progress:
        done = backup_restore.restore(of, file, dry_run=dry_run, progress=progress)
    if not dry_run:
        _follow_up(of, done)
    said = {
        "restored": not dry_run,
        "file": str(file),
        "made_at": done.manifest.made_at,
        "counts": dict(done.manifest.counts),
        "kept": str(done.replaced_blog) if done.replaced_blog else None,
        "notes": done.notes,
        "restart": done.restart,
    }
    print_result("\n".join(_lines(of, done, dry_run)), said, as_json=as_json)


def _follow_up(of: Settings, done: RestoreResult) -> None:
    """Render anew what an older Broadsheet rendered, and put deleted pictures away."""
    try:
        with open_app(of):
            library.purge_deleted(of.media)
            if query.has_outdated_html():
                for slug in publish.rerender_outdated(lambda ids: ids):
                    done.notes.append(f"“{slug}” keeps its old page: its text cannot be rendered any more.")
    except BlogError as error:  # the blog is restored all the same
        done.notes.append(f"Texts of an older Broadsheet are rendered anew at the next start of the blog. {error}")


def _lines(of: Settings, done: RestoreResult, dry_run: bool) -> Iterator[str]:
    made_at = f"{done.manifest.made_at:%Y-%m-%d %H:%M} UTC"
    if dry_run:
        yield f"The backup of {made_at} is good: {told(done.manifest)}. Nothing was restored."
        yield from done.notes
        return
    yield f"Restored the blog of {made_at}: {told(done.manifest)}. Everybody signs in again."
    yield from done.notes
    if done.replaced_blog and done.replaced_blog.is_file():
        yield f"What was here is kept: {retention.restore_command(of, done.replaced_blog)} brings it back."
    elif done.replaced_blog:
        yield f"What was here is kept in {done.replaced_blog}."
    if done.restart:
        yield "If the blog is being served, restart its server: the database file is a new one."


def told(manifest: Manifest) -> str:
    """What a backup holds, in words."""
    counts = manifest.counts
    words = [_number(counts.get("posts", 0), "post"), _number(counts.get("pages", 0), "page")]
    words += [_number(counts.get("pictures", 0), "picture")] if manifest.scope == "all" else []
    return f"{', '.join(words[:-1])} and {words[-1]}"


def _number(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'s' * (number != 1)}"


def megabytes(size: int) -> str:
    """A size in words."""
    return f"{size / 1e6:,.1f} MB" if size < 1e8 else f"{size / 1e6:,.0f} MB"


@contextmanager
def bar(label: str, size: int) -> Iterator[Progress]:
    """A bar on standard error, when there is enough to do for one, and somebody to see it."""
    with click.progressbar(
        length=size, label=label, file=sys.stderr, hidden=size < SOON or not sys.stderr.isatty()
    ) as shown:
        yield shown.update


def _work(of: Settings, file: Path) -> int:
    """About how many bytes a restore reads: the backup's, and those of what is here, which is backed up before."""
    with zip_file.open_backup(file) as opened:
        return opened.manifest.bytes + 2 * create.unpacked_size(of, zip_file.FOLDERS[-1:])


COMMANDS = {"backup": backup, "restore": restore}
