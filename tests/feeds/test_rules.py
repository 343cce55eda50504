"""What is wrong with feeds: each fault is put into a good document, and must be named."""

import json
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from blog.feeds import build, json_feed, rules
from blog.feeds.channel import Channel, Item
from blog.feeds.parse import ParsedFeed, Unreadable, parse_feed
from blog.feeds.rules import StoredPost
from tests.world import SITE_URL

NOW = datetime(2031, 1, 1, tzinfo=UTC)
ADDRESSES = {"RSS": "/feed.xml", "Atom": "/atom.xml", "JSON Feed": "/feed.json"}
Documents = dict[str, bytes]


CHANNEL = Channel(
    id="urn:uuid:5e1a4f0e-4b5c-4a0e-9d5e-0f6d3a1b2c3d",
    title="Rivers",
    link=f"{SITE_URL}/",
    address="",
    description="On water.",
    language="en",
    author="Ana",
    changed_at=NOW,
)
STONE = Item(
    guid="0f8fad5b-d9cb-469f-a165-70867728950e",
    link=f"{SITE_URL}/posts/stone/",
    title="Stone",
    summary="On stone.",
    html="<p>Hard.</p>",
    author="Ana",
    tags=(),
    published_at=datetime(2024, 5, 1, 9, tzinfo=UTC),
    updated_at=None,
)
WATER = replace(
    STONE,
    guid="7c9e6679-7425-40de-944b-e07fc1f90ae7",
    link=f"{SITE_URL}/posts/water/",
    title="Water",
    html=f'<p>A <a href="{SITE_URL}/posts/stone/">bridge</a>.</p>',
    tags=("Rivers",),
    published_at=datetime(2024, 5, 2, 9, tzinfo=UTC),
)
BUILDERS = {"RSS": build.rss, "Atom": build.atom, "JSON Feed": json_feed.json_feed}


def built(form: str, *items: Item) -> bytes:
    return BUILDERS[form](replace(CHANNEL, address=SITE_URL + ADDRESSES[form]), items)


@pytest.fixture(scope="module")
def documents() -> Documents:
    """A good document in each format: two posts, the newer one with a link."""
    return {form: built(form, WATER, STONE) for form in ADDRESSES}


def faults(body: bytes, form: str) -> list[str]:
    feed = parse_feed(body)
    found = [*rules.check_document(feed, SITE_URL + ADDRESSES[form], len(body))]
    return [*found, *rules.check_items(feed.items, feed.format, NOW)]


@pytest.mark.parametrize("form", ADDRESSES)
def test_nothing_is_wrong_with_ours(documents: Documents, form: str) -> None:
    feed = parse_feed(documents[form])
    assert feed.format == form
    assert [item.title for item in feed.items] == ["Water", "Stone"]
    assert all(item.html and item.id.startswith("urn:uuid:") for item in feed.items)
    assert faults(documents[form], form) == []


@pytest.mark.parametrize("form", ADDRESSES)
def test_an_empty_feed_is_a_good_one(form: str) -> None:
    assert faults(built(form), form) == []


