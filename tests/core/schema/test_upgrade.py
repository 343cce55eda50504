"""A blog of an older schema comes to a newer one with all that it holds, and readers notice nothing.

An upgrade that is killed or fails leaves the old blog; the newer schema is one that only tests know.
"""

import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from blog import migrations
from blog.core.schema import counters, migrate
from blog.core.search import index
from blog.extensions import sqlite_driver
from tests import sample_blog
from tests.core.backup.conftest import read
from tests.core.schema.test_migrate import begun, change, refused
from tests.later_schema import LATER, STEPS, later_schema
from tests.transfer.library import rows
from tests.world import run

ROOT = Path(__file__).resolve().parents[3]
KILLS = 16
TABLES = "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name"
# Those of the upgrade itself.
OWN = ("sqlite_master", migrate.VERSION_TABLE)
FEEDS = ("/feed.xml", "/atom.xml", "/feed.json", "/sitemap.xml", "/tags/guide/feed.xml", "/authors/bo-lind/feed.json")
# What only forms leave; all of it refers to a post or a person.
AUTHORS = (
    "INSERT INTO draft SELECT id, 2, version, created_at, author_id, 1, title, slug, summary, 'Unseen', '[]', language,"
    " cover, kind, unlisted, canonical_url, published_at FROM post",
    "INSERT INTO preview SELECT id, 'token-' || id, created_at FROM post",
    "INSERT INTO media_use SELECT id, 1, 'picture' FROM post",
    "INSERT INTO session SELECT 'session', id, created_at, created_at, '::1', 'Firefox' FROM person WHERE email <> ''",
    "INSERT INTO attempt SELECT 1, created_at, email, '::1', 0 FROM person WHERE email <> ''",
    "INSERT INTO invitation SELECT 'i', 'c@d.example', '', created_at, created_at, id FROM person WHERE email <> ''",
)


@pytest.fixture
def older(instance: Path, full_blog: Path) -> Path:
    """A blog of this schema with rows in every table, and a scheduled post."""
    shutil.copytree(full_blog, instance, dirs_exist_ok=True)
    for arguments in (
        ["user", "add", "ana@example.org", "--name", "Ana", "--password-stdin"],
        ["config", "hubs", "https://hub.example/"],
        ["edit", "letter-1", "--slug", "letter-one", "--summary", "Said anew."],
        ["new", "Later", "--publish", "--date", "2999-01-01"],
    ):
        assert run(instance, *arguments, stdin="seven quiet rivers\n").status == 0
    change(instance, *AUTHORS)
    return instance


def dump(instance: Path) -> dict[str, list[Any]]:
    """All rows of all tables, and how each table is made."""
    tables = ["sqlite_master", *(name for (name,) in rows(instance, TABLES))]
    return {table: sorted(rows(instance, f'SELECT * FROM "{table}"'), key=repr) for table in tables}


def content(instance: Path) -> dict[str, list[Any]]:
    """What authors and readers gave, in all tables; without what tells caches of a change."""
    kept = {name: values for name, values in dump(instance).items() if not name.startswith((*OWN, index.TABLE))}
    names = [row[1] for row in rows(instance, "PRAGMA table_info(site)")]
    return kept | {"site": [row[: names.index("public_version")] for row in kept["site"]]}


def upgrade(instance: Path) -> None:
    with later_schema():
        assert begun(instance) is False


def test_readers_and_authors_find_all_that_they_found(older: Path) -> None:
    pages, before = read(older, *sample_blog.PAGES, *FEEDS), content(older)
    assert [table for table, values in before.items() if not values and table != "lease"] == []
    upgrade(older)
    after = content(older)
    assert [row[-1] for row in after["post"]] == [row[3].upper() for row in after["post"]]
    assert {**after, "post": [row[:-1] for row in after["post"]]} == before
    assert read(older, *sample_blog.PAGES, *FEEDS) == pages
    assert pages["/posts/river/"][0] == 200


def test_an_upgraded_database_is_like_a_new_one(older: Path, tmp_path: Path) -> None:
    new = tmp_path / "new"
    new.mkdir()
    upgrade(older)
    with later_schema():
        begun(new)
    assert shape(older) == shape(new)
    assert {name for kind, name in shape(older) if kind == "trigger"} == migrate.trigger_names()
    assert rows(older, migrate.VERSION) == [(LATER,)]
    assert rows(older, "PRAGMA integrity_check") == [("ok",)]
    assert rows(older, "PRAGMA foreign_key_check") == []


