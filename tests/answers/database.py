"""Read what a blog's database holds: its schema, and the rows of each table. No server may have it open."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

from tests.answers.answer import Answer
from tests.answers.sides import Sides

# Random, or different for each code: hashes of secrets, processes, and the name of the code that served last.
RANDOM = {
    "person": {"password"}, "session": {"id"}, "invitation": {"id"}, "preview": {"token"}, "site": {"made_by"},
    "lease": {"holder"},
}  # fmt: skip
# When a call was made, and for how many changes at once, depends on the background process: of these rows what they
# are about.
OF_OUTBOX = 'SELECT DISTINCT kind, target, about FROM "outbox" ORDER BY 1, 2, 3'
OUTBOX = "outbox"


def compare_databases(sides: Sides, name: str) -> None:
    """Compare the databases of an instance folder of both sides, table by table."""
    contents = sides.both(lambda side: read(side.folder / name / "blog.db"))
    for table in sorted({*contents[0], *contents[1]}):
        answers = [Answer({"rows": content[table]} if table in content else {}) for content in contents]
        sides.compare("database", f"{name}: {table}", answers)


def read(file: Path) -> dict[str, bytes]:
    """Return the rows of each table as lines of JSON, and all statements of the schema as `schema`."""
    with closing(sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True)) as connection:
        master = connection.execute(
            "SELECT name, type, sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY type, name"
        ).fetchall()
        virtual = [name for name, _, sql in master if sql.startswith("CREATE VIRTUAL")]
        # What a full-text index is made of belongs to SQLite; searches show whether it is right.
        plain = [
            name for name, kind, _ in master
            if kind == "table" and not any(name == each or name.startswith(f"{each}_") for each in virtual)
        ]  # fmt: skip
        # Whoever adds a column to a table breaks lines in its statement in another way.
        schema = "\n".join(f"{' '.join(sql.split())};" for _, _, sql in master)
        return {"schema": schema.encode(), **{name: _rows(connection, name) for name in plain}}


def _rows(connection: sqlite3.Connection, table: str) -> bytes:
    columns = [row[1] for row in connection.execute(f'PRAGMA table_info("{table}")')]
    visible = [column for column in columns if column not in RANDOM.get(table, ())]
    names = ", ".join(f'"{column}"' for column in visible)
    query = OF_OUTBOX if table == OUTBOX else f'SELECT {names} FROM "{table}" ORDER BY {names}'
    lines = [json.dumps(row, ensure_ascii=False, default=bytes.hex) for row in connection.execute(query)]
    return "\n".join(lines).encode()
