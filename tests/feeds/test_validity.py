"""Feeds are valid, and what judges them can tell: an empty blog, a full one, and feeds that are broken on purpose."""

import json
from datetime import timedelta

import pytest

from blog.core.accounts import people
from blog.core.db.transaction import write_transaction
from blog.core.images.storage import save_row, store
from blog.core.site.settings import configure
from tests.feeds.reading import FORMATS, address
from tests.feeds.samples import GOLDEN, OLDER
from tests.feeds.test_build import BUILD
from tests.feeds.validity import valid
from tests.world import LONG_AGO, Blog, picture

BROKEN = {
    "rss": [
        (b"<title>", b"<title/><title>"),
        (b"<guid isPermaLink=\"false\">urn:uuid:", b"<guid isPermaLink=\"false\">"),
        (b" 2024 20:00:00 +0000", b" 24 20:00:00 GMT"),
        (b'rel="self"', b'rel="enclosure"'),
        (b"<category>C++</category>", b"<category> </category>"),
        (b"<?xml", b" <?xml"),
        (b"<item>", b"<item><pubDate>Fri, 31 May 2024 20:00:00 +0000</pubDate>"),
    ],
    "atom": [
        (b"<published>2024-05-31T20:00:00+00:00</published>", b"<published>2024-05-31T20:00:00</published>"),
        (b"<published>2024-05-31T20:00:00+00:00</published>", b"<published>2024-05-31T20:00:00.5+00:00</published>"),
        (b' rel="alternate" type="text/html"', b""),
        (b'<content type="html">', b'<content type="CDATA">'),
        (b"<author><name>Ana</name></author>", b""),
        (b'xml:lang="ar"', b'xml:lang="a rabic"'),
        (b"<updated>", b"<updated>x"),
    ],
    "json": [
        (b'"version": "https://jsonfeed.org/version/1.1"', b'"version": "1"'),
        (b'"id": "urn:uuid:7c', b'"id": "7c'),
        (b'"date_published": "2024-05-31T20:00:00+00:00"', b'"date_published": "2024-05-31"'),
        (b'"home_page_url": "https:', b'"home_page_url": "'),
        (b'"tags": ["Rivers"]', b'"tags": [""]'),
        (b'"content_html": ', b'"content": '),
    ],
}  # fmt: skip


@pytest.mark.parametrize("form", FORMATS)
def test_the_golden_feed_is_valid(form: str) -> None:
    assert len(valid(BUILD[form](OLDER, GOLDEN), form).items) == len(GOLDEN)


@pytest.mark.parametrize(
    ("form", "right", "wrong"), [(form, right, wrong) for form, pairs in BROKEN.items() for right, wrong in pairs]
)
def test_a_broken_feed_is_found(form: str, right: bytes, wrong: bytes) -> None:
    data = BUILD[form](OLDER, GOLDEN)
    assert right in data
    with pytest.raises((AssertionError, json.JSONDecodeError)):
        valid(data.replace(right, wrong, 1), form)


@pytest.mark.parametrize("form", FORMATS)
def test_an_empty_blog_has_a_valid_feed(blog: Blog, form: str) -> None:
    feed = valid(blog.get(address(form)).data, form)
    assert (feed.title, feed.items, feed.next) == ("Broadsheet", [], None)


@pytest.mark.parametrize("form", FORMATS)
def test_every_feed_of_a_blog_is_valid(blog: Blog, form: str) -> None:
    fill(blog)
    for place in ("site", "tag", "author"):
        for number in (None, 3):
            assert len(valid(blog.get(address(form, place, number)).data, form).items) == (20 if number is None else 3)


def fill(blog: Blog) -> None:
    """A blog that uses all that feeds can tell."""
    configure("hubs", "https://hub.example/")
    configure("tagline", "On <water> & stone")
    with write_transaction() as session:
        ana = people.author_id(session, "Ana")
        kept = store(picture(80, 60), blog.instance / "media")
        save_row(session, kept)
    blog.make_post("The editor's", published_at=LONG_AGO - timedelta(days=1))
    for number in range(24):
        blog.make_post(
            f"Post {number} & <more>", tags=["Rivers", "R&D"], author_id=ana, cover=kept.address, language="de",
            summary="In <short> & good." if number % 2 else "", published_at=LONG_AGO + timedelta(days=number),
        )  # fmt: skip
