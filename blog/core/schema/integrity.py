"""Check that the values in a foreign database have the types that this code expects.

SQLite stores any value in any column, and an attacker may use that.
"""

from sqlalchemy import JSON, Boolean, Column, Connection, Integer, String, Table

from blog.core.images import variants
from blog.extensions import Base
from blog.models import Media
from blog.models.types import Instant

# The SQL condition for values of a column type, and its name in messages. The first matching type counts.
CONDITIONS: tuple[tuple[type, str, str], ...] = (
    # In the format that this code writes, an existing day, and early enough that later dates are possible.
    (Instant, "strftime('%Y-%m-%d %H:%M:%S', {0}) = substr({0}, 1, 19) AND {0} GLOB '[0-8]*'"
     " AND (length({0}) = 19 OR substr({0}, 20) GLOB '.[0-9][0-9][0-9][0-9][0-9][0-9]')", "a time"),
    (JSON, "typeof({0}) = 'text' AND json_valid({0})", "JSON"),
    (Boolean, "{0} IN (0, 1)", "a yes or a no"),
    (Integer, "typeof({0}) = 'integer' AND {0} BETWEEN -(1 << 53) AND 1 << 53", "a number"),
    (String, "typeof({0}) = 'text'", "a text"),
)  # fmt: skip


def find_violation(connection: Connection) -> str:
    """Return the first wrong value of a database with this schema, or "" if all are right."""
    # Processes that have the live database open could not read another encoding.
    if (encoding := connection.exec_driver_sql("PRAGMA encoding").scalar()) != "UTF-8":
        return f"is written in {encoding}, not in UTF-8"
    for table in Base.metadata.sorted_tables:
        if violation := _find_wrong_column(connection, table):
            return violation
    sites = connection.exec_driver_sql("SELECT count(*) FROM site").scalar()
    if sites != 1:
        return f"has {sites} rows of site settings, not one"
    for name, digest in connection.exec_driver_sql(f"SELECT name, hash FROM {Media.__tablename__}"):  # noqa: S608
        # Files with these names are moved and removed.
        if not variants.STORED_URL.fullmatch(variants.URL_PREFIX + name) or not variants.FULL_HASH.fullmatch(digest):
            return "names a picture as no picture is named"
    return ""


def _find_wrong_column(connection: Connection, table: Table) -> str:
    """Return the first column with a wrong value, or "". One query checks all columns."""
    conditions = [(column.name, *_condition(column)) for column in table.columns]
    expressions = ", ".join(f"max(NOT coalesce({condition}, 0))" for _, condition, _ in conditions)
    results = connection.exec_driver_sql(f'SELECT {expressions} FROM "{table.name}"').one()  # noqa: S608
    for (name, _, type_name), is_wrong in zip(conditions, results, strict=True):
        if is_wrong:
            return f"holds something in {table.name}.{name} that is not {type_name}"
    return ""


def _condition(column: Column[object]) -> tuple[str, str]:
    """Return the SQL condition for a column's values, and the name of their type."""
    name = f'"{column.name}"'
    template, type_name = next((sql, kind) for cls, sql, kind in CONDITIONS if isinstance(column.type, cls))
    condition = template.format(name)
    return (f"({name} IS NULL OR {condition})" if column.nullable else f"({condition})"), type_name
