"""Home: Recent Posts, ten a page."""

from datetime import timedelta

import pytest

from blog.core.site.settings import configure
from tests.web.ask import ask
from tests.world import LONG_AGO, Blog, texts

TITLES = "//ol[contains(@class, 'h-feed')]//*[contains(@class, 'p-name')]"


def fill(blog: Blog, number: int) -> None:
    for each in range(1, number + 1):
        blog.make_post(f"Post {each}", published_at=LONG_AGO + timedelta(days=each))


def test_home_shows_ten_posts_newest_first(blog: Blog) -> None:
    fill(blog, 12)
    assert texts(blog.read("/"), TITLES) == [f"Post {each}" for each in range(12, 2, -1)]


def test_the_second_page_shows_the_rest(blog: Blog) -> None:
    fill(blog, 12)
    assert texts(blog.read("/page/2/"), TITLES) == ["Post 2", "Post 1"]


def test_every_post_stands_on_exactly_one_page(blog: Blog) -> None:
    fill(blog, 25)
    seen = [
        title for number in (1, 2, 3) for title in texts(blog.read(f"/page/{number}/" if number > 1 else "/"), TITLES)
    ]
    assert seen == [f"Post {each}" for each in range(25, 0, -1)]


def test_posts_of_one_instant_are_ordered_by_their_ids(blog: Blog) -> None:
    for title in ("First", "Second", "Third"):
        blog.make_post(title, published_at=LONG_AGO)
    assert texts(blog.read("/"), TITLES) == ["Third", "Second", "First"]


def test_an_item_shows_its_date_its_reading_time_and_its_summary(blog: Blog) -> None:
    blog.make_post("Rivers", summary="On water.", body="word " * 690, published_at=LONG_AGO)
    page = blog.read("/")
    item = page.xpath("//li[contains(@class, 'h-entry')]")[0]
    assert item.xpath(".//time/@datetime") == ["2024-05-01T09:00:00+00:00"]
    assert texts(item, ".//time") == ["May 1, 2024"]
    assert "3 min read" in item.text_content()
    assert texts(item, ".//*[contains(@class, 'p-summary')]") == ["On water."]
    assert item.xpath(".//a[contains(@class, 'u-url')]/@href") == ["/posts/rivers/"]


def test_an_item_without_a_summary_shows_its_opening_words(blog: Blog) -> None:
    blog.make_post("Rivers", body="A river *begins* small.\n\n## Later\n\nIt grows.")
    assert texts(blog.read("/"), "//*[contains(@class, 'p-summary')]")[0].startswith("A river begins small.")


def test_the_first_page_names_only_the_next(blog: Blog) -> None:
    fill(blog, 21)
    page = blog.read("/")
    assert page.xpath("//a[@rel = 'next']/@href") == ["/page/2/"]
    assert not page.xpath("//a[@rel = 'prev'] | //link[@rel = 'prev']")


def test_a_middle_page_names_both_neighbours(blog: Blog) -> None:
    fill(blog, 21)
    page = blog.read("/page/2/")
    assert page.xpath("//a[@rel = 'prev']/@href") == ["/"]
    assert page.xpath("//a[@rel = 'next']/@href") == ["/page/3/"]
    assert page.xpath("//link[@rel = 'prev']/@href") == ["https://essays.example/"]
    assert page.xpath("//link[@rel = 'next']/@href") == ["https://essays.example/page/3/"]


def test_the_last_page_names_only_the_one_before(blog: Blog) -> None:
    fill(blog, 21)
    page = blog.read("/page/3/")
    assert page.xpath("//a[@rel = 'prev']/@href") == ["/page/2/"]
    assert not page.xpath("//a[@rel = 'next'] | //link[@rel = 'next']")


def test_ten_posts_need_no_second_page(blog: Blog) -> None:
    fill(blog, 10)
    assert not blog.read("/").xpath("//*[@rel = 'next']")
    blog.read("/page/2/", 404)


def test_a_page_number_that_makes_no_sense_is_not_found(blog: Blog) -> None:
    fill(blog, 12)
    for number in (
        "0",
        "-1",
        "01",
        "02",
        "3",
        "999999",
        "1000000",
        str(10**30),
        "1.5",
        "x",
        "+2",
        "2%20",
        "%D9%A2",
        "2%00",
    ):
        blog.read(f"/page/{number}/", 404)


def test_digits_of_other_scripts_are_no_page_numbers(blog: Blog) -> None:
    fill(blog, 111)
    assert blog.get("/page/12/").status_code == 200
    assert blog.get("/page/1%D9%A2/").status_code == 404


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_page_one_leads_home(blog: Blog, method: str) -> None:
    answer = ask(blog, "/page/1/", method)
    assert answer.status_code in (301, 308)
    assert answer.headers["Location"] == "/"


def test_an_empty_blog_says_so_calmly(blog: Blog) -> None:
    page = blog.read("/")
    assert len(page.xpath("//h1")) == 1
    assert "Recent Posts" in texts(page, "//h2")
    assert not page.xpath("//ol[contains(@class, 'h-feed')]")
    assert page.xpath("//main//a[@href = '/subscribe/']")
    blog.read("/page/2/", 404)


def test_home_offers_following_and_no_sharing(blog: Blog) -> None:
    blog.make_post()
    page = blog.read("/")
    assert "Let's Get Social" in [heading.replace("’", "'") for heading in texts(page, "//h2")]
    assert "Follow" in texts(page, "//h3")
    assert "Share" not in texts(page, "//h3")


def test_home_is_named_after_the_site(blog: Blog) -> None:
    configure("title", "Rivers & Roads")
    configure("tagline", "On <water>")
    page = blog.read("/")
    assert texts(page, "//h1") == ["Rivers & Roads"]
    assert texts(page, "//title") == ["Rivers & Roads – On <water>"]


def test_query_strings_change_nothing(blog: Blog) -> None:
    fill(blog, 12)
    assert blog.get("/?utm_source=x&page=2").data == blog.get("/").data
