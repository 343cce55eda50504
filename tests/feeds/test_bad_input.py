"""Whatever one post holds, every feed stays valid and complete, in three formats."""

import pytest

from blog.core.errors import Invalid
from tests.feeds.reading import FORMATS, PLACES, address, read
from tests.feeds.samples import FORBIDDEN
from tests.feeds.validity import valid
from tests.web.ask import put
from tests.world import LONG_AGO, Blog

ARABIC = "سلام \u202eand back\u202c 👩‍👩‍👧 \u200f\u2067x\u2069"
# What is typed: the title, the summary and the text of a post.
TYPED = {
    "control characters": (f"T{FORBIDDEN}itle", f"S{FORBIDDEN}ummary", f"Te{FORBIDDEN}xt"),
    "half characters": ("T\ud800itle", "S\udfffummary", "Te\ud83dxt"),
    "the end of a section": ("]]>", "]]>", '<p title="a]]>b">x ]]> y</p>\n\n`]]>`\n\n]]>'),
    "markup": ("<b>&amp;</i>", "</description> &lt;", "</content:encoded> <!-- x\n\n<![CDATA[ x"),
    "five hundred kilobytes": ("Giant", "", "word " * 100_000),
    "no summary, no text": ("Nothing", "", ""),
    "only a broken picture": ("Pictures", "", "![](missing.jpg) ![x](http://[broken) ![](../../a.png) <img src>"),
    "relative addresses": ("Addresses", "", "[a](b) [c](?d) [e](//f.example) [g](javascript:h) [i](http://[) [j]()"),
    "right to left": (ARABIC, ARABIC, f"{ARABIC}\n\n<p dir=rtl lang=ar>{ARABIC}</p>"),
    "emoji": ("👩‍👩‍👧‍👦 🏳️‍🌈", "🇩🇪", "😀 " * 200),
    "combining and rare characters": ("Z̷̢̛̦a̸", "\u0085\u2028\u2029\ufeff", "\U0001fffe \U0010ffff \u007f \u0080"),
    "open elements": ("<div>", "<table>", "<div><table><tr><td><p><b>x\n\n<svg><script>y"),
    "very long words": ("x" * 500, "y" * 1000, "z" * 20_000),
    "a document": ("<?xml?>", "<!DOCTYPE x>", '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]>&a;'),
}
# What only somebody who writes past all rules can do.
FORCED = {
    "no title": "title = ''",
    "a blank title": "title = '  '",
    "no title and no words at all": "title = '', summary = '', extract = ''",
    "no text": "feed_html = ''",
    "control characters": "title = title || char(1, 8, 11, 12, 31, 65534, 65535), summary = char(2, 3),"
    " feed_html = feed_html || char(0, 27, 65535) || '<p>end</p>', extract = char(7)",
    "a text that is not closed": "feed_html = '<p><b>x ]]> <![CDATA[ <script>'",
    "a strange cover": """
        cover = '/media/x.svg', pictures = '[{"src": "/media/x.svg", "alt": "", "width": null, "height": null}]'
    """,
    "a cover that is not kept here": "cover = 'https://x.example/a.jpg'",
    "nobody": "author_id = NULL",
}  # fmt: skip


def check(blog: Blog) -> None:
    """Every document that could hold the post is valid, and holds it with its neighbours."""
    for form in FORMATS:
        for number in (None, 3):
            titles = valid(blog.get(address(form, "site", number)).data, form).titles
            assert len(titles) == 3 and (titles[0], titles[2]) == ("After", "Before")
        assert len(valid(blog.get(address(form, "tag")).data, form).items) == 1


def make(blog: Blog, title: str, summary: str, body: str) -> int:
    """The post between two others; it carries a tag."""
    blog.make_post("Before", published_at=LONG_AGO.replace(day=1))
    blog.make_post("After", published_at=LONG_AGO.replace(day=3))
    when = LONG_AGO.replace(day=2)
    return blog.make_post(title, slug="bad", summary=summary, body=body, tags=["Rivers"], published_at=when).id


@pytest.mark.parametrize("typed", TYPED)
def test_whatever_is_typed_feeds_stay_valid_and_complete(blog: Blog, typed: str) -> None:
    make(blog, *TYPED[typed])
    check(blog)


@pytest.mark.parametrize("forced", FORCED)
def test_whatever_is_in_the_database_feeds_stay_valid_and_complete(blog: Blog, forced: str) -> None:
    post = make(blog, "Title", "Summary.", "Text.")
    put(f"UPDATE post SET {FORCED[forced]} WHERE id = :id", id=post)
    check(blog)


def test_what_is_said_of_the_site_is_no_danger_either(rivers: Blog) -> None:
    put("UPDATE site SET title = 'T' || char(7) || ']]>', tagline = char(6), author = 'A' || char(4) || '<b>'")
    put("UPDATE tag SET name = 'R' || char(5) || '&'")
    put("UPDATE person SET name = 'Ana' || char(3)")
    for form in FORMATS:
        for place in PLACES:
            assert len(valid(rivers.get(address(form, place)).data, form).items) == (4 if place == "site" else 3)
        assert read(rivers, address(form)).items[0].tags == ["R&"]


def test_a_post_needs_a_title(blog: Blog) -> None:
    with pytest.raises(Invalid):
        blog.make_post(" \x00 ")
