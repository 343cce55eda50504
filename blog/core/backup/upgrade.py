"""Create a blog's database, or back it up and upgrade it, before anything else uses it."""

from collections.abc import Iterable
from functools import partial

from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

from blog.config import Settings
from blog.core.backup.create import create_backup
from blog.core.backup.retention import recovery_advice
from blog.core.db.transaction import describe_error, is_damage_error
from blog.core.errors import Unavailable, Unusable
from blog.core.schema import migrate

# Files and folders that an instance has only once it holds a blog.
USED_TRACES = ("secret_key", "media", "cards", "backups")
# Those of a blog that was opened once. A first start that was killed may leave a key and an empty database.
PUBLISHED_TRACES = USED_TRACES[1:]


def prepare_database(engine: Engine, settings: Settings) -> None:
    """Create the database of a blog, or back it up and upgrade it.

    Raises Unusable for a damaged, foreign or newer database, and for a missing one in a used instance; Unavailable if
    it cannot be done now.
    """
    file = settings.database_file
    try:
        with migrate.upgrade_lock(file.parent):
            refuse_if_lost(settings)
            if not file.exists():
                file.touch(0o600)  # other users of this machine must not read it
            migrate.upgrade(engine, partial(_before_upgrade, settings))
    except DBAPIError as error:
        if is_damage_error(error):
            raise Unusable(f"{file}: {describe_error(error)} {recovery_advice(settings)}") from error
        raise Unavailable(f"{file}: {describe_error(error)}") from error
    except OSError as error:
        raise Unusable(f"The folder {file.parent} cannot be written: {error.strerror}.") from error


def _before_upgrade(settings: Settings, version: str | None) -> None:
    """Back up the database, or make sure that no blog is lost if it is empty (`version` is None)."""
    if version is None:
        _refuse_if_used(settings, PUBLISHED_TRACES)
        return
    try:
        create_backup(settings, "before-upgrade")
    except Unavailable as error:
        raise Unavailable(f"The database needs an upgrade, and could not be backed up before. {error}") from error


def refuse_if_lost(settings: Settings) -> None:
    """Raise Unusable if the database of a used instance is missing: a new blog must not take its place."""
    file = settings.database_file
    if not file.exists() or not file.stat().st_size:
        _refuse_if_used(settings, USED_TRACES)


def _refuse_if_used(settings: Settings, traces: Iterable[str]) -> None:
    names = [name for name in traces if (settings.instance / name).exists()]
    if names:
        state = "is empty" if settings.database_file.exists() else "is missing"
        raise Unusable(
            f"{settings.database_file} {state}, yet {settings.instance} is in use (it holds {', '.join(names)})."
            f" No new blog was made over it. {recovery_advice(settings)} To begin anew, remove {', '.join(names)}."
        )
