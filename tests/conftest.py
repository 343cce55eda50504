"""What every test may ask for: a blog in a temporary folder, a client, a command runner, a clock."""

import contextlib
import os
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from jinja2 import FileSystemBytecodeCache
from werkzeug.routing import Rule

from blog import clock, config
from blog.commands import opened
from blog.extensions import db, sqlite_driver
from tests.world import SITE_URL, Blog, run

for name in [name for name in os.environ if name.startswith("BLOG_") or name in ("HOST", "PORT")]:
    del os.environ[name]


@pytest.fixture(scope="session", autouse=True)
def _templates_compiled_once(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Every app of these tests fills in the same templates: Jinja compiles each once, not once an app."""
    compiled = FileSystemBytecodeCache(str(tmp_path_factory.mktemp("templates")))
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(Flask.jinja_options, "bytecode_cache", compiled)
        yield


@pytest.fixture(scope="session", autouse=True)
def _addresses_built_when_asked_for() -> Iterator[None]:
    """Werkzeug compiles for each rule of each app how its addresses are built: a third of the time that an app takes.

    Few tests ask for more than a few of them.
    """
    compiled = Rule._compile_builder

    def later(rule: Rule, append_unknown: bool = True) -> Callable[..., Any]:
        made: list[Callable[..., Any]] = []

        def build(*given: Any, **values: Any) -> Any:
            if not made:
                made.append(compiled(rule, append_unknown))
            return made[0](*given, **values)

        return build

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Rule, "_compile_builder", later)
        yield


@pytest.fixture
def instance(tmp_path: Path) -> Path:
    """An empty instance folder."""
    folder = tmp_path / "instance"
    folder.mkdir()
    return folder


@pytest.fixture(scope="session")
def new_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The database file of a new blog, to be copied: making one costs a tenth of a second."""
    folder = tmp_path_factory.mktemp("new")
    with opened(config.load(folder, environ={})):
        pass
    with contextlib.closing(sqlite_driver().connect(str(folder / "blog.db"))) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return folder / "blog.db"


@pytest.fixture
def app(instance: Path, new_database: Path) -> Iterator[Flask]:
    """A new blog without posts, inside its application context."""
    shutil.copyfile(new_database, instance / "blog.db")
    settings = config.load(instance, environ={}, site_url=SITE_URL)
    with opened(settings) as app:
        app.testing = True
        yield app


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A reader's browser; each request gets a context and a session of its own."""
    return app.test_client()


@pytest.fixture
def blog(app: Flask, instance: Path) -> Blog:
    """Makes posts and reads pages; see tests/world.py."""
    return Blog(app, instance)


@pytest.fixture
def command(instance: Path) -> Callable[..., "run"]:
    """Runs `broadsheet --instance <the test's folder> ...` in this process."""
    return lambda *arguments, **options: run(instance, *arguments, **options)


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Callable[[datetime], None]:
    """Sets the clock."""

    def set_clock(moment: datetime) -> None:
        monkeypatch.setattr(clock, "now", lambda: moment)

    return set_clock


@pytest.fixture
def tomorrow() -> datetime:
    """This time tomorrow."""
    return datetime.now(UTC) + timedelta(days=1)


@pytest.fixture(autouse=True)
def _fresh_session() -> Iterator[None]:
    yield
    try:
        db.session.remove()
    except RuntimeError:
        return  # no application in this test
