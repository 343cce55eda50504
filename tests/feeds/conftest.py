"""Blogs with something in every feed."""

import contextlib
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from blog import config
from blog.commands import open_app
from blog.extensions import sqlite_driver
from tests.live_server import serving
from tests.world import LONG_AGO, SITE_URL, Blog

ROOT = Path(__file__).resolve().parents[2]
BODY = "Water and stone. " * 100


@pytest.fixture(scope="session")
def rivers_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a blog whose newest three posts are Ana's and tagged "Rivers": its files are to be copied."""
    folder = tmp_path_factory.mktemp("rivers")
    with open_app(config.load(folder, environ={}, site_url=SITE_URL)) as app:
        fill(Blog(app, folder))
    with contextlib.closing(sqlite_driver().connect(str(folder / "blog.db"))) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return folder


def fill(blog: Blog) -> None:
    """An editor's post, and three of Ana's that are worth compressing."""
    ana = blog.author("Ana")
    blog.make_post("The editor's", published_at=LONG_AGO - timedelta(days=1))
    for number, title in enumerate(("Source", "Ford", "Mouth")):
        when = LONG_AGO + timedelta(days=number)
        blog.make_post(title, slug=title.lower(), body=BODY, tags=["Rivers"], author_id=ana, published_at=when)


@pytest.fixture
def rivers(instance: Path, rivers_folder: Path) -> Iterator[Blog]:
    """A blog with four posts; three of them are Ana's and tagged "Rivers"."""
    for name in ("blog.db", "secret_key"):
        shutil.copy(rivers_folder / name, instance / name)
    with open_app(config.load(instance, environ={}, site_url=SITE_URL)) as app:
        app.testing = True
        yield Blog(app, instance)


@dataclass
class Served:
    """A blog that a process of its own serves at an address."""

    address: str
    instance: Path

    def ask(self, path: str, method: str = "GET", **headers: str) -> tuple[int, dict[str, str], bytes]:
        """Status, headers and body; header names are written with underscores."""
        connection = HTTPConnection(urlsplit(self.address).netloc, timeout=10)
        with contextlib.closing(connection):
            connection.request(method, path, headers={name.replace("_", "-"): text for name, text in headers.items()})
            answer = connection.getresponse()
            return answer.status, dict(answer.getheaders()), answer.read()


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory, rivers_folder: Path) -> Iterator[Served]:
    """The blog of four posts, served as its keeper would serve it; tests only read it."""
    instance = tmp_path_factory.mktemp("served")
    for name in ("blog.db", "secret_key"):
        shutil.copy(rivers_folder / name, instance / name)
    with serving(sys.executable, "-m", "blog", instance=instance, cwd=ROOT) as address:
        yield Served(address, instance)
