"""Markdown to HTML: golden files, and what is learnt on the way.

Each tests/golden/<name>.md becomes <name>.html. `GOLDEN=write` writes them anew: read the difference first.
"""

import os
from pathlib import Path

import pytest
from lxml import html

from blog.core.errors import Invalid
from blog.core.images.variants import ImageFile, ImageFiles
from blog.core.markdown import sanitize
from blog.core.markdown.render import HTML_BYTES, code_lines, picture_sources, render
from blog.core.markdown.sanitize import PAGE_MARK, SITE_MARK
from blog.core.text.words import graphemes

GOLDEN = Path(__file__).resolve().parents[2] / "golden"
RIVER = "/media/0123456789abcdef01234567.jpg"
IMAGE_FILES = {"0123456789abcdef01234567": ImageFile("0123456789abcdef01234567.jpg", 1600, 900)}
NAMES = (
    "autolinks code definition-lists figures films footnotes foreign-pictures headings headings-from-two poems"
    " raw-html recordings strikethrough tables task-lists"
).split()


def parsed(text: str) -> html.HtmlElement:
    """What a browser sees of a text."""
    return html.fromstring(f"<div>{render(text, image_files=IMAGE_FILES).html}</div>")


@pytest.mark.parametrize("name", NAMES)
def test_each_golden_text_becomes_its_page(name: str) -> None:
    made = render((GOLDEN / f"{name}.md").read_text(), image_files=IMAGE_FILES).html
    golden = GOLDEN / f"{name}.html"
    if os.environ.get("GOLDEN") == "write":
        golden.write_text(made)
    assert made == golden.read_text()


@pytest.mark.parametrize("name", NAMES)
def test_the_same_text_gives_the_same_bytes(name: str) -> None:
    text = (GOLDEN / f"{name}.md").read_text()
    assert render(text, image_files=IMAGE_FILES) == render(text, image_files=IMAGE_FILES)


@pytest.mark.parametrize("name", NAMES)
def test_no_id_stands_twice_in_a_page(name: str) -> None:
    ids = parsed((GOLDEN / f"{name}.md").read_text()).xpath("//@id")
    assert len(ids) == len(set(ids))


# -- headings and contents ----------------------------------------------------------------------------------


def test_contents_name_the_two_upper_levels_with_their_ids() -> None:
    found = render("## One *two*\n\n### `Three`\n\n#### Four\n\n> ## Quoted\n").contents
    assert found == [
        {"level": 2, "id": "s-one-two", "text": "One two"},
        {"level": 3, "id": "s-three", "text": "Three"},
    ]


def test_a_text_that_begins_at_h1_is_shifted_as_a_whole() -> None:
    page = parsed("# One\n\n## Two\n\n###### Six\n")
    assert [(heading.tag, heading.get("id")) for heading in page.xpath(".//*[@id]")] == [
        ("h2", "s-one"),
        ("h3", "s-two"),
        ("h6", "s-six"),
    ]


def test_a_text_that_begins_at_h2_stays_as_it_is() -> None:
    assert [heading.tag for heading in parsed("## Two\n\n### Three\n").xpath(".//*[@id]")] == ["h2", "h3"]


@pytest.mark.parametrize(
    "text",
    [
        "## Two\n\n## Two\n\n## Two 2\n",
        "## Two 2\n\n## Two\n\n## Two\n",
        '## Two\n\n<p id="two">x</p>\n',
        '<p id="s-two">x</p>\n\n## Two\n',
        '![a](/a.png "c^[in the caption]")\n\nText^[below].\n',
    ],
)
def test_ids_stay_unique_whatever_the_headings_are_called(text: str) -> None:
    ids = parsed(text).xpath("//@id")
    assert len(ids) == len(set(ids)), ids


def test_contents_lead_to_the_headings_they_name() -> None:
    text = "## Two\n\n## Two\n\n## Two 2\n"
    page = parsed(text)
    for entry in render(text).contents:
        assert page.xpath(f"//*[@id='{entry['id']}']")[0].text == entry["text"]


def test_a_heading_without_words_stands_in_no_contents() -> None:
    assert render("##\n\n## \n").contents == []


# -- words and extract --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", 0),
        ("One two three.", 3),
        ("It’s well-known – isn't it?", 4),
        ("दो नदियाँ एक साथ बहती हैं।", 6),
        ("两条河流过城市", 4),
        ("中文 and English", 3),
        ("**Bold** and `code`", 3),
        ("## Heading\n\n- item\n- item\n\n| a |\n|---|\n| b |", 5),
        ("```\nnot counted here\n```", 0),
        ("A[^1].\n\n[^1]: Note words.", 3),
    ],
)
def test_words_are_counted_in_any_script(text: str, words: int) -> None:
    assert render(text).words == words


