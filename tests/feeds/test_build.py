"""The RSS builder: what is said becomes bytes. Run `python -m tests.feeds.test_build` to write the golden file anew."""

import locale
import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path

import feedparser
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from blog.core.values import FORBIDDEN
from blog.feeds.build import rss
from tests.feeds.samples import CHANNEL, GOLDEN, ITEM, item

GOLDEN_FILE = Path(__file__).resolve().parent.parent / "golden" / "feed.xml"
CONTENT = "{http://purl.org/rss/1.0/modules/content/}encoded"
ATOM = "{http://www.w3.org/2005/Atom}"


def one(**fields: object) -> etree._Element:
    """The item of a feed that has one, parsed."""
    return etree.fromstring(rss(CHANNEL, [item(**fields)])).find("channel/item")


def test_the_golden_feed_is_built_byte_for_byte() -> None:
    assert rss(CHANNEL, GOLDEN) == GOLDEN_FILE.read_bytes()


def test_the_golden_feed_says_what_was_given() -> None:
    entries = feedparser.parse(GOLDEN_FILE.read_bytes()).entries
    assert [entry.id for entry in entries] == [f"urn:uuid:{each.guid}" for each in GOLDEN]
    assert [entry.title for entry in entries] == [each.title.replace("<b>", "<b>") for each in GOLDEN]
    tree = etree.fromstring(GOLDEN_FILE.read_bytes())
    assert [each.text for each in tree.iter(CONTENT)] == [each.html.replace("a]]>b", "a]]&gt;b") for each in GOLDEN]
    assert [each.text for each in tree.iter("title")][1:] == [each.title for each in GOLDEN]


def test_the_same_posts_give_the_same_bytes() -> None:
    assert len({rss(CHANNEL, GOLDEN) for _ in range(5)}) == 1


def test_the_document_begins_with_its_declaration_and_has_no_doctype() -> None:
    data = rss(CHANNEL, GOLDEN)
    assert re.match(rb"<\?xml version=['\"]1\.0['\"] encoding=['\"]UTF-8['\"]\?>", data)
    assert b"<!DOCTYPE" not in data and b"xml-stylesheet" not in data


def test_a_cdata_end_in_text_and_in_an_attribute_survives() -> None:
    html = '<p title="x]]>y">a ]]&gt; b</p><pre>]]&gt;]]&gt;</pre>'
    said = one(html=html).find(CONTENT).text
    assert etree.HTML(said).xpath("//p/@title") == ["x]]>y"]
    assert etree.HTML(said).xpath("string(//pre)") == "]]>]]>"


def test_characters_that_xml_forbids_are_left_out() -> None:
    bad = "a\x00\x01\x08\x0b\x0c\x0e\x1f\ufffe\uffff\ud800b"
    entry = one(title=bad, summary=bad, html=bad, author=bad, tags=(bad,))
    assert [
        entry.findtext("title"),
        entry.findtext("description"),
        entry.findtext(CONTENT),
        entry.findtext("category"),
    ] == ["ab"] * 4
    assert etree.fromstring(rss(replace(CHANNEL, title=bad, description=bad), [])).findtext("channel/title") == "ab"


@given(st.text(min_size=1), st.text(), st.text(), st.text(min_size=1))
def test_whatever_is_written_is_read_again(title: str, summary: str, html: str, tag: str) -> None:
    entry = one(title=title, summary=summary, html=html, tags=(tag,))
    kept = [
        FORBIDDEN.sub("", each).replace("\r\n", "\n").replace("\r", "\n")
        for each in (title, html.replace("]]>", "]]&gt;"))
    ]
    assert (entry.findtext("title") or "").replace("\r\n", "\n").replace("\r", "\n") == kept[0]
    assert (entry.findtext(CONTENT) or "").replace("\r\n", "\n").replace("\r", "\n") == kept[1]


def test_an_item_without_a_summary_is_described_by_its_title() -> None:
    assert one(summary="").findtext("description") == "Bridges"


def test_dates_are_rfc_822_with_four_digit_year_and_zone() -> None:
    said = one().findtext("pubDate")
    assert said == "Wed, 01 May 2024 09:00:30 +0000"
    assert parsedate_to_datetime(said) == ITEM.published_at.replace(microsecond=0)


def test_the_feed_is_dated_by_the_newest_change_of_its_items() -> None:
    changed = datetime(2025, 2, 3, 4, 5, 6, 7, tzinfo=UTC)
    older = item(updated_at=changed)
    tree = etree.fromstring(rss(CHANNEL, [ITEM, older]))
    assert tree.findtext("channel/lastBuildDate") == "Mon, 03 Feb 2025 04:05:06 +0000"


def test_an_empty_feed_is_dated_by_the_site() -> None:
    tree = etree.fromstring(rss(CHANNEL, []))
    assert tree.findtext("channel/lastBuildDate") == "Tue, 02 Jan 2024 03:04:05 +0000"
    assert not tree.findall("channel/item")


def test_an_empty_description_is_replaced_by_the_title() -> None:
    assert etree.fromstring(rss(replace(CHANNEL, description=""), [])).findtext("channel/description") == CHANNEL.title


def test_items_keep_their_order() -> None:
    tree = etree.fromstring(rss(CHANNEL, [item(title=str(number)) for number in range(20)]))
    assert [each.text for each in tree.findall("channel/item/title")] == [str(number) for number in range(20)]


def test_an_update_is_told_as_atom_updated_in_rfc_3339() -> None:
    assert one().find(f"{ATOM}updated") is None
    assert (
        one(updated_at=datetime(2024, 6, 3, 12, 0, 0, 5, tzinfo=UTC)).findtext(f"{ATOM}updated")
        == "2024-06-03T12:00:00+00:00"
    )


def test_the_locale_of_the_process_stays_as_it_was_while_threads_build() -> None:
    before = locale.setlocale(locale.LC_ALL)
    try:
        locale.setlocale(locale.LC_TIME, "C.UTF-8")
        with ThreadPoolExecutor(8) as threads:
            built = set(threads.map(lambda _: rss(CHANNEL, GOLDEN), range(80)))
        assert locale.setlocale(locale.LC_TIME) == "C.UTF-8"
        assert len(built) == 1
    finally:
        locale.setlocale(locale.LC_ALL, before)


def test_a_thousand_items_take_no_minutes() -> None:
    assert len(etree.fromstring(rss(CHANNEL, [ITEM] * 1000)).findall("channel/item")) == 1000


if __name__ == "__main__":
    GOLDEN_FILE.write_bytes(rss(CHANNEL, GOLDEN))
