"""WebSub, with a hub on this machine: it hears of each feed that changed, in every format."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from sqlalchemy import select

from blog.core import outbox
from blog.core.db.transaction import write_transaction
from blog.core.editor import publish
from blog.core.editor.fields import Fields
from blog.core.outbox import OutboxReport
from blog.core.site.settings import configure
from blog.extensions import db
from blog.models import OutboxItem, Person
from blog.models.outbox import WEBSUB
from blog.social import websub
from tests.hub import Hub, listening
from tests.world import LONG_AGO, SITE_URL, Blog

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


@pytest.fixture
def hub(blog: Blog) -> Iterator[Hub]:
    """A hub that the blog may reach and tells of its posts."""
    with listening() as hub:
        settings = blog.app.extensions["settings"]
        blog.app.extensions["settings"] = replace(settings, outbound_allow=(hub.place,))
        configure("hubs", hub.address)
        yield hub


def tell(blog: Blog) -> OutboxReport:
    """What is due is told."""
    return outbox.run({WEBSUB: blog.app.extensions["outbox_handlers"][WEBSUB]})


def feeds(place: str = "") -> list[str]:
    return [f"{SITE_URL}{place}/{file}" for file in ("feed.xml", "atom.xml", "feed.json")]


def test_a_post_is_told_of_as_hubs_understand_it(blog: Blog, hub: Hub) -> None:
    blog.make_post("Rivers")
    report = tell(blog)
    assert (report.calls, report.failed, report.waiting) == (3, [], 0)
    method, path, headers, form = hub.heard[0]
    assert (method, path) == ("POST", "/hub")
    assert headers["Content-Type"] == "application/x-www-form-urlencoded"
    assert form == {"hub.mode": ["publish"], "hub.url": [f"{SITE_URL}/feed.xml"]}
    assert hub.topics == feeds()


def test_each_topic_is_the_address_that_its_feed_names(blog: Blog, hub: Hub) -> None:
    blog.make_post("Rivers", tags=["Slow water"])
    tell(blog)
    assert sorted(hub.topics) == sorted(feeds() + feeds("/tags/slow-water"))
    for topic in hub.topics:
        links = blog.get(topic.removeprefix(SITE_URL)).headers["Link"]
        assert f'<{topic}>; rel="self"' in links and f'<{hub.address}>; rel="hub"' in links


def test_the_feeds_of_authors_are_told_of_where_they_have_any(blog: Blog, hub: Hub) -> None:
    with write_transaction() as session:
        for number, name in ((1, "ana"), (2, "bo")):
            session.add(Person(id=number, name=name, slug=name, created_at=LONG_AGO))
    blog.make_post("One", author_id=1)
    tell(blog)
    assert hub.topics == feeds()  # nobody else writes: there is no page of hers
    blog.make_post("Two", author_id=2)
    tell(blog)
    assert hub.topics[3:] == feeds() + feeds("/authors/bo")


def test_a_tag_that_nobody_can_follow_any_more_is_not_told_of(blog: Blog, hub: Hub) -> None:
    post = blog.make_post("Rivers", tags=["Water"])
    publish.delete(post.id)
    assert (tell(blog).waiting, hub.topics) == (0, feeds())


@pytest.mark.parametrize("scope", ["tag:99", "author:99"])
def test_what_is_gone_has_no_topics(blog: Blog, scope: str) -> None:
    assert websub.feed_urls(scope) == []


@pytest.mark.parametrize("status", [200, 201, 202, 204])
def test_every_kind_of_yes_is_one(blog: Blog, hub: Hub, status: int) -> None:
    hub.fails(status)
    blog.make_post()
    assert tell(blog).failed == []


@pytest.mark.parametrize(
    ("status", "body", "said"),
    [
        (500, b"", "It answered 500."),
        (400, b"No  such\n topic.", "It answered 400: No such topic."),
        (403, b"<html><title>Forbidden</title><p>Not here</p>", "It answered 403: Forbidden Not here."),
        (404, b"\x1b[31mred\x07\x9b\xff\x00", "It answered 404: [31mred�."),
        (304, b"", "It answered 304."),
    ],
)  # fmt: skip
def test_everything_else_is_a_failure_with_its_words(blog: Blog, hub: Hub, status: int, body: bytes, said: str) -> None:
    hub.fails(status, body)
    blog.make_post()
    [failure] = tell(blog).failed
    assert failure.answer.replace("��", "�") == said
    assert len(hub.heard) == 1


def test_the_words_of_a_failure_are_few(blog: Blog, hub: Hub) -> None:
    hub.fails(500, b"word " * 10_000)
    blog.make_post()
    assert len(tell(blog).failed[0].answer) < 140


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize(
    ("asked", "wait"),
    [
        ("7200", timedelta(hours=2)),
        (format_datetime(NOON + timedelta(hours=3), usegmt=True), timedelta(hours=3)),
        ("999999999", timedelta(days=1)),
        ("0", timedelta(minutes=1)),
        (format_datetime(NOON - timedelta(hours=3), usegmt=True), timedelta(minutes=1)),
        ("soon", timedelta(minutes=1)),
        ("", timedelta(minutes=1)),
    ],
)
def test_a_busy_hub_is_left_alone_as_long_as_it_asks(
    blog: Blog, hub: Hub, at: Callable[[datetime], None], status: int, asked: str, wait: timedelta
) -> None:
    blog.make_post(tags=["Water"])
    at(NOON)
    hub.fails(status, Retry_After=asked)
    report = tell(blog)
    assert len(hub.heard) == 1
    assert [failure.retry_at for failure in report.failed] == [NOON + wait] * 2


def test_other_refusals_do_not_choose_the_time(blog: Blog, hub: Hub, at: Callable[[datetime], None]) -> None:
    blog.make_post()
    at(NOON)
    hub.fails(500, Retry_After="7200")
    assert tell(blog).failed[0].retry_at == NOON + timedelta(minutes=1)


def test_what_failed_is_told_later(blog: Blog, hub: Hub, at: Callable[[datetime], None]) -> None:
    hub.answers = lambda call: (500, {}, b"") if call == 2 else (202, {}, b"")
    blog.make_post()
    at(NOON)
    tell(blog)
    assert (tell(blog).calls, len(hub.heard)) == (0, 2)
    at(NOON + timedelta(minutes=1))
    assert tell(blog).waiting == 0
    assert hub.topics[2:] == feeds()


def test_a_scheduled_post_is_told_of_when_its_time_comes(
    blog: Blog, hub: Hub, at: Callable[[datetime], None], tomorrow: datetime
) -> None:
    blog.make_post(published_at=tomorrow)
    assert (tell(blog).calls, tell(blog).waiting) == (0, 1)
    at(tomorrow)
    tell(blog)
    assert hub.topics == feeds()


def test_a_dead_hub_keeps_no_other_waiting(blog: Blog, hub: Hub) -> None:
    with listening() as dead:
        pass
    settings = blog.app.extensions["settings"]
    blog.app.extensions["settings"] = replace(settings, outbound_allow=(hub.place, dead.place))
    configure("hubs", f"{dead.address} {hub.address}")
    blog.make_post(tags=["Water"])
    report = tell(blog)
    assert sorted(hub.topics) == sorted(feeds() + feeds("/tags/water"))
    assert {failure.answer for failure in report.failed} == {"127.0.0.1 cannot be reached: Connection refused."}
    assert (len(report.failed), report.calls) == (2, 7)


def test_a_hub_inside_is_not_told_unless_the_owner_allows_it(blog: Blog, hub: Hub) -> None:
    settings = blog.app.extensions["settings"]
    blog.app.extensions["settings"] = replace(settings, outbound_allow=())
    blog.make_post()
    [failure] = tell(blog).failed
    assert failure.answer == f"Port {hub.port} of 127.0.0.1 may not be asked: only 80 and 443."
    assert hub.heard == []


def test_a_ping_asked_for_while_the_hub_hears_another_is_not_lost(blog: Blog, hub: Hub) -> None:
    post = blog.make_post("One")

    def edit_meanwhile(call: int) -> tuple[int, dict[str, str], bytes]:
        if call == 1:
            with blog.app.app_context():
                publish.edit(post.id, Fields(title="Two"))
        return 202, {}, b""

    hub.answers = edit_meanwhile
    assert tell(blog).waiting == 1
    assert tell(blog).waiting == 0
    assert hub.topics == feeds() * 2
    db.session.rollback()
    assert db.session.scalars(select(OutboxItem.answer).where(OutboxItem.kind == WEBSUB)).all() == [""]
