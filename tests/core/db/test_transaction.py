"""A locked, full or read-only database: nothing changes, and a sentence says so."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from blog.core.accounts import people
from blog.core.db.transaction import describe_error
from blog.core.editor import publish
from blog.core.editor.fields import Fields
from blog.core.errors import Unavailable
from blog.core.posts import summaries
from blog.core.site.settings import configure, site
from blog.extensions import BUSY_MS, db, sqlite_driver
from tests.world import LONG_AGO, Blog

Act = Callable[[int], object]
ACTS: dict[str, Act] = {
    "create": lambda _: publish.create(Fields(title="New")),
    "edit": lambda number: publish.edit(number, Fields(title="New", slug="new", tags=["new"])),
    "publish": lambda number: publish.publish(number, LONG_AGO),
    "unpublish": publish.unpublish,
    "delete": publish.delete,
    "configure": lambda _: configure("title", "New"),
    "add a user": lambda _: people.add("new@example.org", "New", "long enough"),
}


def all_rows() -> dict[str, list[Any]]:
    """Everything in the database."""
    db.session.rollback()
    run = db.session.connection().exec_driver_sql
    tables = run("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name").scalars().all()
    return {table: [tuple(row) for row in run(f"SELECT * FROM {table}")] for table in tables}


@contextmanager
def locked(instance: Path) -> Iterator[None]:
    """Another process writes."""
    other = sqlite_driver().connect(instance / "blog.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        other.rollback()
        other.close()


@contextmanager
def setting(pragma: str, value: str, normal: str) -> Iterator[None]:
    """A PRAGMA on each pooled connection of the app; the pool holds one in these tests."""
    db.session.remove()
    for chosen in (value, normal):
        with db.engine.connect() as connection:
            cursor = connection.connection.cursor()
            cursor.execute(f"PRAGMA {pragma} = {chosen}")
            cursor.close()
        if chosen == value:
            yield
            db.session.remove()


@pytest.fixture
def post_id(blog: Blog) -> int:
    return blog.make_post("Old", tags=["old"]).id


@pytest.mark.parametrize("act", ACTS.values(), ids=ACTS.keys())
def test_a_locked_database_is_told_and_nothing_changes(app: Flask, instance: Path, post_id: int, act: Act) -> None:
    before = all_rows()
    with setting("busy_timeout", "20", str(BUSY_MS)):
        with locked(instance), pytest.raises(Unavailable) as refusal:
            act(post_id)
        assert (
            str(refusal.value)
            == "Another process is writing to the database. Nothing was changed; try again in a moment."
        )
        assert all_rows() == before
        act(post_id)  # and works again without a restart
    assert all_rows() != before


def test_readers_notice_nothing_of_a_lock(blog: Blog, instance: Path, post_id: int) -> None:
    with locked(instance):
        assert [post.title for post in summaries.recent(5)] == ["Old"]
        assert blog.get("/posts/old/").status_code == 200


def test_a_read_only_database_is_told_and_nothing_changes(app: Flask, post_id: int) -> None:
    before = all_rows()
    with setting("query_only", "ON", "OFF"), pytest.raises(Unavailable, match=r"^The database can only be read here\."):
        publish.edit(post_id, Fields(title="New"))
    assert all_rows() == before


def test_a_full_disk_is_told_and_nothing_changes(app: Flask, post_id: int) -> None:
    before = all_rows()
    with (
        setting("max_page_count", "1", "1000000"),
        pytest.raises(Unavailable, match=r"^The disk is full\. Nothing was changed"),
    ):
        publish.create(Fields(title="Large", body="word " * 100_000))
    assert all_rows() == before
    assert site().title == "Broadsheet"
    assert publish.create(Fields(title="Large")).slug == "large"


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        (517, "Another process is writing"),
        (6, "Another process is writing"),
        (13, "The disk is full. Nothing was changed;"),
        (1032, "The database can only be read here."),
        (267, "The database is damaged."),
        (26, "The database is damaged."),
        (1, "The database cannot be used now (no such table: locked). "),
    ],
)
def test_the_code_decides_and_not_the_words(code: int, sentence: str) -> None:
    error = sqlite_driver().OperationalError("no such table: locked")
    error.sqlite_errorcode = code
    assert describe_error(error).startswith(sentence)