def test_the_extract_is_the_opening_paragraphs() -> None:
    text = (
        "## Heading\n\n![Picture](/a.png)\n\n> Quoted.\n\nFirst *words*[^1].\n\n- item\n\nThen more.\n\n[^1]: Note.\n"
    )
    assert render(text).extract == "First words. Then more."


def test_a_long_extract_ends_between_words() -> None:
    extract = render("word " * 100).extract
    assert len(extract) <= 200
    assert extract.endswith("word…")


def test_an_extract_never_cuts_a_character_in_two() -> None:
    text = "नदियाँ" * 100
    kept = graphemes(render(text).extract.removesuffix("…"))
    assert 50 < len(kept) <= 200
    assert kept == graphemes(text)[: len(kept)]


# -- links --------------------------------------------------------------------------------------------------


def test_links_are_listed_once_and_in_order() -> None:
    text = "[b](https://b.example/?x=1&y=2) [a](/a/) <https://b.example/?x=1&y=2> [here](#s-x) <ana@example.org>"
    assert render(text).links == ["https://b.example/?x=1&y=2", "/a/", "mailto:ana@example.org"]


def test_a_foreign_picture_is_a_link_too() -> None:
    assert render("![x](https://far.example/a.png)").links == ["https://far.example/a.png"]


@pytest.mark.parametrize(
    "text",
    [
        'Write `<a href="https://fake.example/">`.',
        '```\n<a href="https://fake.example/">\n```',
        'Say href="https" here.',
    ],
)
def test_an_address_that_only_code_or_words_show_is_no_link(text: str) -> None:
    assert render(text).links == []


def test_words_that_look_like_an_attribute_do_not_hide_a_link() -> None:
    assert render('Say href="https://true.example/" here.').links == ["https://true.example/"]


def test_a_linked_foreign_picture_keeps_its_link() -> None:
    links = parsed("[![Alt](https://far.example/a.png)](https://far.example/page)").xpath(".//a")
    assert ("https://far.example/page", "Alt") in [(link.get("href"), link.text_content()) for link in links]


def test_no_link_is_empty_but_the_anchors_of_headings() -> None:
    page = parsed("## A\n\n[![Alt](https://far.example/a.png)](https://far.example/page)")
    assert [link.get("href") for link in page.xpath(".//a[not(@class='anchor')]") if not link.text_content()] == []


# -- pictures -----------------------------------------------------------------------------------------------


def test_pictures_are_listed_with_true_sizes() -> None:
    assert render(f"![A river]({RIVER}){{width=400}} and ![](b.png)", image_files=IMAGE_FILES).pictures == [
        {"src": RIVER, "alt": "A river", "width": 1600, "height": 900},
        {"src": "b.png", "alt": "", "width": None, "height": None},
    ]


def test_a_cover_is_the_first_picture_and_all_in_the_text_load_late() -> None:
    made = render("![x](/x.png)", cover=RIVER, image_files=IMAGE_FILES)
    assert [picture["src"] for picture in made.pictures] == [RIVER, "/x.png"]
    assert html.fromstring(made.html).xpath("//img/@loading") == ["lazy"]


def test_a_foreign_picture_is_no_picture_unless_the_owner_insists() -> None:
    text = "![x](https://far.example/a.png) ![y](http://far.example/b.png)"
    assert render(text).pictures == []
    shown = render(text, foreign_media=True)
    assert [picture["src"] for picture in shown.pictures] == ["https://far.example/a.png"]
    assert html.fromstring(shown.html).xpath("//a/@href") == ["http://far.example/b.png"]


def test_every_picture_has_an_alt_text() -> None:
    page = parsed('<img src="/a.png"> ![](/b.png) ![c](/c.png)')
    assert page.xpath(".//img/@alt") == ["", "", "c"]


def test_picture_sources_tell_the_line_they_stand_near() -> None:
    text = 'One\n\n![a](a.png)\n\n<img src="b&amp;c.png">\n\n![r][ref]\n\n`![no](no.png)`\n\n[ref]: d.png\n'
    assert picture_sources(text) == [("a.png", 3), ("b&c.png", 5), ("d.png", 7)]


def test_code_lines_are_those_within_code() -> None:
    assert code_lines("One\n\n```\ncode\n```\n\n    more\n\nTwo\n") == {2, 3, 4, 6}


# -- for feeds ----------------------------------------------------------------------------------------------


def test_a_feed_gets_whole_addresses() -> None:
    text = f"[up](../x/) [root](/a/) [own](#s-b) [far](https://far.example/) [beside](c.html) ![p]({RIVER})\n\n## B\n"
    feed_html = render(text, image_files=IMAGE_FILES).feed_html.replace(SITE_MARK, "SITE").replace(PAGE_MARK, "PAGE")
    feed = html.fromstring(f"<div>{feed_html}</div>")
    assert feed.xpath(".//a/@href") == [
        "SITE/posts/x/", "SITE/a/", "PAGE#s-b", "https://far.example/", "PAGEc.html",
    ]  # fmt: skip
    assert feed.xpath(".//img/@src") == [f"SITE{RIVER}"]


