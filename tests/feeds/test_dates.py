"""Dates of items and feeds, in the form of each format."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from blog.core.editor import publish
from blog.core.editor.fields import Fields
from blog.core.site.settings import configure
from tests.feeds.reading import FORMATS, address, read
from tests.world import Blog

NOW = datetime(2031, 1, 2, 3, 4, 5, tzinfo=UTC)


def test_they_have_the_form_of_their_format_whatever_the_sites_zone(blog: Blog) -> None:
    configure("timezone", "Asia/Kolkata")
    blog.make_post(published_at=datetime(2024, 5, 1, 9, 8, 7, 654321, tzinfo=UTC))
    assert b"<pubDate>Wed, 01 May 2024 09:08:07 +0000</pubDate>" in blog.get("/feed.xml").data
    assert b"<published>2024-05-01T09:08:07+00:00</published>" in blog.get("/atom.xml").data
    [item] = json.loads(blog.get("/feed.json").data)["items"]
    assert item["date_published"] == "2024-05-01T09:08:07+00:00"


def test_an_update_is_told_only_after_a_material_change(blog: Blog, at: Callable[[datetime], None]) -> None:
    post = blog.make_post("A")
    at(NOW)
    publish.edit(post.id, Fields(tags=["x"], slug="b"))
    publish.edit(post.id, Fields(body="Comma."), minor=True)
    assert [read(blog, address(form)).items[0].updated for form in FORMATS] == [None] * 3
    publish.edit(post.id, Fields(body="Other words."))
    assert [read(blog, address(form)).items[0].updated for form in FORMATS] == [NOW] * 3
    assert [read(blog, address(form)).updated for form in FORMATS[:2]] == [NOW] * 2


def test_atom_dates_an_unchanged_entry_by_its_publication(blog: Blog) -> None:
    blog.make_post("A", published_at=datetime(2024, 5, 1, 9, 8, 7, 9, tzinfo=UTC))
    assert blog.get("/atom.xml").data.count(b"<updated>2024-05-01T09:08:07+00:00</updated>") == 2


def test_an_update_never_lies_before_the_publication(blog: Blog, at: Callable[[datetime], None]) -> None:
    post = blog.make_post("A")
    at(NOW)
    publish.edit(post.id, Fields(body="Other words."))
    publish.edit(post.id, Fields(), published_at=NOW + timedelta(days=1))
    at(NOW + timedelta(days=2))
    for form in FORMATS:
        [item] = read(blog, address(form)).items
        assert item.updated is None or item.updated >= item.published == NOW + timedelta(days=1)
