"""The builders: what is said becomes bytes. Run `python -m tests.feeds.test_build` to write the golden files anew."""

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import feedparser
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from blog.feeds.build import atom, rss
from blog.feeds.channel import Channel, Item, xml_text
from blog.feeds.json_feed import json_feed
from tests.feeds.reading import ATOM, CONTENT, FILES, FORMATS, LANG, MEDIA, Feed, Read, parse
from tests.feeds.samples import CHANNEL, FORBIDDEN, GOLDEN, ITEM, OLDER, item

FOLDER = Path(__file__).resolve().parent.parent / "golden"
BUILD: dict[str, Callable[[Channel, Sequence[Item]], bytes]] = {"rss": rss, "atom": atom, "json": json_feed}


def told(form: str, channel: Channel = CHANNEL, *items: Item) -> Feed:
    """What a feed says when it is read again."""
    return parse(BUILD[form](channel, items), form)


def one(form: str, **fields: object) -> Read:
    """The item of a feed that has one, read again."""
    [found] = told(form, CHANNEL, item(**fields)).items
    return found


def golden(form: str) -> bytes:
    """The golden document."""
    return (FOLDER / FILES[form]).read_bytes()


@pytest.mark.parametrize("form", FORMATS)
def test_the_golden_feed_is_built_byte_for_byte(form: str) -> None:
    assert BUILD[form](OLDER, GOLDEN) == golden(form)


@pytest.mark.parametrize("form", FORMATS)
def test_the_golden_feed_says_what_was_given(form: str) -> None:
    feed = parse(golden(form), form)
    assert (feed.title, feed.link, feed.own) == (OLDER.title, OLDER.link, OLDER.address)
    assert (feed.description, feed.language) == (OLDER.description, OLDER.language)
    assert feed.links["hub"] == list(OLDER.hubs) and feed.next == OLDER.pages["next"]
    assert [each.id for each in feed.items] == [each.id for each in GOLDEN]
    assert [each.link for each in feed.items] == [each.link for each in GOLDEN]
    assert [each.author for each in feed.items] == ["Özgür <Ó>", "Ana", "Ana Lind", "Ana Lind"]
    assert [each.tags for each in feed.items] == [["C++", "R&D", "数学"], ["Rivers"], ["Rivers"], []]
    assert [each.published for each in feed.items] == [each.published_at.replace(microsecond=0) for each in GOLDEN]
    assert [each.updated for each in feed.items] == [datetime(2024, 6, 3, 12, tzinfo=UTC), None, None, None]
    assert [each.image for each in feed.items] == [each.cover and each.cover.address for each in GOLDEN]


@pytest.mark.parametrize("form", FORMATS)
def test_the_golden_feed_holds_whole_texts(form: str) -> None:
    feed = parse(golden(form), form)
    assert [each.html.replace("]]&gt;b", "]]>b") for each in feed.items] == [xml_text(each.html) for each in GOLDEN]
    assert feed.items[0].body.xpath("//p/@title") == ["a]]>b"]


@pytest.mark.parametrize("form", ["rss", "atom"])
def test_a_feed_reader_agrees_on_the_golden_feed(form: str) -> None:
    parsed = feedparser.parse(golden(form))
    assert not parsed.bozo
    assert [entry.id for entry in parsed.entries] == [each.id for each in GOLDEN]
    assert [tag.term for tag in parsed.entries[0].tags] == ["C++", "R&D", "数学"]


@pytest.mark.parametrize("form", FORMATS)
def test_the_same_posts_give_the_same_bytes(form: str) -> None:
    assert len({BUILD[form](OLDER, GOLDEN) for _ in range(5)}) == 1


@pytest.mark.parametrize("form", ["rss", "atom"])
def test_the_document_begins_with_its_declaration_and_needs_nothing_else(form: str) -> None:
    data = BUILD[form](CHANNEL, GOLDEN)
    assert data.startswith(b"<?xml version='1.0' encoding='UTF-8'?>")
    assert b"<!DOCTYPE" not in data and b"xml-stylesheet" not in data


def test_json_is_utf_8_and_says_what_its_specification_demands() -> None:
    data = json_feed(OLDER, GOLDEN)
    feed = json.loads(data)
    assert "سلام".encode() in data
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    assert all(isinstance(each["id"], str) and "content_html" in each for each in feed["items"])
    assert feed["hubs"][0] == {"type": "WebSub", "url": "https://hub.example/?a=1&b=2"}


def test_what_is_not_known_is_left_out_of_json() -> None:
    feed = json.loads(json_feed(replace(CHANNEL, description=""), [item(tags=(), summary="")]))
    assert not {"description", "next_url", "hubs"} & feed.keys()
    assert not {"summary", "tags", "image", "date_modified", "language"} & feed["items"][0].keys()
    assert json.loads(json_feed(CHANNEL, []))["items"] == []