def shape(instance: Path) -> dict[tuple[str, str], Any]:
    """The columns and references of each table, the SQL of each index and trigger."""
    made = {(kind, name): sql for kind, name, sql in rows(instance, "SELECT type, name, sql FROM sqlite_master")}
    for _, name in [key for key in made if key[0] == "table"]:
        references = rows(instance, f'SELECT "from", "table", on_delete FROM pragma_foreign_key_list(\'{name}\')')
        made["table", name] = rows(instance, f"PRAGMA table_xinfo('{name}')"), sorted(references)
    return made


def test_posts_are_counted_and_indexed_that_were_not(older: Path) -> None:
    change(older, "DELETE FROM tally", "UPDATE post_tag SET listed_at = NULL", "DELETE FROM search")
    upgrade(older)
    connection = sqlite_driver().connect(older / "blog.db")
    assert counters.count_wrong(connection.execute) == 0
    assert not index.find_problem(connection.execute)
    connection.close()
    assert b"/posts/river/" in read(older, "/search/?q=treaties")["/search/?q=treaties"][1]


def test_posts_are_counted_anew_after_triggers_were_lost(older: Path) -> None:
    ((count,),) = rows(older, "SELECT posts FROM tally WHERE scope = 'all' AND month = ''")
    change(older, "DROP TRIGGER tally_post_update_old", "UPDATE post SET published_at = NULL WHERE slug = 'letter-2'")
    begun(older)
    assert rows(older, "SELECT posts FROM tally WHERE scope = 'all' AND month = ''") == [(count - 1,)]
    listed = (
        "SELECT count(*) FROM post_tag JOIN post ON post.id = post_id WHERE slug = 'letter-2' AND listed_at NOT NULL"
    )
    assert rows(older, listed) == [(0,)]


# -- cut off ------------------------------------------------------------------------------------------------


def test_one_that_is_killed_anywhere_changes_nothing_and_succeeds_later(older: Path, tmp_path: Path) -> None:
    folders = [shutil.copytree(older, tmp_path / f"killed-{place}") for place in range(KILLS)]
    before = dump(older)
    command = [sys.executable, "-W", "error", "-m", "tests.later_schema.killing", *map(str, (older, *folders))]
    said = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True, timeout=120).stdout
    assert int(said) > 5 * KILLS
    for folder in folders:
        assert rows(folder, "PRAGMA integrity_check") == [("ok",)]
        assert dump(folder) == before, folder.name
    for folder in folders[:: KILLS // 3]:
        upgrade(folder)
        assert content(folder) == content(older)


@pytest.mark.parametrize("end", ["op.execute('DELETE FROM person')", "raise RuntimeError('cut off')"])
def test_one_that_goes_wrong_leaves_the_blog_as_it_was(older: Path, tmp_path: Path, end: str) -> None:
    before = dump(older)
    (step,) = STEPS.glob("*.py")
    (tmp_path / step.name).write_text(f"{step.read_text()}    {end}\n")
    with later_schema(tmp_path):
        if "DELETE" in end:
            assert "would break" in refused(older)
        else:
            with pytest.raises(RuntimeError, match="cut off"):
                begun(older)
    assert dump(older) == before
    upgrade(older)
    assert rows(older, "SELECT count(DISTINCT later) = count(*) FROM post") == [(1,)]


# -- before the first schema ----------------------------------------------------------------------------------


@pytest.mark.parametrize("log", ["no log", "a log"])
@pytest.mark.parametrize("arguments", [["list"], ["serve"], ["new", "A"], ["backup"], ["doctor"], ["doctor", "--fix"]])
def test_a_blog_that_is_too_old_is_refused_and_no_file_is_touched(older: Path, log: str, arguments: list[str]) -> None:
    (older / "secret_key").unlink()
    holder = sqlite_driver().connect(older / "blog.db")
    holder.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    holder.execute("UPDATE schema_version SET version_num = '0010'")
    holder.commit()
    if log == "no log":
        holder.close()
    before = {
        file: (file.read_bytes(), file.stat().st_mtime_ns) for file in older.rglob("*.*") if file.suffix != ".db-shm"
    }
    result = run(older, *arguments)
    said = result.out + result.err
    assert result.status == 1 and "older, unreleased Broadsheet (schema 0010). Nothing was changed: upgrade" in said
    assert migrations.UPGRADES_OLDER in said and result.err.count("\n") <= 1
    assert {file: (file.read_bytes(), file.stat().st_mtime_ns) for file in before} == before
    assert {file for file in older.rglob("*.*") if file.suffix != ".db-shm"} == set(before)
    holder.close()
