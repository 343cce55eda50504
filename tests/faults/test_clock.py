"""A clock that was wrong: what was done meanwhile is kept, and nothing waits for the day that it told."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from blog import clock
from blog.core.accounts.throttle import MAX_FAILURES
from blog.core.backup import create, retention
from blog.core.editor import drafts, publish, working_copy
from blog.core.editor.fields import Fields
from blog.core.editor.revisions import Saver
from blog.core.outbox import HandlerError
from tests.admin.conftest import ANA, PASSWORD, Visitor, join
from tests.core.editor.test_drafts import form, stored_revisions
from tests.core.test_outbox import A, Post, put
from tests.world import Blog, texts

At = Callable[[datetime], None]
NOW = datetime(2026, 3, 29, 12, tzinfo=UTC)
TITLES = "//main//a[text() = 'Early' or text() = 'Late']"


@pytest.fixture(params=[timedelta(days=1), timedelta(days=366)], ids=["a day", "a year"])
def ahead(request: pytest.FixtureRequest) -> timedelta:
    """By how much the clock was wrong."""
    return request.param


def test_a_post_of_a_day_to_come_waits_for_it_and_can_be_brought_forward(blog: Blog, at: At, ahead: timedelta) -> None:
    at(NOW + ahead)
    early = publish.create(Fields(title="Early", body="Words."), published_at=clock.now())
    assert blog.get("/posts/early/").status_code == 200
    at(NOW)
    late = publish.create(Fields(title="Late", body="Words."), published_at=clock.now())
    assert late.id > early.id
    assert (blog.get("/posts/early/").status_code, blog.get("/posts/late/").status_code) == (404, 200)
    publish.publish(early.id)
    page = blog.read("/")
    assert texts(page, TITLES) == ["Late", "Early"]  # published at the same moment: the newer one first
    at(NOW + ahead)
    assert texts(blog.read("/"), TITLES) == ["Late", "Early"]


def test_what_the_editor_saves_is_kept_though_the_clock_was_set_back(blog: Blog, at: At, ahead: timedelta) -> None:
    at(NOW + ahead)
    post = blog.make_post("Rivers", body="0", published_at=None)
    for minute in range(1, 31):
        at(NOW + timedelta(minutes=minute))
        drafts.save(working_copy.load(post.id), form(post.id, body=f"{minute}"), Saver(auto=True))
    assert len(stored_revisions(post)) >= 3


def test_nobody_is_kept_out_until_the_day_that_a_wrong_clock_told(blog: Blog, at: At, ahead: timedelta) -> None:
    join(ANA, "Ana")
    at(NOW + ahead)
    visitor = Visitor(blog.app)
    guesses = [visitor.sign_in(password="wrong").status_code for _ in range(MAX_FAILURES + 1)]
    assert guesses == [422] * MAX_FAILURES + [429]
    at(NOW)
    assert visitor.sign_in(password=PASSWORD).status_code == 303
    at(NOW - ahead)
    assert visitor.get("/admin/").status_code == 200  # who is signed in stays so


@pytest.mark.usefixtures("app")
def test_a_call_does_not_wait_for_the_day_that_a_wrong_clock_told(at: At, ahead: timedelta) -> None:
    hub = Post()
    hub.failing[A] = HandlerError("No.")
    at(NOW)
    put(not_before=NOW)
    at(NOW + ahead)
    hub.run()
    at(NOW)
    hub.failing.clear()
    assert hub.run().calls == 1


def test_a_page_seen_with_a_wrong_clock_is_asked_for_anew(blog: Blog, at: At, ahead: timedelta) -> None:
    at(NOW + ahead)
    blog.make_post("Rivers", published_at=NOW)
    seen = blog.get("/").headers
    at(NOW)
    blog.make_post("Hills", published_at=NOW)
    again = blog.get("/", If_None_Match=seen["ETag"], If_Modified_Since=seen["Last-Modified"])
    assert again.status_code == 200 and again.headers["ETag"] != seen["ETag"]
    assert "Hills" in again.text


def test_daily_backups_do_not_wait_for_the_day_that_a_wrong_clock_told(blog: Blog, at: At, ahead: timedelta) -> None:
    settings = blog.app.extensions["settings"]
    at(NOW + ahead)
    assert create.create_if_due(settings)
    assert not retention.is_due(settings)
    at(NOW)
    assert retention.is_due(settings)
    assert create.create_if_due(settings)
    assert not retention.is_due(settings)
    assert len(retention.list_backups(settings.backups)) == 2