@pytest.mark.parametrize("form", FORMATS)
@settings(deadline=None, derandomize=True)
@given(st.text(min_size=1), st.text(), st.text(), st.text(min_size=1))
def test_whatever_is_written_is_read_again(form: str, title: str, summary: str, html: str, tag: str) -> None:
    found = one(form, title=title, summary=summary, html=html, tags=(tag,))
    kept = xml_text(html).replace("]]>", "]]&gt;") if form == "rss" else xml_text(html)
    assert lines(found.html or "") == lines(kept)
    assert lines(found.title) == lines(xml_text(title).strip() or xml_text(summary).strip() or ITEM.link)
    assert [lines(each or "") for each in found.tags] == [lines(each) for each in [xml_text(tag)] if each]


@pytest.mark.parametrize("form", FORMATS)
def test_a_tag_of_which_nothing_is_left_is_not_told(form: str) -> None:
    assert one(form, tags=(FORBIDDEN, "Rivers", "")).tags == ["Rivers"]


def lines(text: str) -> str:
    """The text with its line ends as XML reads them."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


@pytest.mark.parametrize("form", FORMATS)
def test_an_item_without_a_title_is_told_by_something_else(form: str) -> None:
    assert one(form, title="", summary="In short.").title == "In short."
    assert one(form, title=FORBIDDEN, summary="").title == ITEM.link


def test_an_item_without_a_summary_is_described_by_its_title_in_rss_alone() -> None:
    assert [one(form, summary="").summary for form in FORMATS] == ["Bridges", "", ""]


@pytest.mark.parametrize("form", FORMATS)
def test_an_item_without_a_text_still_stands(form: str) -> None:
    found = one(form, html="")
    assert (found.html or "", found.title) == ("", "Bridges")


def test_rss_dates_are_rfc_822_with_four_digit_year_and_zone() -> None:
    data = rss(CHANNEL, [ITEM])
    assert b"<pubDate>Wed, 01 May 2024 09:00:30 +0000</pubDate>" in data
    assert b"<lastBuildDate>Wed, 01 May 2024 09:00:30 +0000</lastBuildDate>" in data


def test_atom_and_json_dates_are_rfc_3339_without_parts_of_seconds() -> None:
    changed = item(updated_at=datetime(2024, 6, 3, 12, 0, 0, 5, tzinfo=UTC))
    data = atom(CHANNEL, [changed])
    assert b"<published>2024-05-01T09:00:30+00:00</published>" in data
    assert data.count(b"<updated>2024-06-03T12:00:00+00:00</updated>") == 2
    [told] = json.loads(json_feed(CHANNEL, [changed]))["items"]
    assert (told["date_published"], told["date_modified"]) == ("2024-05-01T09:00:30+00:00", "2024-06-03T12:00:00+00:00")


@pytest.mark.parametrize("form", ["rss", "atom"])
def test_the_feed_is_dated_by_the_newest_change_of_its_items(form: str) -> None:
    older = item(updated_at=datetime(2025, 2, 3, 4, 5, 6, 7, tzinfo=UTC))
    assert told(form, CHANNEL, ITEM, older).updated == datetime(2025, 2, 3, 4, 5, 6, tzinfo=UTC)


@pytest.mark.parametrize("form", FORMATS)
def test_items_keep_their_order(form: str) -> None:
    titles = [str(number) for number in range(20)]
    assert told(form, CHANNEL, *(item(title=title) for title in titles)).titles == titles


def test_an_empty_description_is_replaced_by_the_title_where_there_must_be_one() -> None:
    assert [told(form, replace(CHANNEL, description="")).description for form in FORMATS] == [CHANNEL.title, "", ""]


def test_atom_names_the_language_of_feed_and_entry() -> None:
    feed = etree.fromstring(atom(CHANNEL, [item(language="ar"), ITEM]))
    assert feed.get(LANG) == "en-GB"
    assert [entry.get(LANG) for entry in feed.findall(f"{ATOM}entry")] == ["ar", None]


@pytest.mark.parametrize("form", ["rss", "atom"])
def test_a_cover_is_told_with_its_size_and_type(form: str) -> None:
    pictures = list(etree.fromstring(BUILD[form](CHANNEL, GOLDEN)).iter(MEDIA))
    assert dict(pictures[0].attrib) == {
        "url": "https://essays.example/media/river-1a2b.jpg", "medium": "image", "type": "image/jpeg",
        "width": "1200", "height": "800",
    }  # fmt: skip
    assert not {"width", "height"} & set(pictures[1].attrib)


def test_a_thousand_items_take_no_minutes() -> None:
    assert len(list(etree.fromstring(rss(CHANNEL, [ITEM] * 1000)).iter(CONTENT))) == 1000


if __name__ == "__main__":
    for name, build in BUILD.items():
        (FOLDER / FILES[name]).write_bytes(build(OLDER, GOLDEN))