# What is put in the place of what (first match only), and the fault that must be named.
BROKEN = {
    "RSS": [
        (rb"<title>Rivers</title>", b"<title></title>", "It has no title"),
        (rb"<link>https://essays.example/</link>", b"", "It has no address of its site"),
        (rb"<link>https://essays.example/</link>", b"<link>/</link>", "The address of its site is not a whole one: /"),
        (rb"(?s)<description>(?:(?!</desc).)*</description>", b"<description/>", "It has no description"),
        (rb'href="https://essays.example/feed.xml"', b'href="https://old.example/"', "It calls itself https://old.exa"),
        (rb"<guid[^>]*>[^<]*</guid>", b"", "No id, so that programs cannot tell what is new: “Water”"),
        (rb"<title>Water</title>", b"<title/>", "No title: “https://essays.example/posts/water/”"),
        (rb"<link>https://essays.example/posts/water/</link>", b"<link>/posts/water/</link>", "No whole address"),
        (rb"<pubDate>[^<]*<", b"<pubDate>2024-05-01<", "No date that programs understand: “Water”"),
        (rb"<pubDate>[^<]*<", b"<pubDate>Wed, 99 May 2024 09:00:00 +0000<", "No date that programs understand"),
        (rb"<pubDate>[^<]*<", b"<pubDate>01 May 2099 09:00:00 GMT<", "Dated in the future: “Water”"),
        (rb"<pubDate>[^<]*<", b"<pubDate>01 May 1999 09:00:00 GMT<", "Newer than what comes before: “Stone”"),
        (rb"(?s)<content:encoded>(?:(?!</content).)*</content:encoded>", b"", None),
        (rb'href="https://essays.example/posts/stone/"', b'href="/posts/stone/"', "Addresses in the text that lead n"),
        (rb'href="https://essays.example/posts/stone/"', b'href="#stone"', "Addresses in the text that lead nowhere"),
        (rb'<a href="https://essays.example/posts/stone/"', b'<img srcset="a 1x, https://b.example/ 2x"', "Addresses"),
        (rb"<p>", b"<p><script>x</script>", "Scripts or frames, which programs take away: “Water”"),
    ],
    "Atom": [
        (rb"<title>Rivers</title>", b"", "It has no title"),
        (rb"<id>[^<]*</id>", b"", "It has no id"),
        (rb"<updated>[^<]*<", b"<updated>now<", "It does not say when it last changed"),
        (rb"<published>[^<]*<", b"<published>2024-05-01T09:00:00<", "No date that programs understand: “Water”"),
        (rb"(?s)(<entry.*?<updated>)[^<]*<", rb"\1yesterday<", "No date of change that programs understand"),
    ],
    "JSON Feed": [
        (rb'"title": "Rivers"', b'"title": 5', "It has no title"),
        (rb'"id": "[^"]*"', b'"id": 5', "No id"),
        (rb'"content_html": "', b'"content_html": "\\\\ud800', "Characters that other formats cannot carry"),
        (rb'"content_html": "(\\.|[^"\\])*"', b'"content_html": " "', "No text: “Water”"),
    ],
}


@pytest.mark.parametrize(
    ("form", "old", "new", "fault"), [(form, *row) for form, rows in BROKEN.items() for row in rows]
)
def test_each_fault_is_named(documents: Documents, form: str, old: bytes, new: bytes, fault: str | None) -> None:
    broken, count = re.subn(old, new, documents[form], count=1)
    assert count == 1
    found = faults(broken, form)
    assert len(found) == (fault is not None), found
    if fault is not None:
        assert found[0].startswith(fault)


@pytest.mark.parametrize("form", ADDRESSES)
def test_an_item_that_comes_twice_is_named_once(documents: Documents, form: str) -> None:
    feed = parse_feed(documents[form])
    assert list(rules.check_items([*feed.items, feed.items[1]], form, NOW)) == ["More than once: “Stone”."]


def test_a_feed_that_is_too_long_for_some_is_named(documents: Documents) -> None:
    found = list(rules.check_document(parse_feed(documents["RSS"]), SITE_URL + "/feed.xml", 600 * 1024))
    assert found == ["It has 600 KiB: some programs read 512 KiB only."]


UNREADABLE = {
    b"": "first bytes",
    b"\n<?xml version='1.0'?><rss/>": "first bytes",
    b"<?xml version='1.0'?><rss>": "not well-formed",
    b"<?xml version='1.0'?><a>\x00</a>": "not well-formed",
    b"<?xml version='1.0'?><html/>": "neither RSS nor Atom",
    b"<?xml version='1.0'?><rss/>": "neither RSS nor Atom",
    b"<?xml version='1.0'?><!DOCTYPE rss><rss><channel/></rss>": "DOCTYPE",
    b"<?xml version='1.0'?><!DOCTYPE r [<!ENTITY a SYSTEM 'file:///etc/hostname'>]><rss>&a;</rss>": "DOCTYPE",
    b"{": "not JSON",
    b'{"a": "\xff"}': "not JSON",
    b"[" * 100_000: "not JSON",
    b"[]": "does not say that it is a JSON Feed",
    b'{"version": "https://jsonfeed.org/version/1.1"}': "no list of items",
    b'{"version": "https://jsonfeed.org/version/1.1", "items": [1]}': "no list of items",
}


@pytest.mark.parametrize("body", UNREADABLE)
def test_what_is_no_feed_is_one_sentence(body: bytes) -> None:
    with pytest.raises(Unreadable, match=UNREADABLE[body]) as raised:
        parse_feed(body)
    assert str(raised.value).count("\n") == 0


# -- beside the database, and beside other formats -----------------------------------------------------------


