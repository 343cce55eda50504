"""What feedgen 1.0.0 would do if it were left to itself: reference/feeds.md, one test for each trap, by its number.

13 has two: JSON is built without it (test_architecture.py keeps its door), and languages of entries are added here.
14 is about speed alone.
"""

import locale
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from lxml import etree

from blog.feeds.build import atom, rss
from blog.feeds.channel import Item
from tests.feeds.reading import ATOM, CONTENT, CREATOR, LANG, MEDIA, parse, text_of
from tests.feeds.samples import CHANNEL, FORBIDDEN, GOLDEN, ITEM, OLDER, item

BOTH = pytest.mark.parametrize("form", ["rss", "atom"])
BUILD = {"rss": rss, "atom": atom}


def rss_item(**fields: Any) -> etree._Element:
    return etree.fromstring(rss(CHANNEL, [item(**fields)])).find("channel/item")


def atom_entry(**fields: Any) -> etree._Element:
    return etree.fromstring(atom(CHANNEL, [item(**fields)])).find(f"{ATOM}entry")


def test_01_the_channels_link_is_the_site_and_not_the_last_link_of_any_kind() -> None:
    channel = etree.fromstring(rss(OLDER, GOLDEN)).find("channel")
    assert [link.text for link in channel.findall("link")] == ["https://essays.example/"]
    own = channel.find(f"{ATOM}link[@rel='self']")
    assert (own.get("href"), own.get("type")) == (OLDER.address, "application/rss+xml")


@BOTH
def test_02_hubs_and_neighbours_are_told_in_rss_as_well(form: str) -> None:
    told = parse(BUILD[form](OLDER, []), form).links
    assert told == {"hub": list(OLDER.hubs)} | {rel: [address] for rel, address in OLDER.pages.items()}


@BOTH
@pytest.mark.parametrize(
    ("items", "date"),
    [([], datetime(2024, 1, 2, 3, 4, 5, tzinfo=UTC)), ([ITEM], datetime(2024, 5, 1, 9, 0, 30, tzinfo=UTC))],
    ids=["empty", "full"],
)
def test_03_a_feed_is_dated_by_its_data_and_never_by_the_clock(form: str, items: list[Item], date: datetime) -> None:
    feed = parse(BUILD[form](CHANNEL, items), form)
    assert feed.updated == date
    assert [each.updated or each.published for each in feed.items] == [date for _ in items]


@BOTH
def test_04_items_are_not_turned_around(form: str) -> None:
    items = [item(title=title) for title in ("first", "second", "third")]
    assert parse(BUILD[form](CHANNEL, items), form).titles == ["first", "second", "third"]


def test_05_an_entrys_link_keeps_its_rel_and_type_in_atom() -> None:
    [link] = atom_entry().findall(f"{ATOM}link")
    assert dict(link.attrib) == {"href": ITEM.link, "rel": "alternate", "type": "text/html"}


def test_06_content_is_cdata_in_rss_and_html_in_atom() -> None:
    assert b"<content:encoded><![CDATA[<p>They stand.</p>" in rss(CHANNEL, [ITEM])
    content = atom_entry().find(f"{ATOM}content")
    assert (content.get("type"), content.text) == ("html", "<p>They stand.</p>\n")


def test_06_the_end_of_a_cdata_section_within_a_text_does_not_end_it() -> None:
    said = '<p title="x]]>y">a ]]&gt; b</p><pre>]]&gt;]]&gt;</pre>'
    text = etree.HTML(rss_item(html=said).findtext(CONTENT))
    assert text.xpath("//p/@title") == ["x]]>y"] and text.xpath("string(//pre)") == "]]>]]>"
    assert rss(CHANNEL, [item(html=said)]).count(b"<![CDATA[") == 1  # some simple programs expect no second one
    assert atom_entry(html=said).findtext(f"{ATOM}content") == said


