"""The watcher: one number that moves when readers could see something new, and only then."""

import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import event

from blog.core.accounts import people
from blog.core.db.transaction import write_transaction
from blog.core.db.watcher import Watcher
from blog.core.editor import publish
from blog.core.editor.fields import Fields
from blog.core.posts import query
from blog.core.site.settings import configure
from blog.extensions import db, sqlite_driver
from tests.web.ask import put
from tests.world import Blog

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
At = Callable[[datetime], None]


@pytest.fixture
def watcher(app: Flask, instance: Path) -> Watcher:
    return Watcher(instance / "blog.db")


def test_it_stays_while_nothing_is_written(watcher: Watcher) -> None:
    assert len({watcher.version() for _ in range(10)}) == 1


def test_it_moves_with_what_readers_see(watcher: Watcher, blog: Blog) -> None:
    stamps = [watcher.version()]

    def moved() -> bool:
        stamps.append(watcher.version())
        return stamps[-1] != stamps[-2] and watcher.version() == stamps[-1]

    post = blog.make_post("Rivers", tags=["Water"])
    assert moved()
    publish.edit(post.id, Fields(body="Slower."))
    assert moved()
    configure("tagline", "Slow")
    assert moved()
    publish.delete(post.id)
    assert moved()
    publish.undelete(post.id)
    assert moved()


def test_it_stays_with_what_readers_do_not_see(watcher: Watcher, blog: Blog) -> None:
    blog.make_post("Rivers", tags=["Water"])
    before = watcher.version()
    draft = blog.make_post("Draft", tags=["Water", "Unseen"], published_at=None)
    publish.edit(draft.id, Fields(title="Another", body="More.", tags=["Unseen"]))
    publish.delete(draft.id)
    people.add("ana@example.org", "Ana", "a long enough password")
    put("UPDATE person SET password = 'x', email = 'b@example.org'")
    put("INSERT INTO revision (post_id, saved_at, title, summary, body) SELECT id, created_at, '', '', '' FROM post")
    put("UPDATE site SET samples_at = changed_at")
    assert watcher.version() == before


def test_what_is_rolled_back_moves_nothing(watcher: Watcher, blog: Blog) -> None:
    post = blog.make_post("Rivers")
    before = watcher.version()
    with pytest.raises(ZeroDivisionError), write_transaction() as session:
        session.get_one(type(post), post.id).title = "Half"
        session.flush()
        raise ZeroDivisionError
    assert watcher.version() == before


def test_it_sees_what_another_process_commits(watcher: Watcher, instance: Path, blog: Blog) -> None:
    blog.make_post("Rivers")
    db.session.remove()
    before = watcher.version()
    program = "import sys; from blog.cli import main; main(sys.argv[1:])"
    command = [sys.executable, "-c", program, "--instance", str(instance), "config", "tagline", "Slow"]
    subprocess.run(command, check=True, capture_output=True, cwd=Path(__file__).parents[3])
    assert watcher.version() != before


def test_it_moves_when_a_scheduled_post_comes_due(watcher: Watcher, blog: Blog, at: At) -> None:
    at(NOW)
    blog.make_post("Tomorrow", published_at=NOW + timedelta(days=1))
    blog.make_post("Later", published_at=NOW + timedelta(days=2))
    before = watcher.version()
    at(NOW + timedelta(days=1, microseconds=-1))
    assert watcher.version() == before
    at(NOW + timedelta(days=1))
    on_the_day = watcher.version()
    assert on_the_day != before and watcher.version() == on_the_day
    at(NOW + timedelta(days=3))
    assert watcher.version() != on_the_day


def test_it_moves_when_a_wrong_clock_is_put_right(watcher: Watcher, blog: Blog, at: At) -> None:
    blog.make_post("Scheduled", published_at=NOW)
    at(NOW + timedelta(days=1))
    fast = watcher.version()
    at(NOW - timedelta(days=1))
    assert watcher.version() != fast


def test_without_a_database_it_knows_nothing_and_recovers(watcher: Watcher, instance: Path, blog: Blog) -> None:
    db.session.remove()
    db.engine.dispose()
    file = instance / "blog.db"
    file.rename(instance / "away")
    assert watcher.version() is None
    (instance / "away").rename(file)
    assert watcher.version() is not None


def test_it_waits_for_nobody(watcher: Watcher, blog: Blog, instance: Path) -> None:
    blog.make_post("Rivers")
    db.session.remove()
    before = watcher.version()
    writer = sqlite_driver().connect(instance / "blog.db", isolation_level=None)
    writer.execute("BEGIN IMMEDIATE")
    writer.execute("UPDATE post SET title = 'Half'")
    assert watcher.version() == before
    writer.execute("COMMIT")
    writer.close()
    assert watcher.version() != before


def test_it_sees_the_next_time_what_is_committed_while_it_looks(watcher: Watcher, blog: Blog) -> None:
    post = blog.make_post("Rivers")

    def commit(*_rest: object) -> None:
        if query.find(post.slug).title == "Rivers":
            put("UPDATE post SET title = 'Streams'")

    event.listen(watcher._engine, "after_cursor_execute", commit)
    before = watcher.version()
    assert query.find(post.slug).title == "Streams"
    assert watcher.version() != before


def test_threads_share_it(watcher: Watcher, blog: Blog) -> None:
    blog.make_post("Rivers")
    before = watcher.version()
    with ThreadPoolExecutor(4) as pool:
        answers = [pool.submit(lambda: [watcher.version() for _ in range(200)]) for _ in range(4)]
        put("UPDATE post SET title = 'Streams'")
        versions = [version for answer in answers for version in answer.result()]
    assert None not in versions and watcher.version() != before
