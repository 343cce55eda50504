"""Ways in which a blog is damaged between two commands, for what `doctor` says and mends."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

Damage = Callable[[Path], None]


def show_to_all(file: Path) -> None:
    """Let every user of the machine read a secret file."""
    file.chmod(0o644)


def cut(file: Path) -> None:
    """Leave the first bytes of a file."""
    file.write_bytes(file.read_bytes()[:10_000])


def remove_variants(folder: Path) -> None:
    """Remove the smaller files of pictures, and the largest one of one of them."""
    for file in folder.glob("*-640.*"):
        file.unlink()
    min(folder.glob("*.png")).unlink()


def run_sql(*statements: str) -> Damage:
    """Return a damage that changes a database past the program."""

    def damage(file: Path) -> None:
        with closing(sqlite3.connect(file, isolation_level=None)) as connection:
            for statement in statements:
                connection.execute(statement)

    return damage


def drop_triggers(file: Path) -> None:
    """Remove all triggers of a database."""
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            connection.execute(f'DROP TRIGGER "{name}"')