def test_a_page_of_another_kind_has_another_base() -> None:
    assert f'href="{SITE_MARK}/x/"' in render("[up](../x/)", base="/-/").feed_html


@pytest.mark.parametrize("name", NAMES)
def test_a_feed_gets_no_ids_no_anchors_no_furniture(name: str) -> None:
    made = render((GOLDEN / f"{name}.md").read_text(), image_files=IMAGE_FILES)
    feed = html.fromstring(f"<div>{made.feed_html}</div>")
    assert (
        feed.xpath("//@id | //@class | //@role | //@tabindex | //@loading | //@*[starts-with(name(), 'aria-')]") == []
    )
    assert [link for link in feed.xpath(".//a[not(node())]") if link.get("href")] == []
    for address in feed.xpath("//@href | //img/@src"):
        assert address.startswith(("http://", "https://", "mailto:", "tel:", SITE_MARK, PAGE_MARK)), address


def test_footnotes_work_in_a_feed_as_plain_text() -> None:
    feed = html.fromstring(f"<div>{render('A[^1].' + chr(10) * 2 + '[^1]: Note.').feed_html}</div>")
    assert "A1." in feed.text_content()
    assert "Note." in feed.text_content()


# -- bombs --------------------------------------------------------------------------------------------------


def test_a_text_that_grows_past_four_megabytes_is_refused() -> None:
    with pytest.raises(Invalid, match=r"more than 4 MB. Split it") as refusal:
        render("x[^a]" * 40_000 + "\n\n[^a]: n")
    assert refusal.value.field == "body"
    assert HTML_BYTES == 4 * 1024 * 1024


@pytest.mark.parametrize("bomb", ["<div>", "<table>", "<p><i></p>", "<b>", "<svg>"])
def test_elements_nested_without_end_are_refused(bomb: str) -> None:
    with pytest.raises(Invalid, match=r"nested more than 200 deep. Close them.") as refusal:
        render((bomb * 120_000)[:600_000])
    assert refusal.value.field == "body"


@pytest.mark.parametrize("bomb", [">", "- ", "* ", "[", "1. "])
def test_markdown_nested_without_end_is_still_a_text(bomb: str) -> None:
    assert render(bomb * 2_000 + "word").words >= 0


def test_two_hundred_closed_elements_in_a_row_are_fine() -> None:
    assert render("<div>x</div>\n\n" * 500).words == 0


# -- stored pictures with variants -----------------------------------------------------------------------------

STEM = "0123456789abcdef01234567"
LARGE = {STEM: ImageFile(f"{STEM}.jpg", 2560, 1600, [640, 1280, 2560])}
SMALL = {STEM: ImageFile(f"{STEM}.png", 500, 400, [500])}
MOVING = {STEM: ImageFile(f"{STEM}.gif", 500, 400, [500])}


def test_a_browser_chooses_among_the_files_of_a_picture() -> None:
    made = render(f"![A river]({RIVER})", image_files=LARGE).html
    assert made == (
        f'<figure><picture><source type="image/webp" srcset="/media/{STEM}-640.webp 640w,'
        f' /media/{STEM}-1280.webp 1280w, /media/{STEM}.webp 2560w"'
        ' sizes="(min-width: 42.25rem) 38rem, 90vw">'
        f'<img src="{RIVER}" alt="A river"'
        f' width="2560" height="1600" srcset="/media/{STEM}-640.jpg 640w, /media/{STEM}-1280.jpg 1280w, {RIVER} 2560w"'
        ' sizes="(min-width: 42.25rem) 38rem, 90vw" decoding="async" fetchpriority="high"></picture></figure>\n'
    )


@pytest.mark.parametrize("image_files", [SMALL, MOVING])
def test_a_small_or_moving_picture_has_one_width(image_files: ImageFiles) -> None:
    made = render(f"![]({RIVER})", image_files=image_files).html
    base = image_files[STEM].address
    assert made == (
        f'<figure><picture><source type="image/webp" srcset="/media/{STEM}.webp"><img src="{base}" alt="" width="500"'
        ' height="400" decoding="async" fetchpriority="high"></picture></figure>\n'
    )


