"""What an owner chooses in the settings, as readers find it: a logo, links in the header and at the foot."""

import pytest

from blog.core.errors import Conflict
from blog.core.media import library
from blog.core.site.settings import configure, configure_all
from tests.world import Blog, picture, texts

MENU = "//nav[@class = 'menu']//a"
FOOT = "//footer//a"


def logo(blog: Blog, colour: str = "navy") -> str:
    """The address of a picture of the library."""
    return library.image_file(library.add(picture(320, 80, colour=colour), blog.instance / "media", "logo.png")).address


def test_the_name_stands_where_there_is_no_logo(blog: Blog) -> None:
    configure("title", "Two Rivers")
    assert texts(blog.read("/archive/"), "//header//*[@class = 'wordmark']") == ["Two Rivers"]


@pytest.mark.parametrize("path", ["/", "/archive/"])
def test_a_logo_takes_the_place_of_the_name_and_says_it(blog: Blog, path: str) -> None:
    address = logo(blog)
    configure_all({"title": "Two Rivers", "logo": address})
    page = blog.read(path)
    [image] = page.xpath("//header//*[@class = 'wordmark']/a//img")
    assert (image.get("src"), image.get("alt")) == (address, "Two Rivers")
    assert (image.get("width"), image.get("height")) == ("320", "80")
    assert "Two Rivers" in texts(page, "//title")[0]
    assert blog.get(address).status_code == 200
    configure("logo", "")
    assert texts(blog.read(path), "//header//*[@class = 'wordmark']") == ["Two Rivers"]


def test_dark_paper_may_have_a_logo_of_its_own(blog: Blog) -> None:
    light, dark = logo(blog), logo(blog, "white")
    configure_all({"logo": light, "logo_dark": dark})
    [source] = blog.read("/").xpath("//header//picture/source")
    assert (source.get("srcset"), source.get("media")) == (dark, "(prefers-color-scheme: dark)")


def test_a_logo_cannot_be_deleted(blog: Blog) -> None:
    configure("logo", logo(blog))
    [row] = library.list_images().pictures
    with pytest.raises(Conflict, match="It is the blog’s logo"):
        library.delete(row.row.id, blog.instance / "media")
    configure("logo", "")
    assert library.delete(row.row.id, blog.instance / "media").deleted_at


def test_the_blogs_own_links_stand_where_nothing_else_was_chosen(blog: Blog) -> None:
    blog.make_post("About", kind="page", slug="about")
    page = blog.read("/archive/")
    assert texts(page, MENU) == ["Archive", "Tags", "About", "Subscribe", "Search"]
    assert texts(page, FOOT) == ["About", "Subscribe", "RSS feed"]


def test_chosen_links_take_their_place(blog: Blog) -> None:
    configure_all(
        {"header_links": "Essays /archive/; Me https://me.example/?a=1&b=2", "footer_links": "Imprint /imprint/"}
    )
    page = blog.read("/archive/")
    assert texts(page, MENU) == ["Essays", "Me"] and texts(page, FOOT) == ["Imprint"]
    assert page.xpath(f"{MENU}/@href") == ["/archive/", "https://me.example/?a=1&b=2"]
