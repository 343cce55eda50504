"""A database is brought to this code's schema once, whole, under a lock, or refused in one sentence."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask
from sqlalchemy import event, inspect, select

from blog import config, create_app, migrations
from blog.commands import open_app
from blog.core.editor import publish
from blog.core.editor.fields import Fields
from blog.core.errors import Unavailable, Unusable
from blog.core.schema import migrate
from blog.core.search import index
from blog.core.site.settings import configure
from blog.extensions import Base, db, has_wal_fix, sqlite_driver
from blog.migrations import HEAD
from blog.models import Site
from tests.world import SITE_URL

ROOT = Path(__file__).resolve().parents[3]
BEGIN = """
import sys
from pathlib import Path
from blog import config
from blog.commands import open_app
from blog.core.editor import publish
from blog.core.editor.fields import Fields
sys.stdin.readline()
with open_app(config.load(Path(sys.argv[1]), environ={})):
    print(publish.create(Fields(title="Hello")).slug)
"""


def settings_of(instance: Path) -> config.Settings:
    return config.load(instance, environ={}, site_url=SITE_URL)


def begun(instance: Path) -> bool:
    """Open the blog as a command does; whether its tables were made."""
    file = instance / "blog.db"
    begun_before = file.exists() and b"CREATE TABLE" in file.read_bytes()
    with open_app(settings_of(instance)):
        return not begun_before


def change(instance: Path, *statements: str) -> list[Any]:
    """Run statements as another program would; the rows of the last."""
    connection = sqlite_driver().connect(instance / "blog.db", isolation_level=None)
    rows = [connection.execute(statement).fetchall() for statement in statements][-1]
    connection.close()
    return list(rows)


def refused(instance: Path) -> str:
    """The sentence that opening the blog ends with; the file stays as it is."""
    before = (instance / "blog.db").read_bytes() if (instance / "blog.db").exists() else None
    with pytest.raises(Unusable) as refusal:
        begun(instance)
    after = (instance / "blog.db").read_bytes() if (instance / "blog.db").exists() else None
    assert before == after
    assert "\n" not in str(refusal.value)
    return str(refusal.value)


# -- beginning ----------------------------------------------------------------------------------------------


def test_a_new_database_has_its_schema_its_site_and_its_triggers(instance: Path) -> None:
    assert begun(instance) is True
    assert change(instance, "SELECT version_num FROM schema_version") == [(HEAD,)]
    assert change(instance, "SELECT id, title, public_version FROM site") == [(1, "Broadsheet", 1)]
    triggers = {name for (name,) in change(instance, "SELECT name FROM sqlite_master WHERE type = 'trigger'")}
    assert triggers == migrate.trigger_names()
    assert {"public_post_insert", "public_site_update", "public_redirect_delete"} <= triggers


def test_nobody_else_on_the_machine_reads_it(instance: Path) -> None:
    begun(instance)
    assert (instance / "blog.db").stat().st_mode & 0o077 == 0


def test_opening_it_again_does_nothing(instance: Path) -> None:
    begun(instance)
    change(instance, "UPDATE site SET title = 'Mine'")
    before = (instance / "blog.db").read_bytes()
    assert begun(instance) is False
    assert (instance / "blog.db").read_bytes() == before


def test_an_empty_file_in_an_unused_folder_becomes_a_blog(instance: Path) -> None:
    (instance / "blog.db").touch()
    assert begun(instance) is True


# -- refusing -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("trace", ["secret_key", "media", "cards"])
@pytest.mark.parametrize("state", ["empty", "missing"])
def test_no_new_blog_is_begun_over_a_used_instance(instance: Path, trace: str, state: str) -> None:
    (instance / trace).mkdir() if trace != "secret_key" else (instance / trace).write_text("k" * 64)
    if state == "empty":
        (instance / "blog.db").touch()
    said = refused(instance)
    assert f"blog.db is {state}" in said
    assert trace in said.partition("it holds")[2]
    assert (instance / "blog.db").exists() == (state == "empty")


def test_a_version_that_is_torn_out_is_refused(instance: Path) -> None:
    begun(instance)
    change(instance, "DELETE FROM schema_version")
    refused(instance)
    assert change(instance, "SELECT count(*) FROM site") == [(1,)]


def test_a_step_that_fails_leaves_nothing_behind(instance: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(migrate, "_trigger_statements", lambda: {"bad": "CREATE TRIGGER bad NONSENSE"})
    with pytest.raises(Unavailable, match="Nothing was changed"):
        begun(instance)
    assert change(instance, "SELECT name FROM sqlite_master") == []
    monkeypatch.undo()
    assert begun(instance) is True


# -- several at once ----------------------------------------------------------------------------------------


def test_two_processes_that_begin_at_once_both_succeed(instance: Path) -> None:
    command = [sys.executable, "-W", "error", "-c", BEGIN, str(instance)]
    pair = [
        subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT
        )
        for _ in range(2)
    ]
    for one in pair:
        assert one.stdin
        one.stdin.write("go\n")
        one.stdin.flush()
    said = [one.communicate(timeout=60) for one in pair]
    assert [one.returncode for one in pair] == [0, 0], said
    assert sorted(out.strip() for out, _ in said) == ["hello", "hello-2"]
    assert sorted(change(instance, "SELECT slug FROM post")) == [("hello",), ("hello-2",)]
    assert change(instance, "SELECT count(*) FROM site") == [(1,)]


# -- the schema is the models' ------------------------------------------------------------------------------


def test_the_migrated_schema_is_the_models(app: Flask) -> None:
    with db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": False})
        found = [change for change in compare_metadata(context, Base.metadata) if not _ours(change)]
        names = set(inspect(connection).get_table_names())
    assert found == []
    assert {name for name in names if not _of_no_model(name)} == set(Base.metadata.tables)


def _ours(difference: Any) -> bool:
    # References of added columns are read wrongly (what a deletion does is lost): the test below asks SQLite itself.
    if difference[0] in ("add_fk", "remove_fk"):
        return True
    # Alembic's own table belongs to no model, nor those of the search engine.
    return difference[0] == "remove_table" and _of_no_model(difference[1].name)


def _of_no_model(name: str) -> bool:
    return name == migrate.VERSION_TABLE or name.partition("_")[0] == index.TABLE


def test_what_the_comparison_cannot_see_is_the_models_too(app: Flask) -> None:
    # Alembic compares neither CHECKs, the conditions of indexes, nor what a deletion does to references.
    migrated = db.session.connection().exec_driver_sql
    sql = {
        name: " ".join(text.split())
        for name, text in migrated("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL")
    }
    assert "CONSTRAINT one_site CHECK (id = 1)" in sql["site"]
    assert "CONSTRAINT known_kind CHECK (kind IN ('post', 'page'))" in sql["post"]
    assert "CONSTRAINT one_target CHECK (post_id IS NULL OR target IS NULL)" in sql["redirect"]
    for table in Base.metadata.tables.values():
        rows = {(row[3], row[2], row[6]) for row in migrated(f"PRAGMA foreign_key_list({table.name})")}
        keys = {(key.parent.name, key.column.table.name, key.ondelete) for key in table.foreign_keys}
        assert rows == keys, table.name


def test_the_newest_step_is_the_head_and_the_oldest_the_first() -> None:
    (folder,) = migrations.FOLDERS
    steps = ScriptDirectory(folder, version_locations=[folder])
    assert (steps.get_heads(), steps.get_bases()) == ([HEAD], [migrations.FIRST])


# -- connections --------------------------------------------------------------------------------------------


def test_every_connection_has_its_settings(app: Flask) -> None:
    with db.engine.connect() as first, db.engine.connect() as second:
        for connection in (first, second):
            ask = connection.exec_driver_sql
            assert ask("PRAGMA foreign_keys").scalar() == 1
            assert ask("PRAGMA journal_mode").scalar() == "wal"
            assert ask("PRAGMA synchronous").scalar() == 2
            assert ask("PRAGMA trusted_schema").scalar() == 0
            assert ask("PRAGMA busy_timeout").scalar() == 5000


def test_writing_begins_immediately_and_reading_does_not(app: Flask) -> None:
    said: list[str] = []
    db.session.remove()
    event.listen(db.engine.pool, "checkout", lambda connection, *_rest: connection.set_trace_callback(said.append))
    db.session.scalars(select(Site)).one()
    assert [one for one in said if one.startswith("BEGIN")] == ["BEGIN"]
    said.clear()
    post = publish.create(Fields(title="A"))
    for act in (lambda: publish.edit(post.id, Fields(title="B")), lambda: configure("title", "C")):
        said.clear()
        act()
        first_write = next(
            number for number, one in enumerate(said) if one.split()[0] in ("INSERT", "UPDATE", "DELETE")
        )
        begins = [one for one in said[:first_write] if one.startswith("BEGIN")]
        assert begins[-1] == "BEGIN IMMEDIATE"


def test_an_app_of_an_existing_blog_writes_nothing(instance: Path) -> None:
    begun(instance)
    before = (instance / "blog.db").read_bytes()
    create_app(settings_of(instance))
    assert (instance / "blog.db").read_bytes() == before


@pytest.mark.parametrize(
    ("version", "safe"),
    [
        ((3, 53, 4), True),
        ((3, 51, 3), True),
        ((3, 51, 2), False),
        ((3, 50, 7), True),
        ((3, 50, 6), False),
        ((3, 44, 6), True),
        ((3, 44, 5), False),
        ((3, 45, 1), False),
        ((3, 40, 0), False),
        ((4, 0, 0), True),
    ],
)
def test_the_versions_that_can_lose_commits_are_known(version: tuple[int, int, int], safe: bool) -> None:
    assert has_wal_fix(version) is safe
