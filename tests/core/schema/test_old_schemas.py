"""A blog of any released schema comes to this one with all that it holds, and readers notice nothing.

Each was made and read by the code of its time: see tests/schemas.
"""

import json
import re
import shutil
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from blog import config, create_app, paths
from blog.commands import open_app
from blog.core.editor import publish
from blog.core.schema import migrate
from blog.core.search import index
from blog.migrations import HEAD
from tests import schemas
from tests.admin.conftest import Visitor
from tests.core.schema.test_migrate import begun, change
from tests.schemas import dumping, library, making, seen

KEPT = schemas.kept()
OLDEST, NEWEST = KEPT[0], KEPT[-1]
COLUMNS = "SELECT name FROM pragma_table_info('{table}')"
TABLES = "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name"
# What an upgrade is there to change, and what is counted and indexed anew.
OWN = {migrate.VERSION_TABLE, "tally"}
LISTED = {"post_tag": {"listed_at"}}
Old = Callable[[str], Path]


@pytest.fixture
def old(instance: Path) -> Old:
    """Puts the blog of a schema into the test's folder, as its code left it."""

    def put(number: str) -> Path:
        dumping.load(schemas.database(number), instance / "blog.db")
        return instance

    return put


def reader(instance: Path) -> FlaskClient:
    """A reader of the blog in a folder."""
    return create_app(config.load(instance, environ={}, site_url=making.SITE_URL)).test_client()


# -- the blogs of all schemas ---------------------------------------------------------------------------------


def test_there_is_a_blog_of_every_released_schema() -> None:
    steps = {file.name[:4] for file in (paths.migrations() / "versions").glob("[0-9]*.py")}
    lacking = steps - set(KEPT) - schemas.NEVER_LAST - {HEAD}
    assert not lacking, f"python -m tests.schemas {min(lacking)} makes the first of {sorted(lacking)}"
    assert set(KEPT) <= steps and steps - set(KEPT) >= schemas.NEVER_LAST


@pytest.mark.parametrize("number", KEPT)
def test_each_is_one_of_its_schema_and_whole(old: Old, number: str) -> None:
    instance = old(number)
    assert change(instance, f"SELECT version_num FROM {migrate.VERSION_TABLE}") == [(number,)]
    assert change(instance, "PRAGMA integrity_check") == [("ok",)]
    assert change(instance, "PRAGMA foreign_key_check") == []
    assert dumping.dump(instance / "blog.db") == schemas.database(number)


# -- what readers find --------------------------------------------------------------------------------------


def told(instance: Path) -> Any:
    """What readers see, as JSON knows it."""
    return json.loads(json.dumps(making.look(instance)))


def lacks(now: Any, then: Any) -> list[str]:
    """What readers saw and do not see any more as it was; new pages and feeds are no loss."""
    return [
        f"{part} {path}: {now[part].get(path)} instead of {fact}"
        for part, facts in then.items()
        for path, fact in facts.items()
        if now[part].get(path) != fact
    ]


@pytest.mark.parametrize("number", KEPT)
def test_readers_find_all_that_they_found(old: Old, number: str) -> None:
    instance, then = old(number), schemas.seen_then(number)
    begun(instance)
    now = told(instance)
    assert lacks(now, then) == []
    assert now["sitemap"].keys() == then["sitemap"].keys()
    with open_app(config.load(instance, environ={})):
        change(instance, "UPDATE post SET renderer = 0")
        assert publish.rerender_outdated() == []
    # To read them anew is a change of the front page, and the sitemap says when.
    del then["sitemap"]["/"]
    assert lacks(told(instance), then) == []


@pytest.mark.parametrize("number", KEPT[-2:])
def test_its_pages_and_feeds_are_those_of_a_blog_that_never_was_older(old: Old, number: str, tmp_path: Path) -> None:
    instance, fresh, texts = old(number), tmp_path / "fresh", tmp_path / "texts"
    for folder in (fresh, texts):
        folder.mkdir()
    making.make(fresh, texts, number)
    with open_app(config.load(instance, environ={})):
        publish.rerender_outdated()
    drawn_alike(instance, fresh)
    with making.set_clock(making.LOOKED):
        upgraded, new = pages(instance), pages(fresh)
    assert upgraded.keys() == new.keys() and len(new) > 40
    assert [path for path in new if upgraded[path] != new[path]] == []


