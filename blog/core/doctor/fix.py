"""What can be mended without asking: nothing that an author wrote or uploaded is changed or removed."""

from collections.abc import Callable, Iterator
from typing import TypeVar

from blog.config import Settings
from blog.core.backup import upgrade
from blog.core.backup.scratch import remove_if_stale
from blog.core.doctor import database, files, pictures
from blog.core.doctor.findings import Run, count_of, error_line, join_names
from blog.core.editor import publish
from blog.core.images import storage
from blog.core.schema import counters
from blog.core.search import index
from blog.extensions import db

# Where somebody waits for the answer: so many pictures get their files back, and so many texts are rendered anew.
PICTURES_AT_ONCE = 20
TEXTS_AT_ONCE = 200

T = TypeVar("T")
# Says what it did, sentence by sentence.
Fix = Callable[[], Iterator[str]]


def apply_fixes(settings: Settings, more: "dict[str, Fix]", *, thorough: bool) -> Iterator[str]:
    """Mend what is safe; says each thing that it did, or could not do. Asks within the context of an app."""
    steps: dict[str, Fix] = {
        "Permissions": lambda: _tighten(settings),
        "Files left over": lambda: _remove_drafts(settings),
    }
    if settings.database_file.is_file() and settings.database_file.stat().st_size:
        steps |= {
            "The database": lambda: _prepare(settings),
            "Counts": lambda: _count(settings),
            "The search index": lambda: _index(settings),
            "Texts": lambda: _render(settings, thorough=thorough),
            "Pictures": lambda: _complete(settings, thorough=thorough),
            **more,
        }
    for what, step in steps.items():
        try:
            yield from step()
        except Exception as error:  # noqa: BLE001  (the other steps may still help)
            yield f"{what} could not be mended: {error_line(error)}."
        finally:
            db.session.rollback()


def _tighten(settings: Settings) -> Iterator[str]:
    for what, file in list(files.exposed_secrets(settings)):
        file.chmod(0o600)
        yield f"Only its owner can read {what} now ({file.name})."


def _remove_drafts(settings: Settings) -> Iterator[str]:
    removed = []
    for draft in files.leftover_files(settings):
        if draft.is_dir():
            remove_if_stale(draft)
        else:
            draft.unlink(missing_ok=True)
        removed.append(draft.name)
    if removed:
        yield f"Removed what killed processes left: {join_names(removed)}."


def _prepare(settings: Settings) -> Iterator[str]:
    """Upgrade the schema, and make missing triggers again."""
    lost = _asked(settings, lambda run: database.missing_triggers(run) if database.is_ours(run) else set())
    upgrade.prepare_database(db.engine, settings)
    if lost:
        yield f"Made triggers again: {', '.join(sorted(lost))}."


def _count(settings: Settings) -> Iterator[str]:
    if wrong := _asked(settings, counters.count_wrong):
        counters.recount_all()
        yield f"Counted all posts anew ({count_of(wrong, 'count was', 'counts were')} wrong)."


def _index(settings: Settings) -> Iterator[str]:
    if _asked(
        settings, lambda run: index.find_problem(run) or any(map(index.is_index_problem, database.check_problems(run)))
    ):
        yield f"Made the search index anew, of {count_of(index.rebuild(), 'post')}."


def _render(settings: Settings, *, thorough: bool) -> Iterator[str]:
    stale = _asked(settings, database.count_stale_texts)
    if stale > TEXTS_AT_ONCE and not thorough:
        yield f"{stale:,} texts were left to the next `broadsheet serve`, or `broadsheet doctor --fix`, to render anew."
    elif stale:
        refused = publish.rerender_outdated()
        yield f"Rendered {count_of(stale - len(refused), 'text')} anew."
        if refused:
            yield f"These keep their old pages, for their texts cannot be rendered any more: {join_names(refused)}."


def _complete(settings: Settings, *, thorough: bool) -> Iterator[str]:
    lacking = _asked(settings, lambda run: list(pictures.incomplete_pictures(run, settings.media)))
    missing = [one for one in lacking if not one.base]
    some = missing if thorough else missing[:PICTURES_AT_ONCE]
    failed = [one.plate.name for one in some if not storage.restore_variants(one.plate, one.files, settings.media)]
    if made := len(some) - len(failed):
        yield f"Made the missing files of {count_of(made, 'picture')} again."
    if failed:
        yield f"These could not be made again; upload the pictures once more: {join_names(failed)}."
    if left := len(missing) - len(some):
        yield f"{count_of(left, 'picture')} more lack files: mend again."


def _asked(settings: Settings, question: Callable[[Run], T]) -> T:
    """What a connection that cannot write answers to a question."""
    with database.open_read_only(settings) as connection:
        return question(connection.execute)
