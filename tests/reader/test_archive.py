"""The archive, by year."""

from datetime import UTC, datetime, timedelta

import pytest

from blog.core.editor import publish
from blog.core.site import settings
from blog.core.text import validate
from tests.world import SITE_URL, Blog, texts, words

NEW_YEAR = datetime(2024, 12, 31, 23, 30, tzinfo=UTC)


def test_the_archive_lists_years_newest_first_with_their_posts(blog: Blog) -> None:
    blog.make_post("Old", published_at=datetime(2021, 3, 1, tzinfo=UTC))
    blog.make_post("New", published_at=datetime(2024, 3, 1, tzinfo=UTC))
    blog.make_post("Newer", published_at=datetime(2024, 4, 1, tzinfo=UTC))
    page = blog.read("/archive/")
    assert texts(page, "//h2/a") == ["2024", "2021"]
    assert page.xpath("//h2/a/@href") == ["/archive/2024/", "/archive/2021/"]
    assert texts(page, "//main//li/a") == ["Newer", "New", "Old"]
    assert "2 posts" in texts(page, "//h2")[0] and "1 post" in texts(page, "//h2")[1]


def test_a_year_shows_its_posts_newest_first(blog: Blog) -> None:
    blog.make_post("First", published_at=datetime(2024, 1, 1, tzinfo=UTC))
    blog.make_post("Last", published_at=datetime(2024, 12, 31, 23, 59, 59, tzinfo=UTC))
    blog.make_post("Other", published_at=datetime(2025, 1, 1, tzinfo=UTC))
    page = blog.read("/archive/2024/")
    assert texts(page, "//h1") == ["2024"]
    assert texts(page, "//main//li/a") == ["Last", "First"]


@pytest.mark.parametrize(
    ("zone", "year"),
    [("UTC", "2024"), ("Europe/Berlin", "2025"), ("America/New_York", "2024"), ("Pacific/Kiritimati", "2025")],
)
def test_the_sites_zone_decides_the_year(blog: Blog, zone: str, year: str) -> None:
    settings.configure("timezone", zone)
    blog.make_post("Fireworks", published_at=NEW_YEAR)
    assert texts(blog.read("/archive/"), "//h2/a") == [year]
    assert texts(blog.read(f"/archive/{year}/"), "//main//li/a") == ["Fireworks"]
    assert year in texts(blog.read(f"/archive/{year}/"), "//main//time")[0]
    blog.read(f"/archive/{'2024' if year == '2025' else '2025'}/", 404)


def test_a_year_without_posts_is_not_found(blog: Blog) -> None:
    blog.make_post("Post", published_at=NEW_YEAR)
    for year in (
        "0000",
        "0001",
        "99999",
        "999",
        "1000",
        "9998",
        "2023",
        "-2024",
        "02024",
        "x",
        str(10**30),
        "20%E2%82%82%E2%82%84",
    ):
        blog.read(f"/archive/{year}/", 404)


def test_the_last_year_of_the_calendar_is_not_found(blog: Blog) -> None:
    blog.read("/archive/9999/", 404)


def test_digits_of_other_scripts_are_no_year(blog: Blog) -> None:
    blog.make_post("Post", published_at=NEW_YEAR)
    blog.read("/archive/2%D9%A0%D9%A2%D9%A4/", 404)


def test_very_early_and_very_late_years_are_shown(blog: Blog, at: object) -> None:
    settings.configure("timezone", "Asia/Tokyo")
    blog.make_post("Early", published_at=datetime(1000, 6, 1, tzinfo=UTC))
    assert texts(blog.read("/archive/"), "//h2/a") == ["1000"]
    assert texts(blog.read("/archive/1000/"), "//main//li/a") == ["Early"]


def test_what_is_not_public_makes_no_year(blog: Blog) -> None:
    blog.make_post("Draft", published_at=None)
    blog.make_post("Unlisted", unlisted=True, published_at=datetime(2020, 1, 1, tzinfo=UTC))
    publish.delete(blog.make_post("Deleted", published_at=datetime(2019, 1, 1, tzinfo=UTC)).id)
    page = blog.read("/archive/")
    assert not page.xpath("//h2/a")
    assert len(page.xpath("//h1")) == 1
    blog.read("/archive/2020/", 404)
    blog.read("/archive/2019/", 404)


def test_a_long_archive_names_only_its_years(blog: Blog) -> None:
    for number in range(151):
        blog.make_post(f"Post {number}", published_at=datetime(2024 if number else 2020, 1, 1, tzinfo=UTC))
    page = blog.read("/archive/")
    assert texts(page, "//h2/a") == ["2024", "2020"]
    assert "150 posts" in words(page)
    assert not page.xpath("//main//li")


def test_a_year_has_a_hundred_posts_a_page(blog: Blog) -> None:
    for number in range(1, 112):
        blog.make_post(f"Post {number}", published_at=datetime(2024, 1, 1, tzinfo=UTC) + timedelta(days=number))
    blog.make_post("Before", published_at=datetime(2023, 12, 31, tzinfo=UTC))
    blog.make_post("After", published_at=datetime(2025, 1, 1, tzinfo=UTC))
    first, second = blog.read("/archive/2024/"), blog.read("/archive/2024/page/2/")
    assert texts(first, "//main//li/a") == [f"Post {number}" for number in range(111, 11, -1)]
    assert texts(second, "//main//li/a") == [f"Post {number}" for number in range(11, 0, -1)]
    for page in (first, second):
        assert texts(page, "//h1") == ["2024"] and "111 posts" in words(page)
    assert first.xpath("//link[@rel = 'next']/@href") == [f"{SITE_URL}/archive/2024/page/2/"]
    assert second.xpath("//link[@rel = 'prev']/@href") == [f"{SITE_URL}/archive/2024/"]
    assert second.xpath("//nav[@class = 'pager']//a/@href") == ["/archive/2024/"]
    assert texts(second, "//title") == ["2024, page 2 – Broadsheet"]
    assert second.xpath("//link[@rel = 'canonical']/@href") == [f"{SITE_URL}/archive/2024/page/2/"]
    blog.read("/archive/2024/page/3/", 404)
    assert blog.get("/archive/2024/page/1/").headers["Location"] == "/archive/2024/"


def test_a_zone_leads_no_date_out_of_the_years_that_have_a_page(blog: Blog) -> None:
    settings.configure("timezone", "Pacific/Kiritimati")
    blog.make_post("Early", published_at=validate.parse_instant("1001-01-01", settings.zone()))
    for zone, year in (("Etc/GMT+12", "1000"), ("Pacific/Kiritimati", "1001")):
        settings.configure("timezone", zone)
        assert texts(blog.read("/archive/"), "//h2/a") == [year]
        blog.read(f"/archive/{year}/")
