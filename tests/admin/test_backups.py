"""The desk says how old and how large the backups are, and when they have stopped coming."""

import os
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask

from blog.core.backup import retention
from tests.admin.conftest import Author
from tests.world import Blog, squeezed, texts

NOW = datetime.now(UTC).replace(microsecond=0)
ASIDE = "//p[@class='aside']"


@pytest.fixture
def shelf(app: Flask, instance: Path) -> Path:
    """The folder of daily backups, switched on."""
    folder = instance / "backups"
    app.extensions["settings"] = replace(app.extensions["settings"], backups=folder)
    return folder


def put(shelf: Path, reason: str, age: timedelta, size: int) -> None:
    shelf.mkdir(exist_ok=True)
    retention.new_backup_path(shelf, reason, NOW - age).write_bytes(b"x" * size)


def told(author: Author) -> str:
    (aside,) = texts(author.page("/admin/"), ASIDE)
    return squeezed(aside)


def test_it_says_that_there_is_none_yet(author: Author, shelf: Path) -> None:
    assert told(author).startswith("There is no backup yet: the first is made when the server has run for a minute.")


def test_it_says_when_they_are_switched_off(app: Flask, author: Author) -> None:
    app.extensions["settings"] = replace(app.extensions["settings"], backups=None)
    assert told(author).startswith("There is no backup, and daily ones are switched off.")


@pytest.mark.parametrize(
    ("age", "words"),
    [({"minutes": 5}, "less than an hour ago"), ({"hours": 1}, "1 hour ago"), ({"hours": 47}, "47 hours ago"),
     ({"days": 9}, "9 days ago")],
)  # fmt: skip
def test_it_says_how_old_and_how_large_they_are(
    author: Author, shelf: Path, at: Callable[[datetime], None], age: dict[str, int], words: str
) -> None:
    at(NOW)
    put(shelf, "daily", timedelta(**age), 1_500_000)
    assert told(author).startswith(f"Backed up {words}; one backup is kept, of 1.5 MB.")
    put(shelf, "daily", timedelta(days=20), 1_500_000)
    put(shelf, "before-upgrade", timedelta(0), 1_000_000)  # it holds no pictures, and does not count as the newest
    assert told(author).startswith(f"Backed up {words}; 3 backups are kept, of 4.0 MB in all.")


def test_it_asks_for_attention_when_they_have_stopped(blog: Blog, author: Author, shelf: Path) -> None:
    attention = "//p[@class='attention']"
    put(shelf, "daily", timedelta(days=3), 10)
    put(shelf, "daily", timedelta(days=-300), 10)  # by a clock that was ahead
    (words,) = texts(author.page("/admin/"), attention)
    assert words.startswith("The last backup was made 3 days ago, and the blog has changed since.")
    for file in [*blog.instance.glob("blog.db*"), blog.instance / "media"]:
        if file.exists():
            os.utime(file, (0, 0))
    assert texts(author.page("/admin/?show=drafts"), attention) == []
    put(shelf, "manual", timedelta(days=1), 10)
    assert texts(author.page("/admin/"), attention) == []
