"""Create a blog's database, or back it up and upgrade it, before anything else uses it."""

from collections.abc import Iterable

from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

from blog.config import Settings
from blog.core.backup.create import back_up
from blog.core.backup.retention import advice
from blog.core.db.transaction import describe_error, is_damage_error
from blog.core.errors import Unavailable, Unusable
from blog.core.schema import migrate

# What an instance folder holds only once a blog lives in it.
TRACES = ("secret_key", "media", "cards", "backups")
# Those of a blog that was begun and shown. A first start that was cut off may leave a key and an empty database.
GROWN = TRACES[1:]


def prepare(engine: Engine, of: Settings) -> None:
    """Create the database of a blog, or back it up and upgrade it.

    Raises Unusable for a damaged, foreign or newer database, and for a missing one in a used instance; Unavailable when
    it cannot be done now.
    """
    file = of.database_file
    try:
        with migrate.alone(file.parent):
            refuse_lost(of)
            if not file.exists():
                file.touch(0o600)  # it holds what nobody else on this machine is to know
            migrate.upgrade(engine, lambda version: _back_up(of) if version else _refuse_used(of, GROWN))
    except DBAPIError as error:
        if is_damage_error(error):
            raise Unusable(f"{file}: {describe_error(error)} {advice(of)}") from error
        raise Unavailable(f"{file}: {describe_error(error)}") from error
    except OSError as error:
        raise Unusable(f"The folder {file.parent} cannot be written: {error.strerror}.") from error


def _back_up(of: Settings) -> None:
    try:
        back_up(of, "before-upgrade")
    except Unavailable as error:
        raise Unavailable(f"The database needs an upgrade, and could not be backed up before. {error}") from error


def refuse_lost(of: Settings) -> None:
    """Refuse to begin a new blog where an old one's database has gone missing."""
    file = of.database_file
    if not file.exists() or not file.stat().st_size:
        _refuse_used(of, TRACES)


def _refuse_used(of: Settings, traces: Iterable[str]) -> None:
    found = [name for name in traces if (of.instance / name).exists()]
    if found:
        state = "is empty" if of.database_file.exists() else "is missing"
        raise Unusable(
            f"{of.database_file} {state}, yet {of.instance} is in use (it holds {', '.join(found)})."
            f" No new blog was made over it. {advice(of)} To begin anew, remove {', '.join(found)}."
        )
