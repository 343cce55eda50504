"""Whether the rows of a database that comes from elsewhere hold what this code reads.

SQLite keeps anything in any column, and a file may have been made by somebody who knows that.
"""

from sqlalchemy import JSON, Boolean, Column, Connection, Integer, String, Table

from blog.core.images import variants
from blog.extensions import Base
from blog.models import Media
from blog.models.types import Instant

# What a value must be, in SQLite's words; the first kind that a column's type is counts.
KINDS: tuple[tuple[type, str, str], ...] = (
    # As it is written, and a day that there is; not so late that nothing can come after it.
    (Instant, "strftime('%Y-%m-%d %H:%M:%S', {0}) = substr({0}, 1, 19) AND {0} GLOB '[0-8]*'"
     " AND (length({0}) = 19 OR substr({0}, 20) GLOB '.[0-9][0-9][0-9][0-9][0-9][0-9]')", "a time"),
    (JSON, "typeof({0}) = 'text' AND json_valid({0})", "JSON"),
    (Boolean, "{0} IN (0, 1)", "a yes or a no"),
    (Integer, "typeof({0}) = 'integer' AND {0} BETWEEN -(1 << 53) AND 1 << 53", "a number"),
    (String, "typeof({0}) = 'text'", "a text"),
)  # fmt: skip


def find_violation(connection: Connection) -> str:
    """What is wrong with the rows of a database that has this schema's tables and columns; empty if nothing is."""
    # Whoever has the live one open would not understand it any more.
    if (encoding := connection.exec_driver_sql("PRAGMA encoding").scalar()) != "UTF-8":
        return f"is written in {encoding}, not in UTF-8"
    for table in Base.metadata.sorted_tables:
        if found := _unlike(connection, table):
            return found
    sites = connection.exec_driver_sql("SELECT count(*) FROM site").scalar()
    if sites != 1:
        return f"has {sites} rows of site settings, not one"
    for name, digest in connection.exec_driver_sql(f"SELECT name, hash FROM {Media.__tablename__}"):  # noqa: S608
        # Files are moved and removed by these names.
        if not variants.STORED_URL.fullmatch(variants.URL_PREFIX + name) or not variants.FULL_HASH.fullmatch(digest):
            return "names a picture as no picture is named"
    return ""


def _unlike(connection: Connection, table: Table) -> str:
    """The first column of a table that holds what it cannot; all are judged in one reading of its rows."""
    wanted = [(column.name, *_wanted(column)) for column in table.columns]
    questions = ", ".join(f"max(NOT coalesce({condition}, 0))" for _, condition, _ in wanted)
    answers = connection.exec_driver_sql(f'SELECT {questions} FROM "{table.name}"').one()  # noqa: S608
    for (name, _, kind), wrong in zip(wanted, answers, strict=True):
        if wrong:
            return f"holds something in {table.name}.{name} that is not {kind}"
    return ""


def _wanted(column: Column[object]) -> tuple[str, str]:
    name = f'"{column.name}"'
    condition, kind = next((told, kind) for cls, told, kind in KINDS if isinstance(column.type, cls))
    told = condition.format(name)
    return (f"({name} IS NULL OR {told})" if column.nullable else f"({told})"), kind
