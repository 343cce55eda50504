"""What every test may ask for: a blog in a temporary folder, a client, a command runner, a clock."""

import contextlib
import fcntl
import os
import shutil
import signal
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import hypothesis
import pytest
from flask import Flask
from flask.testing import FlaskClient

from blog import clock, config
from blog.commands import open_app
from blog.extensions import db, sqlite_driver
from blog.transfer import samples
from tests import sample_blog
from tests.live_server import Server, Start, starting
from tests.speedups import slow_passwords, speedups
from tests.world import SITE_URL, Blog, run

for name in [name for name in os.environ if name.startswith("BLOG_") or name in ("HOST", "PORT")]:
    del os.environ[name]
# Whoever tests backups asks for them.
os.environ["BLOG_BACKUPS"] = "off"
# What is right on a busy machine is right; and each run asks the same.
hypothesis.settings.register_profile("steady", deadline=None, derandomize=True)
hypothesis.settings.load_profile("steady")
# Otherwise each server that a test starts compiles the whole blog, and each run all tests: half a second, and eight.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False


def _roomy(folder: str) -> bool:
    try:
        found = os.statvfs(folder)
    except OSError:
        return False
    return not found.f_flag & os.ST_NOEXEC and found.f_bavail * found.f_frsize > 4 * 2**30


# Blogs of tests lie in memory where there is room: on a disk, each of their commits waits for it.
if _roomy("/dev/shm"):
    os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", "/dev/shm")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """One process more than there are processors: a third of the time tests wait, for servers, timers and locks."""
    processors = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return processors + 1


@pytest.fixture(scope="session", autouse=True)
def _done_once() -> Iterator[None]:
    with speedups():
        yield


@pytest.fixture
def full_price() -> Iterator[None]:
    """Passwords are hashed as for real blogs: for tests of what they cost."""
    with slow_passwords():
        yield


@pytest.fixture
def instance(tmp_path: Path) -> Path:
    """An empty instance folder."""
    folder = tmp_path / "instance"
    folder.mkdir()
    return folder


@pytest.fixture(scope="session")
def new_blog(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a new blog, whose files are to be copied: making them costs a tenth of a second."""
    folder = tmp_path_factory.mktemp("new")
    with open_app(config.load(folder, environ={})):
        pass
    with contextlib.closing(sqlite_driver().connect(str(folder / "blog.db"))) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return folder


@pytest.fixture(scope="session")
def new_database(new_blog: Path) -> Path:
    """The database file of a new blog."""
    return new_blog / "blog.db"


def _made_once(folders: pytest.TempPathFactory, name: str, make: Callable[[Path], None]) -> Path:
    """A folder that the first of the processes that run the tests makes, and all of them copy."""
    base = folders.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / name
    with folder.with_suffix(".lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            begun = folders.mktemp(name)
            make(begun)
            begun.rename(folder)
    return folder


@pytest.fixture(scope="session")
def started_blog(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a blog as its first start leaves it, to be copied: with the samples, and their cards drawn."""

    def make(folder: Path) -> None:
        with open_app(config.load(folder, environ={}, site_url=SITE_URL)):
            samples.load(folder / "media")
        assert run(folder, "tick").status == 0

    return _made_once(tmp_path_factory, "started", make)


@pytest.fixture(scope="session")
def full_blog(tmp_path_factory: pytest.TempPathFactory, started_blog: Path) -> Path:
    """The folder of a blog with one page of each kind, to be copied; see tests/sample_blog.py."""

    def make(folder: Path) -> None:
        shutil.copytree(started_blog, folder, dirs_exist_ok=True)
        sample_blog.fill(folder, tmp_path_factory.mktemp("shelf"))

    return _made_once(tmp_path_factory, "full", make)


@pytest.fixture
def app(instance: Path, new_blog: Path) -> Iterator[Flask]:
    """A new blog without posts, inside its application context."""
    for name in ("blog.db", "secret_key"):
        shutil.copy(new_blog / name, instance / name)
    settings = config.load(instance, environ={}, site_url=SITE_URL)
    with open_app(settings) as app:
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


@pytest.fixture
def start(instance: Path, tmp_path: Path, started_blog: Path) -> Iterator[Start]:
    """Starts `serve` in the test's folder.

    An empty folder is made one that was started before, which is quicker, unless the test asks for a `new` blog.
    """
    with starting(instance, tmp_path, started_blog) as begin:
        yield begin


@pytest.fixture(scope="module")
def lasting(tmp_path_factory: pytest.TempPathFactory, started_blog: Path) -> Iterator[Start]:
    """A server with these options, started once a file: for tests that leave it as good as they found it.

    Whatever they did to it, it must end cleanly when it is told to.
    """
    servers: dict[tuple[object, ...], Server] = {}

    def get(*options: str, workers: int = 2) -> Server:
        if (options, workers) not in servers:
            folder, outputs = tmp_path_factory.mktemp("lasting"), tmp_path_factory.mktemp("output")
            begin = stack.enter_context(starting(folder, outputs, started_blog))
            servers[options, workers] = begin(*options, workers=workers)
        return servers[options, workers]

    with contextlib.ExitStack() as stack:
        yield get
        for server in servers.values():
            assert server.stop(signal.SIGTERM) == 0
            assert "Traceback" not in server.output.read_text()
