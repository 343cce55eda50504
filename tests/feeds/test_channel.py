"""What a feed says of itself: its titles, its addresses, its hubs. Each format, of the site, a tag and an author."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from blog.core.site.settings import configure
from tests.feeds.reading import ATOM, FORMATS, PLACES, TYPES, address, read
from tests.feeds.validity import valid
from tests.world import SITE_URL, Blog

NOW = datetime(2031, 1, 2, 3, 4, 5, tzinfo=UTC)
EVERY = [(form, place) for form in FORMATS for place in PLACES]
TITLES = {"site": "Broadsheet", "tag": "Rivers – Broadsheet", "author": "Ana – Broadsheet"}


@pytest.mark.parametrize("number", [None, 2])
def test_it_links_to_its_page_and_names_exactly_its_own_address(rivers: Blog, number: int | None) -> None:
    for form, place in EVERY:
        path = address(form, place, number)
        feed = read(rivers, path)
        assert (feed.own, feed.link) == (SITE_URL + path, f"{SITE_URL}{PLACES[place]}/"), path
        rivers.read(feed.link.removeprefix(SITE_URL))


def test_the_type_of_its_own_link_is_what_it_is_sent_as(rivers: Blog) -> None:
    for form, place in EVERY:
        if form != "json":
            [own] = rivers.feed(address(form, place)).iterfind(f".//{ATOM}link[@rel='self']")
            assert own.get("type") == TYPES[form]


def test_it_tells_title_description_language_and_author(rivers: Blog) -> None:
    for name, value in (("title", "R & R <x>"), ("tagline", "On &amp; off"), ("language", "de-CH")):
        configure(name, value)
    for form, place in EVERY:
        feed = read(rivers, address(form, place))
        title = TITLES[place].replace("Broadsheet", "R & R <x>")
        assert (feed.title, feed.description, feed.language) == (title, "On &amp; off", "de-CH")


def test_it_tells_its_hubs(rivers: Blog) -> None:
    hubs = ["https://hub.example/?a=1&b=2", "https://other.example/"]
    configure("hubs", " ".join(hubs))
    for form, place in EVERY:
        for number in (None, 2):
            assert read(rivers, address(form, place, number)).links["hub"] == hubs


def test_without_hubs_it_tells_none(rivers: Blog) -> None:
    for form in FORMATS:
        assert "hub" not in read(rivers, address(form)).links
        assert 'rel="hub"' not in rivers.get(address(form)).headers["Link"]


def test_each_feed_has_an_id_of_its_own_that_its_pages_share(rivers: Blog) -> None:
    ids = {place: {read(rivers, address("atom", place, number)).id for number in (None, 1, 2)} for place in PLACES}
    assert all(len(each) == 1 for each in ids.values())
    assert len(set.union(*ids.values())) == len(PLACES)


@pytest.mark.parametrize("empty", [True, False])
def test_it_is_the_same_at_any_time(blog: Blog, at: Callable[[datetime], None], empty: bool) -> None:
    at(NOW)
    if not empty:
        blog.make_post("Post")
    for form in FORMATS:
        answers = set()
        for days in (0, 1, 400):
            at(NOW + timedelta(days=days, seconds=5))
            answer = blog.get(address(form))
            answers.add((answer.data, answer.headers["ETag"], answer.headers["Last-Modified"]))
        assert len(answers) == 1, form


def test_an_empty_one_is_valid_and_dated_by_the_site(blog: Blog, at: Callable[[datetime], None]) -> None:
    dates = set()
    for days in (0, 1):
        at(NOW + timedelta(days=days))
        for form in FORMATS:
            feed = valid(blog.get(address(form)).data, form)
            assert feed.items == [] and feed.links.get("next") is None
            dates.add(feed.updated)
    assert len(dates - {None}) == 1


def test_a_tag_or_author_that_does_not_exist_is_not_found(rivers: Blog) -> None:
    for folder in ("/tags/unknown", "/tags/rivers-2", "/authors/nobody", "/authors/editor"):
        for file in ("feed.xml", "atom.xml", "feed.json", "feed/1.xml", "atom/1.xml", "feed/1.json"):
            rivers.read(f"{folder}/{file}", 404)


def test_a_tag_of_drafts_alone_has_no_feed(blog: Blog, at: Callable[[datetime], None]) -> None:
    at(NOW)
    blog.make_post("Draft", tags=["Rivers"], published_at=None)
    blog.make_post("Later", tags=["Rivers"], published_at=NOW + timedelta(hours=1))
    for form in FORMATS:
        blog.read(address(form, "tag"), 404)
    at(NOW + timedelta(hours=2))
    for form in FORMATS:
        assert read(blog, address(form, "tag")).titles == ["Later"]