def test_07_a_summary_is_read_as_html_by_both_and_says_what_was_written() -> None:
    written = "1 < 2 & <b>so</b> &amp; on"
    described = rss_item(summary=written).findtext("description")
    summary = atom_entry(summary=written).find(f"{ATOM}summary")
    assert summary.get("type") == "html"
    assert text_of(described) == text_of(summary.text) == written
    assert rss_item(summary=written).findtext(CONTENT) == ITEM.html


def test_08_an_author_without_a_mail_address_is_named_in_rss() -> None:
    assert rss_item().findtext(CREATOR) == "Ana Lind"
    assert atom_entry().findtext(f"{ATOM}author/{ATOM}name") == "Ana Lind"


@BOTH
def test_09_a_character_that_xml_forbids_does_not_take_the_feed_down(form: str) -> None:
    bad = f"a{FORBIDDEN}b"
    channel = replace(CHANNEL, title=bad, description=bad, author=bad)
    feed = parse(BUILD[form](channel, [item(title=bad, summary=bad, html=bad, author=bad, tags=(bad,))]), form)
    [found] = feed.items
    assert [feed.title, feed.description] == ["ab"] * 2
    assert [found.title, found.summary, found.html, found.author, *found.tags] == ["ab"] * 5


@pytest.fixture
def far_from_utc(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A machine whose clock shows Indian time."""
    with monkeypatch.context() as patched:
        patched.setenv("TZ", "Asia/Kolkata")
        time.tzset()
        yield
    time.tzset()


@pytest.mark.usefixtures("far_from_utc")
@BOTH
def test_10_a_date_without_a_zone_is_utc(form: str) -> None:
    naive = datetime(2024, 5, 1, 9, 0)  # noqa: DTZ001  (the very point)
    channel = replace(CHANNEL, changed_at=naive)
    [found] = parse(BUILD[form](channel, [item(published_at=naive, updated_at=naive)]), form).items
    assert found.published == datetime(2024, 5, 1, 9, 0, tzinfo=UTC)
    assert parse(BUILD[form](channel, []), form).updated == datetime(2024, 5, 1, 9, 0, tzinfo=UTC)


def test_11_dates_are_written_without_touching_the_locale(monkeypatch: pytest.MonkeyPatch) -> None:
    touched: list[object] = []
    monkeypatch.setattr(locale, "setlocale", lambda *what: touched.append(what) or "C")
    assert b"Wed, 01 May 2024 09:00:30 +0000" in rss(CHANNEL, [ITEM])
    assert not touched


def test_11_the_locale_stays_as_it_was_while_threads_build() -> None:
    before = locale.setlocale(locale.LC_ALL)
    try:
        locale.setlocale(locale.LC_TIME, "C.UTF-8")
        with ThreadPoolExecutor(8) as threads:
            built = set(threads.map(lambda _: rss(CHANNEL, GOLDEN), range(80)))
        assert locale.setlocale(locale.LC_TIME) == "C.UTF-8"
        assert len(built) == 1
    finally:
        locale.setlocale(locale.LC_ALL, before)


def test_12_a_tag_says_the_same_in_both() -> None:
    assert [each.text for each in rss_item(tags=("R&D", "C++")).findall("category")] == ["R&D", "C++"]
    categories = atom_entry(tags=("R&D", "C++")).findall(f"{ATOM}category")
    assert [(each.get("term"), each.get("label")) for each in categories] == [("R&D", "R&D"), ("C++", "C++")]


@BOTH
def test_12_a_cover_stands_in_the_item_itself_and_in_no_group(form: str) -> None:
    feed = etree.fromstring(BUILD[form](CHANNEL, GOLDEN[:1]))
    [picture] = feed.iter(MEDIA)
    assert etree.QName(picture.getparent()).localname in ("item", "entry")
    assert picture.get("url") == GOLDEN[0].cover.address  # type: ignore[union-attr]


def test_13_an_entry_has_a_language_of_its_own() -> None:
    assert atom_entry(language="ar").get(LANG) == "ar"
    assert atom_entry().get(LANG) is None
