"""Blogs that are backed up and brought back."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from blog import config, create_app
from blog.commands import open_app
from blog.config import Settings
from blog.core.backup import create
from blog.core.editor import publish as editor_publish
from blog.core.editor.fields import Fields
from blog.extensions import sqlite_driver
from tests.world import LONG_AGO, SITE_URL, picture, run, write


def settings_of(instance: Path, **environ: str) -> Settings:
    """The settings of a blog with daily backups."""
    return config.load(instance, environ={"BLOG_SITE_URL": SITE_URL, **environ})


def publish(instance: Path, title: str) -> None:
    """Publish a post as a command does."""
    with open_app(settings_of(instance)):
        editor_publish.create(Fields(title=title, body=f"The text of {title}."), published_at=LONG_AGO)


def read(instance: Path, *paths: str) -> dict[str, tuple[int, bytes]]:
    """Status and body of some addresses, as a server that was just started answers."""
    client = create_app(settings_of(instance)).test_client()
    answers = {path: client.get(path) for path in paths}
    return {path: (answer.status_code, answer.data) for path, answer in answers.items()}


def ask(instance: Path, question: str) -> list[tuple[object, ...]]:
    """The rows that a question to the database gives."""
    connection = sqlite_driver().connect(instance / "blog.db", isolation_level=None)
    try:
        return list(connection.execute(question).fetchall())
    finally:
        connection.close()


def state(instance: Path) -> dict[str, bytes]:
    """All that a blog is: its files but for locks, logs and backups, and the rows of its tables."""
    found = {
        str(file.relative_to(instance)): file.read_bytes()
        for file in instance.rglob("*")
        if file.is_file() and not file.name.startswith((".", "blog.db")) and "backups" not in file.parts
    }
    tables = ask(instance, "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'search%'")
    return found | {str(name): repr(ask(instance, f"SELECT * FROM {name}")).encode() for (name,) in tables}


@pytest.fixture
def old(instance: Path, new_blog: Path) -> Path:
    """A blog with a post, a picture and its owner's own look."""
    for name in ("blog.db", "secret_key"):
        shutil.copy(new_blog / name, instance / name)
    write(instance, "custom.css", ".article { color: teal }")
    write(instance, "templates/parts/extra.html", "<p>Extra</p>")
    text = write(
        instance.parent, "texts/rivers.md", "---\ntitle: Rivers\ndate: 2024-05-01\n---\n![A river](river.png)\n"
    )
    write(text.parent, "river.png", picture())
    assert run(instance, "import", str(text.parent)).status == 0
    return instance


@pytest.fixture
def saved(old: Path, tmp_path: Path) -> Path:
    """A backup of it."""
    return create.create_backup(settings_of(old), "manual", tmp_path / "saved.zip").file


Repack = Callable[..., Path]


@pytest.fixture
def elsewhere(tmp_path: Path) -> Iterator[Path]:
    """Another instance folder, which is empty."""
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    yield folder