def kept(feed: ParsedFeed) -> list[StoredPost]:
    """Posts as the database would have them, if it held what a feed tells."""
    return [
        StoredPost(
            item.id, item.link.removeprefix(SITE_URL), item.title, rules.parse_date(item.published, feed.format) or NOW
        )
        for item in feed.items
    ]


DIFFERENCES: dict[str, tuple[Callable[[list[StoredPost]], list[StoredPost]], list[str]]] = {
    "nothing": (lambda posts: posts, []),
    "a post more": (
        lambda posts: [*posts, StoredPost("urn:uuid:9", "/posts/iron/", "Iron", NOW)],
        ["Missing, so that no subscriber sees it: “Iron”."],
    ),
    "a post less": (lambda posts: posts[:1], ["Not in the database: “Stone”."]),
    "another id": (
        lambda posts: [posts[0]._replace(id="urn:uuid:9"), posts[1]],
        ["Another id than in the database, so that programs show it as new: “Water”."],
    ),
    "another slug": (
        lambda posts: [posts[0]._replace(link="/posts/rain/"), posts[1]],
        ["Another address than in the database: “Water”."],
    ),
    "another title": (
        lambda posts: [posts[0]._replace(title="Rain"), posts[1]],
        ["Another title than in the database: “Water”."],
    ),
    "another date": (
        lambda posts: [posts[0]._replace(published_at=NOW), posts[1]],
        ["Another date than in the database: “Water”."],
    ),
    "parts of a second": (
        lambda posts: [posts[0]._replace(published_at=posts[0].published_at.replace(microsecond=9)), posts[1]],
        [],
    ),
}


@pytest.mark.parametrize("form", ADDRESSES)
@pytest.mark.parametrize("difference", DIFFERENCES)
def test_each_difference_from_the_database_is_named(documents: Documents, form: str, difference: str) -> None:
    change, said = DIFFERENCES[difference]
    feed = parse_feed(documents[form])
    assert list(rules.check_against_posts(feed.items, feed, change(kept(feed)))) == said


def test_many_posts_with_one_fault_are_counted() -> None:
    posts = [StoredPost(str(number), "/", f"Post {number}", NOW) for number in range(5)]
    assert rules.list_titles(posts) == "“Post 0”, “Post 1”, “Post 2” and 2 more"


def test_formats_that_differ_are_named(documents: Documents) -> None:
    rss = parse_feed(documents["RSS"])
    for form in ("Atom", "JSON Feed"):
        other = parse_feed(documents[form])
        assert list(rules.compare_formats(rss, rss.items, other, other.items)) == []
        for items in (other.items[:1], other.items[::-1], [other.items[0]._replace(title="Rain"), other.items[1]]):
            assert list(rules.compare_formats(rss, rss.items, other, items)) == [
                "Its items, titles or dates are not those of RSS."
            ]


# -- over HTTP ----------------------------------------------------------------------------------------------

AGAIN = "Asked whether it has changed, the server says 200, not 304: programs must read it whole each time."
GOOD = {"content-type": "application/rss+xml; charset=utf-8", "etag": '"a"', "vary": "Accept-Encoding"}


@pytest.mark.parametrize(
    ("change", "again", "said"),
    [
        ({}, 304, []),
        ({"etag": 'W/"a"'}, 304, []),
        ({"content-type": "text/html"}, 304, ["It is served as text/html, not as application/rss+xml."]),
        ({"content-type": ""}, 304, ["It is served as nothing, not as application/rss+xml."]),
        ({"etag": ""}, 0, ["It has no ETag: programs must read it whole each time."]),
        ({"etag": "a"}, 304, ["It has no ETag: programs must read it whole each time."]),
        ({}, 200, [AGAIN]),
        ({"set-cookie": "a=b"}, 304, ["It comes with cookies, which keep caches from sharing it."]),
        ({"vary": "Accept-Encoding, Cookie"}, 304, ["It comes with cookies, which keep caches from sharing it."]),
    ],
)  # fmt: skip
def test_bad_manners_are_named(change: dict[str, str], again: int, said: list[str]) -> None:
    assert list(rules.check_response("RSS", GOOD | change, again)) == said


def test_a_json_feed_by_others_may_hold_plain_text() -> None:
    told = {"version": "https://jsonfeed.org/version/1", "title": "A", "items": [{"id": "1", "content_text": "Words"}]}
    assert parse_feed(json.dumps(told).encode()).items[0].html == "Words"