def drawn_alike(instance: Path, fresh: Path) -> None:
    """Give two blogs one id and one instant of the last change, and the older one its picture's file."""
    names = ("guid", "changed_at", "changed_version", "public_version")
    ((guid, *others),) = change(instance, f"SELECT {', '.join(names)} FROM site")
    changes = ", ".join(f"{name} = '{value}'" for name, value in zip(names, (guid, *others), strict=True))
    # First what moves the version, then the version.
    change(fresh, f"UPDATE site SET guid = '{guid}'", f"UPDATE site SET {changes}")
    (ours,), (theirs,) = (change(folder, "SELECT name FROM media")[0] for folder in (instance, fresh))
    shutil.copytree(fresh / "media", instance / "media", dirs_exist_ok=True)
    (instance / "media" / theirs).rename(instance / "media" / ours)


def pages(instance: Path) -> dict[str, tuple[int, str]]:
    """Status and text of every page and feed. A picture's name is left out, which its encoder decides."""
    client = reader(instance)
    ((name,),) = change(instance, "SELECT name FROM media")
    places = (*seen.ADDRESSES, *seen.FEEDS, *library.HIDDEN, "/sitemap.xml", *seen.sitemap(client))
    answers = {path: client.get(path) for path in places}
    return {path: (answer.status_code, answer.text.replace(name[:24], "TABLE")) for path, answer in answers.items()}


def test_what_was_scheduled_before_appears_after(old: Old) -> None:
    instance = old(OLDEST)
    begun(instance)
    with making.set_clock(making.LOOKED + timedelta(days=90)):
        client = reader(instance)
        assert client.get("/posts/scheduled/").status_code == 200
        assert client.get("/tags/later/").status_code == 200
        assert client.get("/posts/draft/").status_code == 404


# -- what authors find ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", [OLDEST, NEWEST])
def test_authors_sign_in_with_the_password_they_had(old: Old, number: str) -> None:
    instance = old(number)
    with open_app(config.load(instance, environ={}, site_url=making.SITE_URL)) as app:
        app.testing = True
        author = Visitor(app)
        assert author.sign_in(making.EMAIL, making.PASSWORD).headers["Location"] == "/admin/"
        desk = author.page("/admin/").text_content()
        assert "Draft" in desk and "Scheduled" in desk


def test_what_was_not_published_yet_is_as_it_was_left(old: Old) -> None:
    instance = old(NEWEST)
    begun(instance)
    ((token,),) = change(instance, "SELECT token FROM preview")
    secret = reader(instance).get(f"/preview/{token}/").text
    assert "Copied, and not shown" in secret and "What readers do <em>not</em> see." in secret


# -- what the database keeps ----------------------------------------------------------------------------------


def rows(instance: Path, columns: dict[str, list[str]]) -> dict[str, list[Any]]:
    return {
        table: sorted(change(instance, f"SELECT {', '.join(map(quoted, names))} FROM {table}"), key=repr)
        for table, names in columns.items()
    }


def quoted(name: str) -> str:
    return f'"{name}"'


@pytest.mark.parametrize("number", KEPT)
def test_no_row_and_no_value_is_lost(old: Old, number: str) -> None:
    instance = old(number)
    columns = {
        table: [name for (name,) in change(instance, COLUMNS.format(table=table)) if name not in LISTED.get(table, ())]
        for (table,) in change(instance, TABLES)
        if table not in OWN and table.partition("_")[0] not in (index.TABLE, "sqlite")
    }
    # The upgrade itself is a change that readers' caches must notice.
    columns["site"].remove("public_version")
    before = rows(instance, columns)
    assert len(before["post"]) == len(library.OTHERS) + 4 and len(before["redirect"]) >= 3
    begun(instance)
    assert rows(instance, columns) == before


@pytest.mark.parametrize("number", KEPT)
def test_an_upgraded_database_is_like_a_new_one(old: Old, number: str, new_database: Path) -> None:
    instance = old(number)
    assert begun(instance) is False
    assert change(instance, f"SELECT version_num FROM {migrate.VERSION_TABLE}") == [(HEAD,)]
    assert change(instance, "PRAGMA integrity_check") == [("ok",)]
    assert change(instance, "PRAGMA foreign_key_check") == []
    shapes = [shape(folder) for folder in (instance, new_database.parent)]
    assert shapes[0] == shapes[1]
    assert {name for kind, name in shapes[0] if kind == "trigger"} == migrate.trigger_names()


