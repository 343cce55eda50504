"""Dates in words and for machines, in the site's language and zone; directions; whole addresses."""

from datetime import UTC, datetime

import pytest

from blog.core.site.settings import configure
from blog.web import localize
from tests.world import Blog, texts

MOMENT = datetime(2024, 12, 31, 23, 30, 15, 987654, tzinfo=UTC)


def shown(blog: Blog) -> tuple[str, str]:
    """The words and the datetime of an article's date."""
    time = blog.read("/posts/post/").xpath("//time[contains(@class, 'dt-published')]")[0]
    return time.text_content(), time.get("datetime")


@pytest.mark.parametrize(
    ("language", "zone", "words", "stamp"),
    [
        ("en", "UTC", "December 31, 2024", "2024-12-31T23:30:15+00:00"),
        ("en-GB", "Europe/London", "31 December 2024", "2024-12-31T23:30:15+00:00"),
        ("de", "Europe/Berlin", "1. Januar 2025", "2025-01-01T00:30:15+01:00"),
        ("fr", "America/New_York", "31 décembre 2024", "2024-12-31T18:30:15-05:00"),
        ("hi", "Asia/Kolkata", "1 जनवरी 2025", "2025-01-01T05:00:15+05:30"),
        ("ja", "Asia/Tokyo", "2025年1月1日", "2025-01-01T08:30:15+09:00"),
    ],
)
def test_a_date_speaks_the_sites_language_in_its_zone(
    blog: Blog, language: str, zone: str, words: str, stamp: str
) -> None:
    configure("language", language)
    configure("timezone", zone)
    blog.make_post("Post", slug="post", published_at=MOMENT)
    assert shown(blog) == (words, stamp)


def test_a_date_follows_daylight_saving(blog: Blog) -> None:
    configure("timezone", "Europe/Berlin")
    blog.make_post("Post", slug="post", published_at=datetime(2024, 3, 31, 1, 0, tzinfo=UTC))
    assert shown(blog)[1] == "2024-03-31T03:00:00+02:00"


@pytest.mark.parametrize("language", ["xx", "tlh", "zh-Hant-TW", "sr-Latn", "en-419"])
def test_a_language_that_nobody_knows_breaks_nothing(blog: Blog, language: str) -> None:
    configure("language", language)
    blog.make_post("Post", slug="post", published_at=MOMENT)
    assert "2024" in shown(blog)[0]


def test_a_changed_setting_shows_on_the_next_load(blog: Blog) -> None:
    blog.make_post("Post", slug="post", published_at=MOMENT)
    before = blog.get("/posts/post/").headers["ETag"]
    configure("language", "de")
    assert blog.get("/posts/post/", If_None_Match=before).status_code == 200
    assert shown(blog)[0] == "31. Dezember 2024"


def test_no_date_depends_on_the_hour_of_reading(blog: Blog, at: object) -> None:
    blog.make_post("Post", slug="post", published_at=MOMENT)
    page = blog.get("/").data
    at(datetime(2035, 1, 1, tzinfo=UTC))  # type: ignore[operator]
    assert blog.get("/").data == page


def test_a_language_has_a_direction() -> None:
    assert {localize.direction(language) for language in ("ar", "he", "fa-IR", "ur")} == {"rtl"}
    assert {localize.direction(language) for language in ("en", "ku", "hi", "zh-Hant-TW")} == {"ltr"}


def test_a_script_decides_the_direction_before_the_language() -> None:
    expected = {"ku-Arab": "rtl", "pa-Arab": "rtl", "uz-Arab-AF": "rtl", "az-Latn": "ltr", "ur-Latn": "ltr"}
    assert {language: localize.direction(language) for language in expected} == expected


def test_a_site_in_arabic_runs_to_the_left(blog: Blog) -> None:
    configure("language", "ar")
    page = blog.read("/")
    assert (page.get("lang"), page.get("dir")) == ("ar", "rtl")


def test_interface_words_say_that_they_are_english(blog: Blog) -> None:
    configure("language", "de")
    blog.make_post("Post", slug="post")
    page = blog.read("/")
    assert page.xpath("//*[. = 'Recent Posts']/ancestor-or-self::*[@lang][1]/@lang")[-1] == "en"
    assert texts(page, "//*[@lang = 'en']//a[. = 'Archive']") == ["Archive"]


def test_what_is_said_once_follows_the_site(blog: Blog) -> None:
    def footer() -> str:
        return str(blog.read("/").xpath("//footer")[0].text_content())

    blog.make_post("About", kind="page", slug="about")
    assert "About" in footer()
    configure("footer", "Printed & bound")
    assert "Printed & bound" in footer()
    blog.make_post("Imprint", kind="page", slug="imprint")
    assert "Imprint" in footer()
