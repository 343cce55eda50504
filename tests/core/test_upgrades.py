"""A database of an older schema comes to this one with all that it holds."""

from pathlib import Path

import pytest

from blog.core import schema
from blog.extensions import sqlite_driver
from blog.migrations import HEAD
from blog.models import Person, Post, Redirect, Site, Tag
from tests.core.test_schema import begun, change

GOLDEN = Path(__file__).resolve().parent.parent / "golden"
# Columns that later schemas brought.
NEW = {
    "site": {
        "made_by",
        "hubs",
        "guid",
        "fediverse",
        "atproto_did",
        "logo",
        "logo_dark",
        "typeface",
        "header_links",
        "footer_links",
        "security_contact",
    },
    "person": {"joined_at"},
    "media": {"widths", "filename", "deleted_at"},
    "post": {"planned_at", "saved_at", "saved_by", "saved_auto"},
}


@pytest.fixture
def old(instance: Path) -> Path:
    """A blog of schema 0001: three posts, a scheduled one, a draft, an unlisted one, a deleted one, a page."""
    connection = sqlite_driver().connect(instance / "blog.db")
    connection.executescript((GOLDEN / "schema-0001.sql").read_text("utf-8"))
    connection.close()
    return instance


def test_posts_of_the_first_schema_are_counted(old: Path) -> None:
    assert begun(old) is False
    assert change(old, "SELECT version_num FROM schema_version") == [(HEAD,)]
    assert sorted(change(old, "SELECT scope, month, posts FROM tally")) == [
        ("all", "", 4), ("all", "2019-12", 1), ("all", "2020-01", 2), ("all", "2999-01", 1),
        ("author:0", "", 2), ("author:0", "2020-01", 2),
        ("author:1", "", 2), ("author:1", "2019-12", 1), ("author:1", "2999-01", 1),
        ("tag:1", "", 3), ("tag:1", "2019-12", 1), ("tag:1", "2020-01", 1), ("tag:1", "2999-01", 1),
        ("tag:2", "", 2), ("tag:2", "2019-12", 1), ("tag:2", "2020-01", 1),
        ("tag:3", "", 1), ("tag:3", "2020-01", 1),
    ]  # fmt: skip
    listed = "SELECT post_id, tag_id, listed_at FROM post_tag WHERE listed_at IS NOT NULL ORDER BY 1, 2"
    assert [row[:2] for row in change(old, listed)] == [(1, 1), (1, 2), (2, 2), (3, 1), (3, 3), (4, 1)]
    wrong = "SELECT count(*) FROM post_tag JOIN post ON post.id = post_id WHERE listed_at <> published_at"
    assert change(old, wrong) == [(0,)]


def test_nothing_is_lost_on_the_way(old: Path) -> None:
    everything = []
    for table in (Post, Tag, Person, Redirect, Site):
        columns = ", ".join(
            f'"{column.name}"'
            for column in table.__table__.columns
            if column.name not in NEW.get(table.__tablename__, ())
        )
        everything.append(f"SELECT {columns} FROM {table.__tablename__} ORDER BY 1")
    before = [change(old, query) for query in everything]
    tags = "SELECT post_id, tag_id, position FROM post_tag ORDER BY 1, 2"
    tagged = change(old, tags)
    begun(old)
    assert [change(old, query) for query in everything] == before
    assert change(old, tags) == tagged


def test_an_upgraded_database_is_like_a_new_one(old: Path, new_database: Path) -> None:
    begun(old)
    shape = "SELECT type, name FROM sqlite_master WHERE name NOT LIKE 'sqlite_%' ORDER BY 1, 2"
    assert change(old, shape) == change(new_database.parent, shape)
    indexes = "SELECT name, sql FROM sqlite_master WHERE type = 'index' ORDER BY 1"
    assert change(old, indexes) == change(new_database.parent, indexes)
    triggers = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"
    assert dict(change(old, triggers)) == dict(change(new_database.parent, triggers))
    assert set(dict(change(old, triggers))) == schema.trigger_names()


def test_posts_are_counted_anew_after_triggers_were_lost(old: Path) -> None:
    begun(old)
    change(old, "DROP TRIGGER tally_post_update_old", "UPDATE post SET published_at = NULL WHERE id = 1")
    begun(old)
    assert change(old, "SELECT posts FROM tally WHERE scope = 'all' AND month = ''") == [(3,)]
    assert change(old, "SELECT count(*) FROM post_tag WHERE post_id = 1 AND listed_at IS NOT NULL") == [(0,)]
