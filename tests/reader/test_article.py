"""The article page."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from blog.core.editor import publish
from blog.core.editor.fields import Fields
from blog.core.site.settings import configure
from tests.world import LONG_AGO, Blog, picture, texts, words

LATER = datetime(2024, 6, 2, 22, 30, tzinfo=UTC)
SECTIONS = "".join(f"## Part {number}\n\n{'word ' * 400}\n\n" for number in range(1, 5))


def stored(blog: Blog, width: int = 800, height: int = 600) -> str:
    """The address of a picture of ours."""
    kept = blog.store(picture(width, height))
    return kept.address


def headings(page: Any) -> list[str]:
    """The sections of a page, whichever apostrophe they are set with."""
    return [heading.replace("’", "'") for heading in texts(page, "//main//h2")]


def test_an_article_shows_title_text_and_both_sections(blog: Blog) -> None:
    blog.make_post("Earlier")
    post = blog.make_post("Neighbours", body="Two states, *one* river.", tags=["Rivers"])
    page = blog.read(f"/posts/{post.slug}/")
    assert texts(page, "//h1") == ["Neighbours"]
    assert words(page.xpath("//*[contains(@class, 'e-content')]")[0]) == "Two states, one river."
    assert headings(page) == ["Let's Get Social", "Recent Posts"]
    assert texts(page, "//*[contains(@class, 'recent')]//h3") == ["Earlier"]


def test_recent_posts_are_hidden_when_there_are_none(blog: Blog) -> None:
    post = blog.make_post("Alone")
    assert headings(blog.read(f"/posts/{post.slug}/")) == ["Let's Get Social"]


def test_tags_stand_in_the_authors_order_and_lead_to_their_pages(blog: Blog) -> None:
    blog.make_post("Tagged", slug="tagged", tags=["Zeta", "C++", "C#", "Ünïcode"])
    page = blog.read("/posts/tagged/")
    assert texts(page, "//a[@rel = 'tag']") == ["Zeta", "C++", "C#", "Ünïcode"]
    for href in page.xpath("//a[@rel = 'tag']/@href"):
        assert texts(blog.read(href), "//h1")[0] in ("Zeta", "C++", "C#", "Ünïcode")


def test_an_article_without_tags_has_no_list_of_them(blog: Blog) -> None:
    blog.make_post("Plain", slug="plain")
    assert not blog.read("/posts/plain/").xpath("//*[@aria-label = 'Tags'] | //a[@rel = 'tag']")


def test_the_site_signs_an_article_that_names_nobody(blog: Blog) -> None:
    configure("author", "Ana <&> Ben")
    blog.make_post("Signed", slug="signed")
    assert texts(blog.read("/posts/signed/"), "//a[@rel = 'author']") == ["Ana <&> Ben"]


def test_the_date_is_in_the_sites_zone_and_carries_it(blog: Blog) -> None:
    configure("timezone", "Asia/Kolkata")
    blog.make_post("Dated", slug="dated", published_at=datetime(2024, 5, 31, 20, 0, 5, 123456, tzinfo=UTC))
    time = blog.read("/posts/dated/").xpath("//time[contains(@class, 'dt-published')]")[0]
    assert time.get("datetime") == "2024-06-01T01:30:05+05:30"
    assert words(time) == "June 1, 2024"


def test_the_reading_time_follows_from_the_number_of_words(blog: Blog) -> None:
    blog.make_post("Short", slug="short", body="A word.")
    blog.make_post("Long", slug="long", body="word " * 2300)
    assert "1 min read" in words(blog.read("/posts/short/").xpath("//article//header")[0])
    assert "10 min read" in words(blog.read("/posts/long/").xpath("//article//header")[0])


def test_the_updated_date_shows_after_a_material_change(blog: Blog, at: Callable[[datetime], None]) -> None:
    post = blog.make_post("Changing", slug="changing", published_at=LONG_AGO)
    at(LATER)
    publish.edit(post.id, Fields(body="Other words."))
    updated = blog.read("/posts/changing/").xpath("//time[contains(@class, 'dt-updated')]")[0]
    assert updated.get("datetime") == "2024-06-02T22:30:00+00:00"
    assert words(updated) == "June 2, 2024"


def test_the_updated_date_stays_away_after_other_changes(blog: Blog, at: Callable[[datetime], None]) -> None:
    post = blog.make_post("Steady", slug="steady", published_at=LONG_AGO)
    at(LATER)
    publish.edit(post.id, Fields(tags=["New"], language="de"))
    publish.edit(post.id, Fields(body="A comma, corrected."), minor=True)
    page = blog.read("/posts/steady/")
    assert "A comma, corrected." in words(page)
    assert not page.xpath("//*[contains(@class, 'dt-updated')]")


def test_the_summary_is_the_standfirst(blog: Blog) -> None:
    blog.make_post("A", slug="a", summary="What it is <about>.")
    blog.make_post("B", slug="b", body="Opening words.")
    assert texts(blog.read("/posts/a/"), "//article//header//p[contains(@class, 'p-summary')]") == [
        "What it is <about>."
    ]
    assert not blog.read("/posts/b/").xpath("//article//header//p[contains(@class, 'p-summary')]")


def test_a_long_article_has_contents_that_lead_to_its_headings(blog: Blog) -> None:
    blog.make_post("Long", slug="long", body=SECTIONS)
    page = blog.read("/posts/long/")
    contents = page.xpath("//nav[@aria-label = 'Contents']")[0]
    assert texts(contents, ".//a") == ["Part 1", "Part 2", "Part 3", "Part 4"]
    for href in contents.xpath(".//a/@href"):
        assert len(page.xpath(f"//*[@id = '{href[1:]}']")) == 1


def test_an_article_of_1500_words_has_no_contents(blog: Blog) -> None:
    body = "## One\n\n## Two\n\n## Three\n\n" + "word " * 1497
    assert blog.make_post("Limit", slug="limit", body=body).words == 1500
    assert not blog.read("/posts/limit/").xpath("//nav[@aria-label = 'Contents']")
    blog.make_post("Over", slug="over", body=body + "word")
    assert blog.read("/posts/over/").xpath("//nav[@aria-label = 'Contents']")


def test_neighbours_are_named_by_their_titles(blog: Blog) -> None:
    for title in ("One", "Two & <b>", "Three"):
        blog.make_post(title)
    page = blog.read("/posts/two-b/")
    assert texts(page, "//main//a[@rel = 'prev']") == ["One"]
    assert texts(page, "//main//a[@rel = 'next']") == ["Three"]
    assert texts(blog.read("/posts/one/"), "//main//a[@rel = 'next']") == ["Two & <b>"]


def test_the_first_and_the_last_article_have_one_neighbour(blog: Blog) -> None:
    blog.make_post("One")
    blog.make_post("Two")
    assert not blog.read("/posts/one/").xpath("//a[@rel = 'prev']")
    assert not blog.read("/posts/two/").xpath("//a[@rel = 'next']")


def test_neighbours_of_one_instant_are_ordered_by_their_ids(blog: Blog) -> None:
    for title in ("One", "Two", "Three"):
        blog.make_post(title, published_at=LONG_AGO)
    page = blog.read("/posts/two/")
    assert texts(page, "//main//a[@rel = 'prev']") + texts(page, "//main//a[@rel = 'next']") == ["One", "Three"]


def test_recent_posts_are_the_three_newest_others(blog: Blog) -> None:
    for number in range(1, 7):
        blog.make_post(f"Post {number}", published_at=LONG_AGO + timedelta(days=number))
    recent = "//section[contains(@class, 'recent')]//h3"
    assert texts(blog.read("/posts/post-6/"), recent) == ["Post 5", "Post 4", "Post 3"]
    assert texts(blog.read("/posts/post-5/"), recent) == ["Post 6", "Post 4", "Post 3"]
    assert texts(blog.read("/posts/post-1/"), recent) == ["Post 6", "Post 5", "Post 4"]


def test_recent_posts_lead_to_all_posts(blog: Blog) -> None:
    blog.make_post("One")
    blog.make_post("Two")
    section = blog.read("/posts/two/").xpath("//section[contains(@class, 'recent')]")[0]
    assert section.xpath(".//a[. = 'All posts']/@href") == ["/"]
    assert section.xpath(".//time/@datetime")


def test_the_cover_is_shown_first_with_its_size(blog: Blog) -> None:
    blog.make_post("Covered", slug="covered", cover=stored(blog))
    image = blog.read("/posts/covered/").xpath("//article//img[contains(@class, 'u-featured')]")[0]
    assert (image.get("width"), image.get("height"), image.get("fetchpriority")) == ("800", "600", "high")
    assert image.get("alt") is not None
    with blog.get(image.get("src")) as answer:
        assert answer.status_code == 200


def test_pictures_below_the_first_are_loaded_late(blog: Blog) -> None:
    one, two = stored(blog), stored(blog, 300, 200)
    blog.make_post("Shown", slug="shown", body=f'![One]({one} "Caption")\n\nText.\n\n![Two]({two})')
    images = blog.read("/posts/shown/").xpath("//*[contains(@class, 'e-content')]//img")
    assert [image.get("loading") for image in images] == [None, "lazy"]
    assert [(image.get("width"), image.get("height")) for image in images] == [("800", "600"), ("300", "200")]
    assert texts(images[0].xpath("ancestor::figure")[0], "./figcaption") == ["Caption"]


def test_an_articles_own_language_and_direction_are_said(blog: Blog) -> None:
    configure("language", "en")
    blog.make_post("سلام", slug="salam", language="ar")
    page = blog.read("/posts/salam/")
    assert (page.get("lang"), page.get("dir")) == ("ar", "rtl")
    assert blog.read("/").get("lang") == "en"
    assert set(blog.read("/").xpath("//*[@lang = 'ar']/@dir")) == {"rtl"}


def test_an_article_offers_its_feed_in_words(blog: Blog) -> None:
    blog.make_post("One")
    assert blog.read("/posts/one/").xpath("//main//a[. = 'https://essays.example/feed.xml']")


def test_markup_in_a_title_a_summary_or_a_tag_is_text(blog: Blog) -> None:
    hostile = "<script>alert(1)</script><img src=x onerror=alert(1)>"
    blog.make_post(hostile, slug="hostile", summary=hostile, tags=[hostile], body="Text.")
    blog.make_post("Other", slug="other")
    for path in ("/posts/hostile/", "/posts/other/", "/", "/tags/", "/archive/"):
        page = blog.read(path)
        assert not page.xpath("//script[not(@type = 'application/ld+json' or @src)] | //img[@src = 'x'] | //@onerror")
    assert texts(blog.read("/posts/hostile/"), "//h1") == [hostile]


def test_no_page_writes_when_it_is_read(blog: Blog) -> None:
    from sqlalchemy import text

    from blog.extensions import db

    blog.make_post("Read", slug="read")
    before = (
        db.session.execute(text("SELECT total_changes()")).scalar(),
        db.session.execute(text("PRAGMA data_version")).scalar(),
    )
    for path in ("/", "/posts/read/", "/feed.xml", "/sitemap.xml", "/archive/", "/tags/", "/nothing/"):
        blog.get(path)
    after = (
        db.session.execute(text("SELECT total_changes()")).scalar(),
        db.session.execute(text("PRAGMA data_version")).scalar(),
    )
    assert before == after


def test_an_unknown_article_is_not_found(blog: Blog) -> None:
    for slug in ("none", "NONE", "a" * 3000, "%00", "%ff", "..%2f..%2fetc", "'--"):
        blog.read(f"/posts/{slug}/", 404)
