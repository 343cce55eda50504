"""Which items stand in a feed, in which order: the same in RSS, Atom and JSON."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import feedparser
import pytest

from blog.core.editor import publish
from blog.core.editor.fields import Fields
from blog.core.site.settings import configure
from tests.feeds.reading import FORMATS, PLACES, Read, address, read
from tests.world import LONG_AGO, SITE_URL, Blog, picture, texts

NOW = datetime(2031, 1, 2, 3, 4, 5, tzinfo=UTC)
# All documents that list posts, by their paths.
DOCUMENTS = [address(form, place, number) for form in FORMATS for place in PLACES for number in (None, 1, 2)]


def titles(blog: Blog) -> list[str]:
    """Of the items of the site's feed, the same in all formats."""
    told = [read(blog, address(form)).titles for form in FORMATS]
    assert told[0] == told[1] == told[2]
    return told[0]


def fields(item: Read) -> dict[str, Any]:
    """What all formats tell of an item."""
    return {name: value for name, value in vars(item).items() if name != "language"}


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("number", [None, 2])
def test_three_formats_hold_the_same_items(rivers: Blog, place: str, number: int | None) -> None:
    publish.edit(3, Fields(body="Other words."))
    told = [[fields(item) for item in read(rivers, address(form, place, number)).items] for form in FORMATS]
    assert told[0] == told[1] == told[2]
    assert len(told[0]) == (2 if number else 4 if place == "site" else 3)


@pytest.mark.parametrize("place", PLACES)
def test_a_feed_reader_finds_the_same_in_rss_and_atom_as_there_is_in_json(rivers: Blog, place: str) -> None:
    items = [(item.id, item.link, item.title) for item in read(rivers, address("json", place)).items]
    dates = [item.published.timetuple()[:6] for item in read(rivers, address("json", place)).items]
    for form in ("rss", "atom"):
        parsed = feedparser.parse(rivers.get(address(form, place)).data)
        assert not parsed.bozo
        assert [(entry.id, entry.link, entry.title) for entry in parsed.entries] == items
        assert [entry.published_parsed[:6] for entry in parsed.entries] == dates


def test_they_are_ordered_by_publication_newest_first_ties_by_id(blog: Blog) -> None:
    blog.make_post("New", published_at=LONG_AGO + timedelta(days=2))
    blog.make_post("Old", published_at=LONG_AGO)
    blog.make_post("Tie one", published_at=LONG_AGO + timedelta(days=1))
    blog.make_post("Tie two", published_at=LONG_AGO + timedelta(days=1))
    assert titles(blog) == ["New", "Tie two", "Tie one", "Old"]
    assert read(blog, "/feed/3.xml").titles == ["Tie two", "Tie one", "Old"]


def test_an_edit_moves_nothing_up(rivers: Blog) -> None:
    before = titles(rivers)
    publish.edit(1, Fields(body="Changed."))
    assert titles(rivers) == before


def test_at_most_twenty_stand_in_it(blog: Blog) -> None:
    for number in range(22):
        blog.make_post(f"Post {number}", published_at=LONG_AGO + timedelta(days=number))
    assert titles(blog) == [f"Post {number}" for number in range(21, 1, -1)]


def test_drafts_the_future_and_what_is_hidden_are_in_no_document(rivers: Blog, at: Callable[[datetime], None]) -> None:
    at(NOW)
    before = {path: read(rivers, path).titles for path in DOCUMENTS}
    rivers_too: dict[str, Any] = {"tags": ["Rivers"], "author_id": 1}
    rivers.make_post("Draft", published_at=None, **rivers_too)
    rivers.make_post("Later", published_at=NOW + timedelta(microseconds=1), **rivers_too)
    rivers.make_post("Unlisted", unlisted=True, **rivers_too)
    rivers.make_post("Page", kind="page", **rivers_too)
    publish.delete(rivers.make_post("Deleted", **rivers_too).id)
    publish.unpublish(rivers.make_post("Taken back", **rivers_too).id)
    assert {path: read(rivers, path).titles for path in DOCUMENTS} == before
    for form in FORMATS:
        for place, total in (("site", 4), ("tag", 3), ("author", 3)):
            rivers.read(address(form, place, total + 1), 404)


def test_a_scheduled_post_appears_at_its_time(rivers: Blog, at: Callable[[datetime], None]) -> None:
    at(NOW)
    rivers.make_post("Later", published_at=NOW + timedelta(hours=1), tags=["Rivers"], author_id=1)
    feeds = [address(form, place) for form in FORMATS for place in PLACES]
    for seconds, first in ((3599, "Mouth"), (3600, "Later")):
        at(NOW + timedelta(seconds=seconds))
        assert [read(rivers, path).titles[0] for path in feeds] == [first] * len(feeds)


def test_a_title_is_not_escaped_twice(blog: Blog) -> None:
    blog.make_post("Tom & Jerry &amp; <b>")
    assert titles(blog) == ["Tom & Jerry &amp; <b>"]


def test_the_author_is_named(blog: Blog) -> None:
    configure("author", "The & Editor")
    ana = blog.author("Ana <Lind>")
    blog.make_post("Editor's")
    blog.make_post("Hers", author_id=ana)
    for form in FORMATS:
        assert [item.author for item in read(blog, address(form)).items] == ["Ana <Lind>", "The & Editor"]


def test_categories_say_what_the_pages_tags_say(blog: Blog) -> None:
    blog.make_post("Tagged", slug="tagged", tags=["Zeta", "C++", "R&D", "数学"])
    shown = texts(blog.read("/posts/tagged/"), "//a[@rel = 'tag']")
    for form in FORMATS:
        [item] = read(blog, address(form)).items
        assert item.tags == shown == ["Zeta", "C++", "R&D", "数学"]


def test_a_language_of_its_own_is_told_where_a_format_can(blog: Blog) -> None:
    blog.make_post("سلام", language="ar")
    assert [read(blog, address(form)).items[0].language for form in FORMATS] == [None, "ar", "ar"]


def test_the_cover_is_told_whole_and_with_its_size(blog: Blog) -> None:
    kept = blog.store(picture(800, 600))
    blog.make_post("Covered", cover=kept.address)
    for form in FORMATS:
        [item] = read(blog, address(form)).items
        assert item.image == SITE_URL + kept.address
    for form in ("rss", "atom"):
        [told] = blog.feed(address(form)).iter("{http://search.yahoo.com/mrss/}content")
        assert (told.get("width"), told.get("height"), told.get("medium")) == ("800", "600", "image")
        assert told.get("type") == blog.get(kept.address).headers["Content-Type"]


def test_a_post_without_a_cover_has_no_picture(rivers: Blog) -> None:
    assert {item.image for form in FORMATS for item in read(rivers, address(form)).items} == {None}
