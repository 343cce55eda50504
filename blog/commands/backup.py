"""backup, restore: a blog into one file, and back."""

import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import click

from blog.commands import json_option, load_settings, open_app, open_bar, print_result
from blog.config import Settings
from blog.core.backup import create, retention, zip_file
from blog.core.backup import restore as backup_restore
from blog.core.backup.restore import RestoreResult
from blog.core.backup.zip_file import Manifest, Progress
from blog.core.editor import publish
from blog.core.errors import BlogError
from blog.core.media import library
from blog.core.posts import query
from blog.core.text.amounts import count_of, megabytes

FILE = click.Path(path_type=Path)
# Below this many bytes it is done before anybody looks at a bar.
NO_BAR_BYTES = 50 * 2**20


@click.command()
@click.argument("file", type=FILE, required=False)
@json_option
def backup(file: Path | None, as_json: bool) -> None:
    """Back up the whole blog into FILE, while it is served.

    Without FILE into the folder of backups (BLOG_BACKUPS). A FILE that is a backup already is replaced.
    """
    settings = load_settings()
    with bar("Backing up", 2 * create.unpacked_size(settings)) as progress:
        result = create.create_backup(settings, "manual", file and file.absolute(), progress)
    data = {
        "file": str(result.file),
        "bytes": result.bytes,
        "made_at": result.manifest.made_at,
        "counts": dict(result.manifest.counts),
        "missing_pictures": list(result.missing_pictures),
        "unsound": result.restore_problem or None,
    }
    lines = [f"Backed up {describe(result.manifest)} into {result.file} ({megabytes(result.bytes)}), and verified."]
    if missing := result.missing_pictures:
        lines.append(f"Files of {count_of(len(missing), 'picture')} are missing, {missing[0]} among them.")
    if result.restore_problem:
        lines.append(f"It could not be restored as it is: the database {result.restore_problem}.")
    print_result("\n".join(lines), data, as_json=as_json)
    if result.restore_problem:
        sys.exit(1)


@click.command()
@click.argument("file", type=FILE)
@click.option("--dry-run", is_flag=True, help="Judge the backup; restore nothing.")
@json_option
def restore(file: Path, dry_run: bool, as_json: bool) -> None:
    """Put the blog back as a backup holds it, also while it is served.

    What was here is backed up before, so that a restore can be undone.
    """
    settings = load_settings(create=not dry_run, any_schema=True)
    file = file.absolute()
    with bar("Restoring", _work(settings, file)) as progress:
        result = backup_restore.restore(settings, file, dry_run=dry_run, progress=progress)
    if not dry_run:
        _follow_up(settings, result)
    data = {
        "restored": not dry_run,
        "file": str(file),
        "made_at": result.manifest.made_at,
        "counts": dict(result.manifest.counts),
        "kept": str(result.replaced_blog) if result.replaced_blog else None,
        "notes": result.notes,
        "restart": result.restart,
    }
    print_result("\n".join(_lines(settings, result, dry_run)), data, as_json=as_json)


def _follow_up(settings: Settings, result: RestoreResult) -> None:
    """Render texts of an older version again, and remove deleted pictures."""
    try:
        with open_app(settings):
            library.purge_deleted(settings.media)
            if query.has_outdated_html():
                for slug in publish.rerender_outdated(lambda ids: ids):
                    result.notes.append(f"“{slug}” keeps its old page: its text cannot be rendered any more.")
    except BlogError as error:  # the blog is restored all the same
        result.notes.append(f"Texts of an older Broadsheet are rendered anew at the next start of the blog. {error}")


def _lines(settings: Settings, result: RestoreResult, dry_run: bool) -> Iterator[str]:
    made_at = f"{result.manifest.made_at:%Y-%m-%d %H:%M} UTC"
    if dry_run:
        yield f"The backup of {made_at} is good: {describe(result.manifest)}. Nothing was restored."
        yield from result.notes
        return
    yield f"Restored the blog of {made_at}: {describe(result.manifest)}. Everybody signs in again."
    yield from result.notes
    if result.replaced_blog and result.replaced_blog.is_file():
        yield f"What was here is kept: {retention.restore_command(settings, result.replaced_blog)} brings it back."
    elif result.replaced_blog:
        yield f"What was here is kept in {result.replaced_blog}."
    if result.restart:
        yield "If the blog is being served, restart its server: the database file is a new one."


def describe(manifest: Manifest) -> str:
    """Return the content of a backup in words."""
    counts = manifest.counts
    parts = [count_of(counts.get("posts", 0), "post"), count_of(counts.get("pages", 0), "page")]
    parts += [count_of(counts.get("pictures", 0), "picture")] if manifest.scope == "all" else []
    return f"{', '.join(parts[:-1])} and {parts[-1]}"


def bar(label: str, size: int) -> AbstractContextManager[Progress]:
    """Return a bar that is advanced by numbers of bytes. It is shown for long work in a terminal only."""
    return open_bar(label, size, hidden=size < NO_BAR_BYTES or not sys.stderr.isatty())


def _work(settings: Settings, file: Path) -> int:
    """Return about how many bytes a restore reads: of the backup, and of the present blog, which it backs up first."""
    with zip_file.open_backup(file) as backup_file:
        return backup_file.manifest.bytes + 2 * create.unpacked_size(settings, zip_file.FOLDERS[-1:])
