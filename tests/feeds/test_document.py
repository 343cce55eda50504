"""The site's RSS feed as a document: reference/feeds.md, "In the document"."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

import feedparser
import pytest
from lxml import etree, html

from blog.core import accounts, configuring, publishing
from blog.core.media import keep, store
from blog.core.publishing import Fields
from blog.core.transaction import writing
from tests.web.ask import put
from tests.world import LONG_AGO, Blog, picture, texts

CONTENT = "{http://purl.org/rss/1.0/modules/content/}encoded"
CREATOR = "{http://purl.org/dc/elements/1.1/}creator"
ATOM = "{http://www.w3.org/2005/Atom}"
NOW = datetime(2031, 1, 2, 3, 4, 5, tzinfo=UTC)


def titles(blog: Blog) -> list[str]:
    return [each.text or "" for each in blog.feed().findall("channel/item/title")]


def content(blog: Blog, number: int = 0) -> html.HtmlElement:
    """The full text of an item, parsed."""
    return html.fragment_fromstring(list(blog.feed().iter(CONTENT))[number].text or "", create_parent="div")


def test_it_is_well_formed_with_hostile_posts(blog: Blog) -> None:
    post = blog.make_post(
        "Hostile ]]> 😀 سلام",
        summary="]]> <!-- & \u202e",
        body='<p title="a]]>b">x ]]> y</p>\n\n`]]>` 👩‍👩‍👧',
        tags=["]]>", "a&b"],
    )
    put(
        "UPDATE post SET title = title || char(1, 8, 11, 12, 31, 65534, 65535), summary = summary || char(2),"
        " feed_html = feed_html || char(0, 3, 27, 65535) || '<p>end</p>' WHERE id = :id",
        id=post.id,
    )
    put("UPDATE tag SET name = name || char(5)")
    put("UPDATE site SET title = 'T' || char(7), tagline = char(6)")
    put("UPDATE site SET author = 'A' || char(4)")
    feed = blog.feed()
    assert feed.findtext("channel/item/title") == "Hostile ]]> 😀 سلام"
    assert [each.text for each in feed.findall("channel/item/category")] == ["]]>", "a&b"]
    assert content(blog).xpath("//p/@title") == ["a]]>b"]
    parsed = feedparser.parse(blog.get("/feed.xml").data)
    assert not parsed.bozo and len(parsed.entries) == 1


def test_nothing_stands_before_the_declaration(blog: Blog) -> None:
    assert blog.get("/feed.xml").data.startswith(b"<?xml ")


def test_the_channel_links_to_the_site_and_to_itself(blog: Blog) -> None:
    channel = blog.feed().find("channel")
    assert channel.findtext("link") == "https://essays.example/"
    own = channel.find(f"{ATOM}link[@rel='self']")
    assert (own.get("href"), own.get("type")) == ("https://essays.example/feed.xml", "application/rss+xml")
    assert len(channel.findall("link")) == 1


def test_the_channel_tells_title_description_and_language(blog: Blog) -> None:
    for name, value in (("title", "R & R <x>"), ("tagline", "On &amp; off"), ("language", "de-CH")):
        configuring.configure(name, value)
    channel = blog.feed().find("channel")
    assert [channel.findtext(name) for name in ("title", "description", "language")] == [
        "R & R <x>",
        "On &amp; off",
        "de-CH",
    ]


def test_a_title_is_not_escaped_twice(blog: Blog) -> None:
    blog.make_post("Tom & Jerry &amp; <b>")
    assert titles(blog) == ["Tom & Jerry &amp; <b>"]
    assert feedparser.parse(blog.get("/feed.xml").data).entries[0].title in (
        "Tom & Jerry &amp; <b>",
        "Tom &amp; Jerry &amp; <b>",
        "Tom & Jerry & <b>",
    )


def test_an_id_is_a_uuid_and_no_address(blog: Blog) -> None:
    post = blog.make_post()
    guid = blog.feed().find("channel/item/guid")
    assert (guid.text, guid.get("isPermaLink")) == (f"urn:uuid:{post.guid}", "false")


def test_an_id_survives_every_edit(blog: Blog) -> None:
    post = blog.make_post("One", slug="one")
    before = blog.feed().findtext("channel/item/guid")
    for change in (
        Fields(title="Two"),
        Fields(slug="two"),
        Fields(body="Other."),
        Fields(tags=["x"]),
        Fields(summary="s"),
        Fields(unlisted=False),
    ):
        publishing.edit(post.id, change)
        assert blog.feed().findtext("channel/item/guid") == before
    publishing.edit(post.id, Fields(), published_at=LONG_AGO - timedelta(days=400))
    publishing.unpublish(post.id)
    publishing.publish(post.id)
    publishing.delete(post.id)
    publishing.undelete(post.id)
    item = blog.feed().find("channel/item")
    assert (item.findtext("guid"), item.findtext("link")) == (before, "https://essays.example/posts/two/")


def test_the_old_link_of_an_item_still_leads_to_it(blog: Blog) -> None:
    post = blog.make_post("One", slug="one")
    old = blog.feed().findtext("channel/item/link").removeprefix("https://essays.example")
    publishing.edit(post.id, Fields(slug="two"))
    assert (blog.get(old).status_code, blog.get(old).headers["Location"]) == (301, "/posts/two/")


def test_dates_are_rfc_822(blog: Blog) -> None:
    configuring.configure("timezone", "Asia/Kolkata")
    blog.make_post(published_at=datetime(2024, 5, 1, 9, 8, 7, 654321, tzinfo=UTC))
    said = blog.feed().findtext("channel/item/pubDate")
    assert parsedate_to_datetime(said) == datetime(2024, 5, 1, 9, 8, 7, tzinfo=UTC)
    assert "2024" in said and said.endswith(("+0000", "GMT", "+0530"))


@pytest.mark.parametrize("number", [0, 1])
def test_the_feed_is_the_same_at_any_time(blog: Blog, at: Callable[[datetime], None], number: int) -> None:
    at(NOW)
    for _ in range(number):
        blog.make_post("Post")
    answers = set()
    for days in (0, 1, 400):
        at(NOW + timedelta(days=days, seconds=5))
        answer = blog.get("/feed.xml")
        answers.add((answer.data, answer.headers["ETag"], answer.headers["Last-Modified"]))
    assert len(answers) == 1


def test_an_empty_feed_is_valid(blog: Blog) -> None:
    parsed = feedparser.parse(blog.get("/feed.xml").data)
    assert not parsed.bozo and parsed.entries == []
    assert parsed.feed.title == "Broadsheet"
    assert blog.feed().findtext("channel/lastBuildDate")


def test_items_are_ordered_by_publication_newest_first_ties_by_id(blog: Blog) -> None:
    blog.make_post("New", published_at=LONG_AGO + timedelta(days=2))
    blog.make_post("Old", published_at=LONG_AGO)
    blog.make_post("Tie one", published_at=LONG_AGO + timedelta(days=1))
    blog.make_post("Tie two", published_at=LONG_AGO + timedelta(days=1))
    assert titles(blog) == ["New", "Tie two", "Tie one", "Old"]


def test_an_edit_moves_nothing_up(blog: Blog) -> None:
    old = blog.make_post("Old")
    blog.make_post("New")
    publishing.edit(old.id, Fields(body="Changed."))
    assert titles(blog) == ["New", "Old"]


def test_at_most_twenty_items_stand_in_it(blog: Blog) -> None:
    for number in range(22):
        blog.make_post(f"Post {number}", published_at=LONG_AGO + timedelta(days=number))
    assert titles(blog) == [f"Post {number}" for number in range(21, 1, -1)]


def test_it_weighs_at_most_512_kib(blog: Blog) -> None:
    for number in range(20):
        blog.make_post(f"Post {number}", body="Water & stone. " * 3000)
    answer = blog.get("/feed.xml")
    assert len(answer.data) <= 512 * 1024
    assert 5 < len(titles(blog)) < 20


def test_it_weighs_at_most_512_kib_with_heavy_titles_and_tags_too(blog: Blog) -> None:
    for number in range(20):
        tags = [f"{'&' * 60}{number}-{tag}" for tag in range(40)]
        blog.make_post(
            "&" * 490 + str(number), slug=f"post-{number}", body="word " * 4980, summary="&" * 999, tags=tags
        )
    assert len(blog.get("/feed.xml").data) <= 512 * 1024


def test_one_giant_still_comes_through_whole(blog: Blog) -> None:
    blog.make_post("Giant", body="word " * 100_000)
    assert titles(blog) == ["Giant"]


def test_the_summary_is_the_description_and_the_text_is_whole(blog: Blog) -> None:
    blog.make_post("A", summary="In <short>.", body="First.\n\n## Then\n\nLast.")
    item = blog.feed().find("channel/item")
    assert item.findtext("description") == "In <short>."
    assert texts(content(blog), ".//p | .//h2") == ["First.", "Then", "Last."]


def test_a_post_without_a_summary_is_described_by_its_opening(blog: Blog) -> None:
    blog.make_post("A", body="The opening words.\n\nMore.")
    assert blog.feed().findtext("channel/item/description").startswith("The opening words.")


def test_every_address_in_a_text_is_absolute(blog: Blog) -> None:
    with writing() as session:
        kept = store(picture(800, 600), blog.instance / "media")
        keep(session, kept)
    blog.make_post("Other", slug="other")
    blog.make_post(
        "Linked",
        slug="linked",
        body="[a](/posts/other/) [b](../other/) [c](#part) [d](?q=1) [e](https://x.example/?a=1&b=2)"
        f" [f](mailto:a@b.example) [g](//y.example/z)\n\n![A river]({kept.path})"
        "\n\n<video src='/media/a.mp4' poster='/media/b.jpg' controls></video>\n\nNote[^1].\n\n## Part\n\n[^1]: Here.",
        published_at=LONG_AGO + timedelta(days=1),
    )
    body = content(blog)
    addresses = [str(value) for value in body.xpath("//@href | //@src | //@poster | //@srcset")]
    assert addresses and all(value.startswith(("https://", "mailto:")) for value in addresses), addresses
    for expected in (
        "https://essays.example/posts/other/",
        "https://x.example/?a=1&b=2",
        "mailto:a@b.example",
        "https://y.example/z",
    ):
        assert expected in addresses
    assert any(value.startswith("https://essays.example/posts/linked/#") and "part" in value for value in addresses)
    assert "https://essays.example/posts/linked/?q=1" in addresses
    page = blog.read("/posts/linked/")
    for value in addresses:
        if value.startswith("https://essays.example/posts/linked/#"):
            assert page.xpath(f"//*[@id = '{value.partition('#')[2]}']"), value
    image = body.xpath("//img")[0]
    assert (image.get("alt"), image.get("width"), image.get("height")) == ("A river", "800", "600")


def test_footnotes_lead_to_the_page_and_its_fragment(blog: Blog) -> None:
    blog.make_post("Noted", slug="noted", body="Text[^a].\n\n[^a]: Source.")
    hrefs = content(blog).xpath("//@href")
    assert hrefs == ["https://essays.example/posts/noted/#fn-1", "https://essays.example/posts/noted/#fnref-1"]


def test_no_script_id_style_or_share_link_stands_in_a_text(blog: Blog) -> None:
    blog.make_post(
        "A",
        body='<script>x</script><style>y</style>\n\n## H\n\n<p id="x" style="color:red" onclick="z" class="wide">t</p>'
        '\n\n```python\nx = 1\n```\n\n<iframe src="https://x.example/"></iframe>',
    )
    body = content(blog)
    assert not body.xpath(
        "//script | //style | //iframe | //form | //button | //@id | //@style | //@class | //@onclick"
    )
    assert "intent" not in etree.tostring(body, encoding="unicode")
    assert "Let" not in body.text_content()


def test_the_author_is_named(blog: Blog) -> None:
    configuring.configure("author", "The & Editor")
    with writing() as session:
        ana = accounts.byline(session, "Ana <Lind>")
    blog.make_post("Editor's")
    blog.make_post("Hers", author_id=ana)
    assert [each.text for each in blog.feed().iter(CREATOR)] == ["Ana <Lind>", "The & Editor"]


def test_categories_say_what_the_pages_tags_say(blog: Blog) -> None:
    blog.make_post("Tagged", slug="tagged", tags=["Zeta", "C++", "R&D", "数学"])
    tags = [each.text for each in blog.feed().findall("channel/item/category")]
    assert tags == texts(blog.read("/posts/tagged/"), "//a[@rel = 'tag']") == ["Zeta", "C++", "R&D", "数学"]


def test_an_update_is_told_only_after_a_material_change(blog: Blog, at: Callable[[datetime], None]) -> None:
    post = blog.make_post("A")
    at(NOW)
    publishing.edit(post.id, Fields(tags=["x"], slug="b"))
    publishing.edit(post.id, Fields(body="Comma."), minor=True)
    assert blog.feed().find(f"channel/item/{ATOM}updated") is None
    publishing.edit(post.id, Fields(body="Other words."))
    assert blog.feed().findtext(f"channel/item/{ATOM}updated") == "2031-01-02T03:04:05+00:00"
    assert blog.feed().findtext("channel/lastBuildDate") == "Thu, 02 Jan 2031 03:04:05 +0000"


def test_an_update_never_lies_before_the_publication(blog: Blog, at: Callable[[datetime], None]) -> None:
    post = blog.make_post("A")
    at(NOW)
    publishing.edit(post.id, Fields(body="Other words."))
    publishing.edit(post.id, Fields(), published_at=NOW + timedelta(days=1))
    at(NOW + timedelta(days=2))
    updated = blog.feed().findtext(f"channel/item/{ATOM}updated")
    assert updated is None or datetime.fromisoformat(updated) >= NOW + timedelta(days=1)


def test_drafts_and_the_future_are_absent(blog: Blog, at: Callable[[datetime], None]) -> None:
    at(NOW)
    blog.make_post("Draft", published_at=None)
    blog.make_post("Later", published_at=NOW + timedelta(seconds=1))
    blog.make_post("Unlisted", unlisted=True)
    blog.make_post("Page", kind="page")
    publishing.delete(blog.make_post("Deleted").id)
    blog.make_post("Now", published_at=NOW)
    assert titles(blog) == ["Now"]


def test_feedparser_reads_the_whole_of_it(blog: Blog) -> None:
    post = blog.make_post("A & B", slug="a", summary="Short.", body="Long.", tags=["T"])
    parsed = feedparser.parse(blog.get("/feed.xml").data)
    entry = parsed.entries[0]
    assert (parsed.bozo, parsed.version) == (False, "rss20")
    assert (entry.link, entry.id, entry.summary) == (
        "https://essays.example/posts/a/",
        f"urn:uuid:{post.guid}",
        "Short.",
    )
    assert (entry.author, entry.tags[0].term, entry.content[0].value.strip()) == ("Editor", "T", "<p>Long.</p>")
    assert entry.published_parsed[:3] == (2024, 5, 1)