def shape(instance: Path) -> dict[tuple[str, str], Any]:
    """Every table with its columns and references, whose order may differ; every index and trigger with its SQL."""
    found: dict[tuple[str, str], Any] = {}
    for kind, name, sql in change(instance, "SELECT type, name, sql FROM sqlite_master"):
        if kind == "table" and not sql.startswith("CREATE VIRTUAL"):
            columns = change(instance, f"SELECT name, type, \"notnull\", pk FROM pragma_table_info('{name}')")
            references = change(instance, f'SELECT "from", "table", on_delete FROM pragma_foreign_key_list(\'{name}\')')
            found[kind, name] = sorted(columns), sorted(references)
        else:
            found[kind, name] = re.sub(r"\s+", " ", sql or "")
    return found


@pytest.mark.parametrize("number", KEPT)
def test_words_are_found_that_were_written_before_there_was_a_search(old: Old, number: str) -> None:
    instance = old(number)
    begun(instance)
    change(instance, "INSERT INTO search (search) VALUES ('integrity-check')")
    found = reader(instance).get("/search/?q=नमस्ते").text
    assert "/posts/quoted/" in found


def test_posts_of_the_first_schema_are_counted(old: Old) -> None:
    instance = old(OLDEST)
    begun(instance)
    with open_app(config.load(instance, environ={})):
        counted = sorted(change(instance, "SELECT scope, month, posts FROM tally"))
    ((ana,), (bo,)) = change(instance, "SELECT id FROM person ORDER BY name")
    assert [row for row in counted if row[0] == "all"] == [
        ("all", "", 13), ("all", "1969-07", 1), ("all", "2020-02", 1), ("all", "2021-03", 1), ("all", "2022-03", 1),
        ("all", "2022-04", 1), ("all", "2022-05", 1), ("all", "2022-10", 1), ("all", "2023-01", 1),
        ("all", "2023-02", 1), ("all", "2023-03", 1), ("all", "2023-04", 1), ("all", "2023-05", 1),
        ("all", "2026-06", 1),
    ]  # fmt: skip
    assert [row for row in counted if row[0] == f"author:{bo}"] == [
        (f"author:{bo}", "", 2), (f"author:{bo}", "2020-02", 1), (f"author:{bo}", "2022-10", 1),
    ]  # fmt: skip
    assert not [row for row in counted if row[0] == f"author:{ana}"]
    tagged = "SELECT posts FROM tally JOIN tag ON scope = 'tag:' || tag.id WHERE month = '' AND slug = 'letters'"
    assert change(instance, tagged) == [(8,)]
    wrong = "SELECT count(*) FROM post_tag JOIN post ON post.id = post_id WHERE listed_at <> published_at"
    assert change(instance, wrong) == [(0,)]
    listed = "SELECT count(*) FROM post_tag WHERE listed_at IS NOT NULL"
    assert change(instance, listed) == [(18,)]


def test_posts_are_counted_anew_after_triggers_were_lost(old: Old) -> None:
    instance = old(OLDEST)
    begun(instance)
    drop = "DROP TRIGGER tally_post_update_old"
    change(instance, drop, "UPDATE post SET published_at = NULL WHERE slug = 'letter-1'")
    begun(instance)
    assert change(instance, "SELECT posts FROM tally WHERE scope = 'all' AND month = ''") == [(12,)]
    listed = (
        "SELECT count(*) FROM post_tag JOIN post ON post.id = post_id WHERE slug = 'letter-1' AND listed_at NOT NULL"
    )
    assert change(instance, listed) == [(0,)]


def test_what_later_schemas_note_is_noted_of_what_was_there(old: Old) -> None:
    instance = old(OLDEST)
    begun(instance)
    used = "SELECT slug, copied, name LIKE stem || '%' FROM media_use JOIN post ON post.id = post_id, media"
    assert change(instance, used) == [("rivers", 0, 1)]
    saved = dict(change(instance, "SELECT slug, substr(saved_at, 1, 19) FROM post"))
    assert saved["rivers"] == "2021-07-01 08:00:00" and saved["letter-1"] == "2023-01-01 12:00:00"
    assert saved["edited"] == "2026-03-01 10:00:00" and saved["draft"] == "2026-03-01 09:00:00"
    assert change(instance, "SELECT joined_at = created_at FROM person") == [(1,), (1,)]
