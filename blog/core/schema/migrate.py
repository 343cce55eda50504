"""Create a database or migrate it to this code's schema, in one transaction and under a lock."""

import fcntl
import re
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any
from uuid import uuid4

from sqlalchemy import Connection, Engine, insert, inspect

from blog import clock, migrations
from blog.core.errors import Unusable
from blog.core.schema import counters
from blog.core.schema.counters import Execute
from blog.core.search import index
from blog.extensions import BUSY_MS, WRITE_OPTION, Base, database_uri, is_read_only, sqlite_driver
from blog.models import Post, Site, triggers
from blog.models.site import DEFAULTS

VERSION_TABLE = "schema_version"
VERSION = f"SELECT version_num FROM {VERSION_TABLE}"  # noqa: S608


def current_version(connection: Connection) -> str | None:
    """Return the schema version of a database; None if it is not a blog's."""
    if not inspect(connection).has_table(VERSION_TABLE):
        return None
    return connection.exec_driver_sql(VERSION).scalar()


def missing_triggers(execute: Execute) -> set[str]:
    return trigger_names() - {name for (name,) in execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")}


def trigger_names() -> set[str]:
    return set(_trigger_statements())


def _trigger_statements() -> dict[str, str]:
    return triggers.create_triggers(
        *([column.name for column in table.columns] for table in (Site.__table__, Post.__table__))
    )


@contextmanager
def upgrade_lock(folder: Path) -> Iterator[None]:
    """Let one process at a time upgrade or restore; the others wait, and then have nothing to do. Raises OSError."""
    if is_read_only(folder):  # no process can write there
        yield
        return
    with (folder / ".upgrade.lock").open("a") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def upgrade(engine: Engine, before: Callable[[str | None], object]) -> None:
    """Create a database or migrate it to this schema.

    Before that, `before` is called with the present schema version, None if the database is empty. Raises Unusable for
    a foreign, newer or too old database, and the database's own errors.
    """
    with engine.connect() as connection:
        version = current_version(connection)
        foreign = version is None and inspect(connection).get_table_names()
        if foreign:
            raise Unusable(
                f"The database holds another program's tables ({', '.join(foreign[:3])}): nothing was touched."
            )
        is_current = version == migrations.HEAD and not missing_triggers(connection.exec_driver_sql)
    if version is not None:
        _refuse_older(str(version))
        _refuse_newer(str(version))
    if is_current:
        return
    if version != migrations.HEAD:
        before(version)
    _migrate(engine, version)


def missing_columns(connection: Connection) -> list[str]:
    """Return the columns of this schema that a database lacks: then it was not a blog's."""
    present = {
        (table, column["name"])
        for table in inspect(connection).get_table_names()
        for column in inspect(connection).get_columns(table)
    }
    expected = [(table.name, column.name) for table in Base.metadata.sorted_tables for column in table.columns]
    return [f"{table}.{column}" for table, column in expected if (table, column) not in present]


def refuse_older(database: Path) -> None:
    """Raise Unusable if a database has a schema before the first one. This leaves no trace, in it or beside it."""
    file = database.resolve()  # SQLite keeps the log beside the file itself
    log, driver = file.with_name(f"{file.name}-wal"), sqlite_driver()
    # Without a log to read, SQLite would create one.
    uri = database_uri(file, "ro") + ("" if log.is_file() and log.stat().st_size else "&immutable=1")
    # `upgrade` explains why a database cannot be read, or is not a blog's.
    with suppress(driver.Error), closing(driver.connect(uri, uri=True)) as connection:
        for (version,) in connection.execute(VERSION):
            _refuse_older(str(version))


def _refuse_older(version: str) -> None:
    if _is_schema(version) and version < migrations.FIRST:
        raise Unusable(
            f"The database was made by an older, unreleased Broadsheet (schema {version}). Nothing was changed:"
            f" upgrade it with commit {migrations.UPGRADES_OLDER} first, then use this version."
        )


def _refuse_newer(version: str) -> None:
    if not _is_schema(version) or version > migrations.HEAD:
        raise Unusable(
            f"The database was written by a newer Broadsheet (schema {version}; this one knows up to"
            f" {migrations.HEAD}). Nothing was touched: install that version or a newer one."
        )


def _is_schema(version: str) -> bool:
    return re.fullmatch(r"\d{4}", version) is not None


def _migrate(engine: Engine, version: str | None) -> None:
    with engine.connect().execution_options(**{WRITE_OPTION: True}) as connection:
        # Inside a transaction these PRAGMAs do nothing, so they go to the driver, which begins none. With foreign keys
        # on, a table rebuild would cascade deletions.
        _set_pragmas(connection, "foreign_keys=OFF", "busy_timeout=600000")
        try:
            with connection.begin():
                _drop_triggers(connection)
                _run_migrations(connection, version)
                if version is None:
                    connection.execute(insert(Site).values(**_first_site()))
                counters.recount(connection.exec_driver_sql)
                index.index_missing(connection)
                _create_triggers(connection)
                broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
                if broken:
                    raise Unusable(f"The upgrade would break {len(broken)} references. Nothing was changed.")
        finally:
            _set_pragmas(connection, "foreign_keys=ON", f"busy_timeout={BUSY_MS}")


def _first_site() -> dict[str, Any]:
    return DEFAULTS | {"guid": str(uuid4()), "changed_at": clock.now().replace(microsecond=0)}


def _set_pragmas(connection: Connection, *settings: str) -> None:
    cursor = connection.connection.cursor()
    for setting in settings:
        cursor.execute(f"PRAGMA {setting}")
    cursor.close()


def _drop_triggers(connection: Connection) -> None:
    rows = connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'trigger'")
    for name in rows.scalars().all():
        if name.startswith(triggers.PREFIXES):
            connection.exec_driver_sql(f"DROP TRIGGER {name}")


def _create_triggers(connection: Connection) -> None:
    for statement in _trigger_statements().values():
        connection.exec_driver_sql(statement)


def recreate_triggers(connection: Connection) -> None:
    """Remove all triggers and views of a foreign database, and create the triggers of this schema."""
    rows = connection.exec_driver_sql("SELECT type, name FROM sqlite_master WHERE type IN ('trigger', 'view')").all()
    quote = connection.dialect.identifier_preparer.quote_identifier
    for kind, name in rows:
        connection.exec_driver_sql(f"DROP {kind} {quote(name)}")
    _create_triggers(connection)


def _run_migrations(connection: Connection, version: str | None) -> None:
    from alembic.migration import MigrationContext
    from alembic.operations import Operations
    from alembic.script import ScriptDirectory

    folder, *_ = migrations.FOLDERS
    script = ScriptDirectory(folder, version_locations=migrations.FOLDERS)
    context = MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE})
    with Operations.context(context):
        for step in reversed([*script.iterate_revisions("head", version or "base")]):
            step.module.upgrade()
            context.stamp(script, step.revision)
