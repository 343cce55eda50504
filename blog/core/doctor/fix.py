"""Fix what is safe to fix without asking. Never changes or removes what an author wrote or uploaded."""

from collections.abc import Callable, Iterator
from typing import TypeVar

from blog.config import Settings
from blog.core.backup import upgrade
from blog.core.doctor import database, files, pictures
from blog.core.doctor.findings import Execute, error_line, join_names
from blog.core.editor import publish
from blog.core.schema import counters, migrate
from blog.core.search import index
from blog.core.text.amounts import count_of
from blog.extensions import db
from blog.files import remove_if_stale

# A quick fix restores the files of this many pictures at most, and renders this many texts.
QUICK_PICTURES = 20
QUICK_TEXTS = 200

T = TypeVar("T")
# Fixes something and yields sentences that say what it did.
Fix = Callable[[], Iterator[str]]


def apply_fixes(settings: Settings, more: "dict[str, Fix]", *, thorough: bool) -> Iterator[str]:
    """Apply all fixes, and `more` of other packages; yield sentences that say what was done or failed. Needs an app."""
    fixes: dict[str, Fix] = {
        "Permissions": lambda: _fix_permissions(settings),
        "Files left over": lambda: _remove_leftovers(settings),
    }
    if settings.database_file.is_file() and settings.database_file.stat().st_size:
        fixes |= {
            "The database": lambda: _upgrade_database(settings),
            "Counts": lambda: _recount(settings),
            "The search index": lambda: _rebuild_index(settings),
            "Texts": lambda: _render_texts(settings, thorough=thorough),
            "Pictures": lambda: _restore_picture_files(settings, thorough=thorough),
            **more,
        }
    for subject, fix in fixes.items():
        try:
            yield from fix()
        except Exception as error:  # noqa: BLE001  (the other fixes may still help)
            yield f"{subject} could not be mended: {error_line(error)}."
        finally:
            db.session.rollback()


def _fix_permissions(settings: Settings) -> Iterator[str]:
    for content, file in list(files.exposed_secrets(settings)):
        file.chmod(0o600)
        yield f"Only its owner can read {content} now ({file.name})."


def _remove_leftovers(settings: Settings) -> Iterator[str]:
    removed = []
    for path in files.leftover_files(settings):
        if path.is_dir():
            remove_if_stale(path)
        else:
            path.unlink(missing_ok=True)
        removed.append(path.name)
    if removed:
        yield f"Removed what killed processes left: {join_names(removed)}."


def _upgrade_database(settings: Settings) -> Iterator[str]:
    """Upgrade the schema, and create missing triggers."""
    missing = _query(settings, lambda run: migrate.missing_triggers(run) if database.is_blog(run) else set())
    upgrade.prepare_database(db.engine, settings)
    if missing:
        yield f"Made triggers again: {', '.join(sorted(missing))}."


def _recount(settings: Settings) -> Iterator[str]:
    if wrong := _query(settings, counters.count_wrong):
        counters.recount_all()
        yield f"Counted all posts anew ({count_of(wrong, 'count was', 'counts were')} wrong)."


def _rebuild_index(settings: Settings) -> Iterator[str]:
    if _query(settings, database.has_index_problem):
        yield f"Made the search index anew, of {count_of(index.rebuild(), 'post')}."


def _render_texts(settings: Settings, *, thorough: bool) -> Iterator[str]:
    stale = _query(settings, database.count_stale_texts)
    if stale > QUICK_TEXTS and not thorough:
        yield f"{stale:,} texts were left to the next `broadsheet serve`, or `broadsheet doctor --fix`, to render anew."
    elif stale:
        failed = publish.rerender_outdated()
        yield f"Rendered {count_of(stale - len(failed), 'text')} anew."
        if failed:
            yield f"These keep their old pages, for their texts cannot be rendered any more: {join_names(failed)}."


def _restore_picture_files(settings: Settings, *, thorough: bool) -> Iterator[str]:
    """Make missing narrower and WebP files from the pictures themselves."""
    incomplete = _query(settings, lambda execute: list(pictures.incomplete_pictures(execute, settings.media)))
    fixable = [picture for picture in incomplete if not picture.lacks_base]
    selected = fixable if thorough else fixable[:QUICK_PICTURES]
    failed = [picture.image.name for picture in selected if not picture.restore_files(settings.media)]
    if restored := len(selected) - len(failed):
        yield f"Made the missing files of {count_of(restored, 'picture')} again."
    if failed:
        yield f"These could not be made again; upload the pictures once more: {join_names(failed)}."
    if remaining := len(fixable) - len(selected):
        yield f"{count_of(remaining, 'picture more lacks', 'pictures more lack')} files: mend again."


def _query(settings: Settings, query: Callable[[Execute], T]) -> T:
    """Return the result of a query on a connection that cannot write."""
    with database.open_read_only(settings) as connection:
        return query(connection.execute)
