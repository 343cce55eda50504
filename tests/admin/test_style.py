"""The style page: every element of a page, in the blog's looks."""

import re

from blog.core.media import library
from blog.core.site.settings import configure
from tests.admin.conftest import Author, Visitor
from tests.test_budgets import tokens
from tests.world import Blog, picture, texts

PATH = "/admin/style/"


def test_it_shows_what_every_mark_becomes(author: Author) -> None:
    page = author.page(PATH)
    for element in ("h2", "h3", "blockquote", "pre", "table", "dl", "details", "section[@class = 'footnotes']", "kbd"):
        assert page.xpath(f"//article//{element}"), element
    assert page.xpath("//section[@class = 'social']") and page.xpath("//nav[@class = 'neighbours']")
    assert page.xpath("//meta[@name = 'robots']/@content") == ["noindex, nofollow"]


def test_it_shows_each_colour(author: Author) -> None:
    light, _ = tokens()
    shown = [re.sub("^--", "", name) for name in texts(author.page(PATH), "//ul[@class = 'colours']//code")]
    assert len(shown) == 8 and set(shown) <= set(light)


def test_it_is_dressed_as_pages_are(author: Author, blog: Blog) -> None:
    configure("typeface", "oldstyle")
    sheet = blog.read("/").xpath("//link[@rel = 'stylesheet']/@href")
    assert author.page(PATH).xpath("//link[@rel = 'stylesheet']/@href")[:1] == sheet


def test_pictures_of_the_library_stand_in_each_width(author: Author, blog: Blog) -> None:
    widths = "//article//figure[contains(@class, 'wide') or contains(@class, 'full') or contains(@class, 'w-50')]"
    assert author.page(PATH).xpath(widths) == []
    row = library.add(picture(), blog.instance / "media", "river.png")
    found = author.page(PATH).xpath(f"{widths}//img/@src")
    assert found == [library.image_file(row).address] * 3


def test_nothing_of_the_sample_can_be_edited(author: Author) -> None:
    assert author.page(PATH).xpath("//a[@class = 'edit']") == []


def test_it_is_for_authors(visitor: Visitor) -> None:
    assert visitor.open(PATH).status_code == 303
