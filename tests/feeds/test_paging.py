"""Older posts: documents linked by rel=next (RFC 5005) that reach every post once, at any size, while others write."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest

from blog.core.editor import publish
from blog.core.editor.fields import Fields
from blog.core.posts import query
from blog.models import Post
from tests.feeds.library import copies
from tests.feeds.reading import FORMATS, PLACES, Feed, address, read
from tests.recorder import recorded
from tests.world import LONG_AGO, SITE_URL, Blog

NOW = datetime(2031, 1, 2, 3, 4, 5, tzinfo=UTC)
MOST = 512 * 1024
EVERY = [(form, place) for form in FORMATS for place in PLACES]


def essay(blog: Blog, **fields: object) -> Post:
    """A post by Ana, tagged "Rivers"; nothing else of what the blog holds is."""
    ana = blog.author("Ana")
    blog.make_post("The editor's", published_at=LONG_AGO - timedelta(days=9))
    essay: dict[str, object] = {"tags": ["Rivers"], "author_id": ana, "published_at": LONG_AGO, **fields}
    return blog.make_post("Essay", **essay)  # type: ignore[arg-type]


def walk(blog: Blog, path: str, rel: str = "next") -> Iterator[Feed]:
    """The document at an address, and all that are reached from it by a link."""
    asked = [path]
    while asked:
        feed = read(blog, asked.pop())
        yield feed
        asked += feed.links.get(rel, [])


def reached(blog: Blog, path: str, rel: str = "next") -> list[str]:
    """The titles that a program meets on its way."""
    return [title for feed in walk(blog, path, rel) for title in feed.titles]


@pytest.mark.parametrize("form", FORMATS)
def test_a_thousand_posts_of_a_thousand_words_are_all_reached_once(blog: Blog, form: str) -> None:
    first = blog.make_post("Copy 0", body="Water and stone and wind. " * 200, published_at=LONG_AGO)
    copies(first, 999, since=LONG_AGO + timedelta(hours=1))
    steps = list(walk(blog, address(form)))
    assert [title for feed in steps for title in feed.titles] == [f"Copy {number}" for number in range(999, -1, -1)]
    assert [len(feed.items) for feed in steps] == [20] * 50
    weights = [len(blog.get(feed.own.removeprefix(SITE_URL)).data) for feed in steps[::10]]
    assert max(weights) <= MOST and sum(weights) > 100_000


def test_feeds_of_tags_and_authors_lead_on_as_well(blog: Blog) -> None:
    copies(essay(blog), 44, since=LONG_AGO + timedelta(hours=1))
    hers = [*(f"Copy {number}" for number in range(44, 0, -1)), "Essay"]
    for form, place in EVERY:
        assert reached(blog, address(form, place)) == hers + ["The editor's"] * (place == "site"), (form, place)


@pytest.mark.parametrize("total", [0, 1, 19, 20, 21, 40, 41])
def test_every_number_of_posts_is_reached(blog: Blog, total: int) -> None:
    if total:
        copies(blog.make_post("Copy 0", published_at=LONG_AGO), total - 1, since=LONG_AGO + timedelta(hours=1))
    for form in FORMATS:
        steps = list(walk(blog, address(form)))
        assert [title for feed in steps for title in feed.titles] == [f"Copy {each}" for each in range(total)][::-1]
        assert len(steps) == max(1, -(-total // 20))


@pytest.mark.parametrize("form", FORMATS)
def test_posts_published_and_deleted_meanwhile_disturb_nobody(blog: Blog, form: str) -> None:
    copies(blog.make_post("Copy 0", published_at=LONG_AGO), 99, since=LONG_AGO + timedelta(hours=1))
    met = []
    for number, feed in enumerate(walk(blog, address(form))):
        met += feed.titles
        when = NOW - timedelta(days=9 - number)
        new = [blog.make_post(f"New {number} {each}", published_at=when) for each in range(3)]
        publish.delete(new[1].id)
        publish.delete(query.find(slug_of(feed.items[-1].link)).id)
    assert met == [f"Copy {number}" for number in range(99, -1, -1)]


@pytest.mark.parametrize("form", FORMATS)
def test_posts_deleted_ahead_let_nobody_miss_another(blog: Blog, form: str) -> None:
    copies(blog.make_post("Copy 0", published_at=LONG_AGO), 99, since=LONG_AGO + timedelta(hours=1))
    gone, met, numbers = set(), [], count(3, 11)
    for feed in walk(blog, address(form)):
        met += feed.titles
        for number in [each for each in (next(numbers),) if each < 100]:
            post = next(post for post in query.posts_with_status("published") if post.title == f"Copy {number}")
            publish.delete(post.id)
            gone.add(post.title)
    assert {f"Copy {number}" for number in range(100)} - gone <= set(met)


def test_a_feed_that_lost_its_newest_posts_still_leads_on(blog: Blog) -> None:
    copies(blog.make_post("Copy 0", published_at=LONG_AGO), 44, since=LONG_AGO + timedelta(hours=1))
    older = read(blog, "/feed.xml").next
    for post in query.posts_with_status("published")[:20]:
        publish.delete(post.id)
    assert older is not None and reached(blog, older) == [f"Copy {number}" for number in range(24, -1, -1)]


def slug_of(link: str) -> str:
    return link.rstrip("/").rpartition("/")[2]


@pytest.mark.parametrize("form", ["rss", "atom"])
def test_the_links_between_documents_fit_together(blog: Blog, form: str) -> None:
    copies(blog.make_post("Copy 0", published_at=LONG_AGO), 46, since=LONG_AGO + timedelta(hours=1))
    steps = list(walk(blog, address(form)))
    assert [feed.links.get("next") for feed in steps] == [*([after.own] for after in steps[1:]), None]
    assert [feed.links.get("prev") for feed in steps] == [None, *([before.own] for before in steps[:-1])]
    for feed in steps:
        assert feed.links["first"] == [steps[0].own] and feed.links["last"] == [steps[-1].own]
        assert feed.links.get("previous") == feed.links.get("prev")
    told = blog.get(steps[1].own.removeprefix(SITE_URL)).headers["Link"]
    assert all(f'<{addresses[0]}>; rel="{rel}"' in told for rel, addresses in steps[1].links.items())


def test_a_full_document_stays_as_it_is_when_more_is_published(blog: Blog) -> None:
    copies(blog.make_post("Copy 0", published_at=LONG_AGO), 89, since=LONG_AGO + timedelta(hours=1))
    for form in FORMATS:
        before = [blog.get(address(form, "site", number)).data for number in (10, 30)]
        blog.make_post(f"New {form}", published_at=NOW - timedelta(days=9))
        assert [blog.get(address(form, "site", number)).data for number in (10, 30)] == before


@pytest.fixture
def giants(blog: Blog) -> Blog:
    """A blog of 41 posts, a tagged one every hour; five of them fill a document each, three in a row."""
    small = essay(blog)
    giant = blog.make_post("Giant 0", body="word " * 99_000, published_at=LONG_AGO, tags=["Rivers"], author_id=1)
    for hour in (12, 30, 31, 32):
        copies(giant, 1, since=LONG_AGO + timedelta(hours=hour, minutes=1), titles=[f"Giant {hour}"])
    copies(small, 34, since=LONG_AGO + timedelta(hours=1))
    return blog


def test_giants_make_documents_hold_fewer_and_lose_none(giants: Blog) -> None:
    for form in FORMATS:
        steps = list(walk(giants, address(form)))
        met = [(item.published, item.id) for feed in steps for item in feed.items]
        assert len(met) == len(set(met)) == 41
        assert [when for when, _ in met] == sorted((when for when, _ in met), reverse=True)
        assert max(len(giants.get(feed.own.removeprefix(SITE_URL)).data) for feed in steps) <= MOST


def test_on_the_way_back_nothing_is_missed_either(giants: Blog) -> None:
    for form, place in EVERY[:6]:  # JSON Feed knows no way back
        steps = list(walk(giants, address(form, place)))
        back = list(walk(giants, steps[-1].own, "prev"))
        assert back[-1].own == steps[0].own
        assert [item.id for item in back[0].items] == [item.id for item in steps[-1].items]
        assert {item.id for feed in back for item in feed.items} == {item.id for feed in steps for item in feed.items}


@pytest.mark.parametrize("form", ["rss", "atom"])
def test_on_the_way_back_nothing_is_missed_while_others_publish(blog: Blog, form: str) -> None:
    copies(blog.make_post("Copy 0", published_at=LONG_AGO), 59, since=LONG_AGO + timedelta(hours=1))
    met, path = set(), address(form, "site", 20)
    for number, feed in enumerate(walk(blog, path, "prev")):
        met |= set(feed.titles)
        if number < 3:
            blog.make_post(f"New {number}", published_at=LONG_AGO + timedelta(days=99 + number))
    assert met == {f"Copy {number}" for number in range(60)} | {f"New {number}" for number in range(3)}


def test_a_number_that_no_document_has_is_not_found(rivers: Blog) -> None:
    for number in ("0", "00", "01", "5", "999999", "1000000", "9" * 30, "-1", "1.5", "x", "١", ""):
        for place in PLACES.values():
            for path in (f"{place}/feed/{number}.xml", f"{place}/atom/{number}.xml", f"{place}/feed/{number}.json"):
                rivers.read(path, 404)


def test_a_document_past_the_end_of_its_own_list_is_not_found(blog: Blog) -> None:
    essay(blog)
    for form, place in EVERY:
        total = 2 if place == "site" else 1
        assert read(blog, address(form, place, total)).items
        blog.read(address(form, place, total + 1), 404)


def test_an_unchanged_document_is_answered_without_asking_the_database(rivers: Blog) -> None:
    paths = [address(form, place, number) for form, place in EVERY for number in (None, 1)]
    tags = {path: rivers.get(path).headers["ETag"] for path in paths}
    with recorded() as statements:
        for path in paths:
            assert rivers.get(path, If_None_Match=tags[path]).status_code == 304, path
            assert rivers.get(path).status_code == 200
    assert statements == []


def test_a_changed_one_is_asked_for_anew(rivers: Blog, at: Callable[[datetime], None]) -> None:
    at(NOW)
    tag = rivers.get("/feed.xml").headers["ETag"]
    publish.edit(2, Fields(title="Other"))
    with recorded() as statements:
        assert rivers.get("/feed.xml", If_None_Match=tag).status_code == 200
    assert statements