@pytest.mark.parametrize(
    ("attributes", "sizes"),
    [
        (".wide", "(min-width: 53.5rem) 48rem, 90vw"),
        (".full", "100vw"),
        ("width=50%", "(min-width: 42.25rem) 19rem, 60vw"),
        ("width=25%", "14rem"),
        ("width=400", "400px"),
        ("width=2000", "(min-width: 42.25rem) 38rem, 90vw"),
    ],
)
def test_a_browser_is_told_how_wide_a_picture_is_shown(attributes: str, sizes: str) -> None:
    page = html.fromstring(f"<div>{render(f'![]({RIVER}){{{attributes}}}', image_files=LARGE).html}</div>")
    assert page.xpath("//@sizes") == [sizes, sizes]


def test_every_name_of_a_picture_shows_the_whole_of_it() -> None:
    for name in (f"{STEM}-640.jpg", f"{STEM}.webp", f"{STEM}-1280.webp"):
        assert render(f"![](/media/{name})", image_files=LARGE).html == render(f"![]({RIVER})", image_files=LARGE).html


def test_feeds_carry_one_file_of_middling_size() -> None:
    fed = render(f"![A]({RIVER}) and ![B]({RIVER}){{width=400}}", image_files=LARGE).feed_html
    assert fed == (
        f'<p><img src="{SITE_MARK}/media/{STEM}-1280.jpg" alt="A" width="1280" height="800"> and'
        f' <img src="{SITE_MARK}/media/{STEM}-1280.jpg" alt="B" width="400" height="250"></p>\n'
    )
    assert f'src="{SITE_MARK}/media/{STEM}.png"' in render(f"![]({RIVER})", image_files=SMALL).feed_html


def test_no_author_can_choose_files_by_hand() -> None:
    evil = (
        '<picture><source type="image/webp" srcset="https://evil.example/a.webp 640w" sizes="1px">'
        f'<img src="{RIVER}" srcset="//evil.example/b.jpg 2x" sizes="9000px" alt="x"></picture>'
        '<source src="https://evil.example/c"><img srcset="https://evil.example/d" src="">'
    )
    made = render(evil, image_files=LARGE)
    assert "evil" not in made.html + made.feed_html and made.html.count("<source") == made.html.count("<picture") == 1
    assert sanitize.clean('<img src="/a.png" srcset="https://evil.example/a 1x" sizes="expression(1)">') == (
        '<img src="/a.png">'
    )


def test_a_picture_in_a_link_stays_in_it() -> None:
    page = html.fromstring(f"<div>{render(f'[![A]({RIVER})](/b/)', image_files=LARGE).html}</div>")
    assert page.xpath("//figure/a//img/@alt") == ["A"]


# -- poems, films and recordings ----------------------------------------------------------------------------


def test_the_words_of_a_poem_are_read_like_any_others() -> None:
    made = render("```poem\nOne *two*\n  three\n```\n\nFour.\n")
    assert (made.words, made.extract, made.lines) == (4, "One two three Four.", [0, 5])
    assert code_lines("```poem\n[^a]\n```\n") == set()


def test_a_poem_in_a_list_or_a_note_stays_there() -> None:
    page = parsed(
        "- Said:\n\n  ```poem\n  one\n    two\n  ```\n\nText[^a].\n\n[^a]: So:\n\n    ```poem\n    three\n    ```\n"
    )
    assert [poem.getparent().tag for poem in page.find_class("poem")] == ["li", "li"]
    assert page.xpath("string(.//ul//*[@class = 'poem'])").strip() == "one\n\xa0\xa0two"


@pytest.mark.parametrize("text", ["```poem\n```", "```poem\n \n\t\n```"])
def test_a_poem_without_words_is_none(text: str) -> None:
    assert render(text).html == ""


@pytest.mark.parametrize(
    ("address", "tag"), [("/a.MP4", "video"), ("../b.ogg?x=1#t=10", "audio"), ("./c.m4a", "audio")]
)
def test_what_plays_loads_nothing_before_it_is_asked(address: str, tag: str) -> None:
    for text in (address, f"![Frogs]({address})", f"Hear ![Frogs]({address}) here"):
        (player,) = parsed(text).xpath(".//video | .//audio")
        assert (player.get("preload"), player.get("src")) == ("none", address)
        assert {"controls", "autoplay", "loop"} & {*player.attrib} == {"controls"}
        assert player.xpath("a/@href") == [address]


def test_a_film_on_another_site_is_a_link_unless_the_owner_insists() -> None:
    text = "![Frogs](https://far.example/frogs.mp4)"
    assert parsed(text).xpath(".//figure/a[@href = 'https://far.example/frogs.mp4']/text()") == ["Frogs"]
    assert "<video" not in render(text).feed_html
    shown = render(text, foreign_media=True)
    assert '<video controls="" preload="none" src="https://far.example/frogs.mp4"' in shown.feed_html


def test_a_recording_is_no_picture() -> None:
    text = "![Frogs](/frogs.mp3)"
    assert render(text).pictures == [] and picture_sources(text) == []
