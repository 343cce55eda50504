"""Bring a database to this code's schema: once, whole, under a lock, or refuse in one sentence."""

import fcntl
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

from sqlalchemy import Connection, Engine, insert, inspect

from blog import clock, paths
from blog.core.errors import Unusable
from blog.core.schema import counters
from blog.core.search import index
from blog.extensions import BUSY_MS, WRITE_OPTION, Base, is_read_only
from blog.migrations import HEAD
from blog.models import Post, Site, triggers
from blog.models.site import DEFAULTS

VERSION_TABLE = "schema_version"


def current_version(connection: Connection) -> str | None:
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
    return triggers.create_triggers(
        *([column.name for column in table.columns] for table in (Site.__table__, Post.__table__))
    )


@contextmanager
def upgrade_lock(folder: Path) -> Iterator[None]:
    """One process at a time upgrades or restores; the others wait here, and then find the work done. Raises OSError."""
    if is_read_only(folder):  # where nobody can
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
        version = current_version(connection)
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


def missing_columns(connection: Connection) -> list[str]:
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
    with engine.connect().execution_options(**{WRITE_OPTION: True}) as connection:
        # PRAGMAs of this kind do nothing inside a transaction: they go to the driver, which begins none. A table
        # rebuild would cascade deletions with foreign keys on.
        _pragmas(connection, "foreign_keys=OFF", "busy_timeout=600000")
        try:
            with connection.begin():
                _drop_triggers(connection)
                _run_steps(connection)
                if version is None:
                    connection.execute(insert(Site).values(**_first_row()))
                counters.recount(connection.exec_driver_sql)
                index.index_missing(connection)
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


def recreate_triggers(connection: Connection) -> None:
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
