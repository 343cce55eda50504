"""Bring a database to this code's schema: once, whole, under a lock, or refuse in one sentence."""

import fcntl
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

from sqlalchemy import Connection, Engine, insert, inspect
from sqlalchemy.exc import DBAPIError

from blog import clock, paths
from blog.config import Settings
from blog.core import searchindex, tallies
from blog.core.archiving import back_up
from blog.core.backups import advice
from blog.core.errors import Unavailable, Unusable
from blog.core.transaction import damaged, trouble
from blog.extensions import BUSY_MS, WRITE, Base, read_only
from blog.migrations import HEAD
from blog.models import Post, Site, triggers
from blog.models.site import DEFAULTS

VERSION_TABLE = "schema_version"
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
        with alone(file.parent):
            refuse_lost(of)
            if not file.exists():
                file.touch(0o600)  # it holds what nobody else on this machine is to know
            upgrade(engine, lambda version: _back_up(of) if version else _refuse_used(of, GROWN))
    except DBAPIError as error:
        if damaged(error):
            raise Unusable(f"{file}: {trouble(error)} {advice(of)}") from error
        raise Unavailable(f"{file}: {trouble(error)}") from error
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


def current(connection: Connection) -> str | None:
    """The schema version of a database; None when it has no tables of ours."""
    if not inspect(connection).has_table(VERSION_TABLE):
        return None
    return connection.exec_driver_sql(f"SELECT version_num FROM {VERSION_TABLE}").scalar()  # noqa: S608


def missing_triggers(connection: Connection) -> set[str]:
    """Names of the triggers that should exist and do not."""
    rows = connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'trigger'")
    return trigger_names() - set(rows.scalars())


def trigger_names() -> set[str]:
    """Names of the triggers that a database of this schema has."""
    return set(_triggers())


def _triggers() -> dict[str, str]:
    return triggers.statements(
        *([column.name for column in table.columns] for table in (Site.__table__, Post.__table__))
    )


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """One process at a time upgrades or restores; the others wait here, and then find the work done. Raises OSError."""
    if read_only(folder):  # where nobody can
        yield
        return
    with (folder / ".upgrade.lock").open("a") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def upgrade(engine: Engine, before: Callable[[str | None], object]) -> None:
    """Bring a database to this schema, or make one. First `before` is called with its schema, None for an empty one.

    Raises Unusable for a foreign or newer database, and what the database raises.
    """
    with engine.connect() as connection:
        version = current(connection)
        foreign = version is None and inspect(connection).get_table_names()
        if foreign:
            raise Unusable(
                f"The database holds another program's tables ({', '.join(foreign[:3])}): nothing was touched."
            )
        done = version == HEAD and not missing_triggers(connection)
    if version is not None and not _known(version):
        raise Unusable(
            f"The database was written by a newer Broadsheet (schema {version}; this one knows up to {HEAD})."
            " Nothing was touched: install that version or a newer one."
        )
    if done:
        return
    if version != HEAD:
        before(version)
    _migrate(engine, version)


def lacking(connection: Connection) -> list[str]:
    """Tables and columns that a database of this schema has, and this one does not: it was no blog's."""
    has = {
        (table, column["name"])
        for table in inspect(connection).get_table_names()
        for column in inspect(connection).get_columns(table)
    }
    wanted = [(table.name, column.name) for table in Base.metadata.sorted_tables for column in table.columns]
    return [f"{table}.{column}" for table, column in wanted if (table, column) not in has]


def _known(version: object) -> bool:
    return isinstance(version, str) and re.fullmatch(r"\d{4}", version) is not None and version <= HEAD


def _migrate(engine: Engine, version: str | None) -> None:
    with engine.connect().execution_options(**{WRITE: True}) as connection:
        # PRAGMAs of this kind do nothing inside a transaction: they go to the driver, which begins none. A table
        # rebuild would cascade deletions with foreign keys on.
        _pragmas(connection, "foreign_keys=OFF", "busy_timeout=600000")
        try:
            with connection.begin():
                _drop_triggers(connection)
                _run_steps(connection)
                if version is None:
                    connection.execute(insert(Site).values(**_first_row()))
                tallies.recount(connection.exec_driver_sql)
                searchindex.complete(connection)
                _make_triggers(connection)
                broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
                if broken:
                    raise Unusable(f"The upgrade would break {len(broken)} references. Nothing was changed.")
        finally:
            _pragmas(connection, "foreign_keys=ON", f"busy_timeout={BUSY_MS}")


def _first_row() -> dict[str, Any]:
    return DEFAULTS | {"guid": str(uuid4()), "changed_at": clock.now().replace(microsecond=0)}


def _pragmas(connection: Connection, *settings: str) -> None:
    cursor = connection.connection.cursor()
    for setting in settings:
        cursor.execute(f"PRAGMA {setting}")
    cursor.close()


def _drop_triggers(connection: Connection) -> None:
    rows = connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'trigger'")
    for name in rows.scalars().all():
        if name.startswith(triggers.PREFIXES):
            connection.exec_driver_sql(f"DROP TRIGGER {name}")


def _make_triggers(connection: Connection) -> None:
    for statement in _triggers().values():
        connection.exec_driver_sql(statement)


def renew_triggers(connection: Connection) -> None:
    """Make the triggers of this schema the only ones of a database that comes from elsewhere, and leave it no views."""
    rows = connection.exec_driver_sql("SELECT type, name FROM sqlite_master WHERE type IN ('trigger', 'view')").all()
    quote = connection.dialect.identifier_preparer.quote_identifier
    for kind, name in rows:
        connection.exec_driver_sql(f"DROP {kind} {quote(name)}")
    _make_triggers(connection)


def _run_steps(connection: Connection) -> None:
    from alembic.config import Config
    from alembic.runtime.environment import EnvironmentContext
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(paths.migrations()).replace("%", "%%"))
    script = ScriptDirectory.from_config(config)

    def steps(revision, _context):  # type: ignore[no-untyped-def]
        return script._upgrade_revs("head", revision)

    with EnvironmentContext(config, script, fn=steps) as environment:
        environment.configure(
            connection=connection, version_table=VERSION_TABLE, transactional_ddl=False, render_as_batch=True
        )
        environment.run_migrations()
