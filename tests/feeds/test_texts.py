"""Texts in feeds: whole, with every address whole, and without what only a page can use. The same in three formats."""

from lxml import etree

from blog.core.editor import publish
from blog.core.editor.fields import Fields
from tests.feeds.reading import FORMATS, Read, address, read
from tests.world import LONG_AGO, SITE_URL, Blog, picture, texts

LINKED = """
[a](/posts/other/) [b](../other/) [c](#part) [d](?q=1) [e](https://x.example/?a=1&b=2) [f](mailto:a@b.example)
[g](//y.example/z)

![A river]({picture})

<video src='/media/a.mp4' poster='/media/b.jpg' controls></video>

Note[^1].

## Part

[^1]: Here.
"""


def newest(blog: Blog, form: str) -> Read:
    return read(blog, address(form)).items[0]


def test_the_summary_is_told_as_text_and_the_text_is_whole(blog: Blog) -> None:
    blog.make_post("A", summary="In <short> & good.", body="First.\n\n## Then\n\nLast.")
    for form in FORMATS:
        item = newest(blog, form)
        assert item.summary == "In <short> & good."
        assert texts(item.body, ".//p | .//h2") == ["First.", "Then", "Last."]


def test_a_post_without_a_summary_is_described_by_its_opening(blog: Blog) -> None:
    blog.make_post("A", body="The opening words.\n\nMore.")
    for form in FORMATS:
        assert newest(blog, form).summary.startswith("The opening words.")


def test_every_address_in_a_text_is_whole(blog: Blog) -> None:
    kept = blog.store(picture(800, 600))
    blog.make_post("Other", slug="other", published_at=LONG_AGO)
    blog.make_post("Linked", slug="linked", body=LINKED.format(picture=kept.address))
    for form in FORMATS:
        body, here = newest(blog, form).body, f"{SITE_URL}/posts/linked/"
        addresses = [str(value) for value in body.xpath("//@href | //@src | //@poster | //@srcset")]
        assert all(value.startswith(("https://", "mailto:")) for value in addresses), addresses
        assert {
            f"{SITE_URL}/posts/other/", "https://x.example/?a=1&b=2", "mailto:a@b.example", "https://y.example/z",
            f"{here}?q=1", f"{SITE_URL}/media/a.mp4", f"{SITE_URL}/media/b.jpg", SITE_URL + kept.address,
        } <= set(addresses)  # fmt: skip
        image = body.xpath("//img")[0]
        assert (image.get("alt"), image.get("width"), image.get("height")) == ("A river", "800", "600")
        fragments = [value.partition("#")[2] for value in addresses if value.startswith(f"{here}#")]
        page = blog.read("/posts/linked/")
        assert len(fragments) == 3 and all(page.xpath(f"//*[@id = '{fragment}']") for fragment in fragments)


def test_footnotes_lead_to_the_page_and_its_fragment(blog: Blog) -> None:
    blog.make_post("Noted", slug="noted", body="Text[^a].\n\n[^a]: Source.")
    for form in FORMATS:
        hrefs = newest(blog, form).body.xpath("//@href")
        assert hrefs == [f"{SITE_URL}/posts/noted/#fn-1", f"{SITE_URL}/posts/noted/#fnref-1"]


def test_addresses_follow_a_post_that_moved(blog: Blog) -> None:
    post = blog.make_post("Noted", slug="noted", body="Text[^a].\n\n[^a]: Source.")
    publish.edit(post.id, Fields(slug="moved"))
    for form in FORMATS:
        assert newest(blog, form).body.xpath("//@href")[0] == f"{SITE_URL}/posts/moved/#fn-1"


def test_no_script_id_style_widget_or_share_link_stands_in_a_text(blog: Blog) -> None:
    blog.make_post(
        "A",
        body='<script>x</script><style>y</style>\n\n## H\n\n<p id="x" style="color:red" onclick="z" class="wide">t</p>'
        '\n\n```python\nx = 1\n```\n\n<iframe src="https://x.example/"></iframe>',
    )
    for form in FORMATS:
        body = newest(blog, form).body
        assert not body.xpath(
            "//script | //style | //iframe | //form | //button | //@id | //@style | //@class | //@onclick"
        )
        assert "intent" not in etree.tostring(body, encoding="unicode")
        assert "Let" not in body.text_content()
