"""Pages, like About."""

from itertools import pairwise

from blog.core.editor import publish
from tests.world import Blog, texts, words

MENU = "//header//nav//a"


def test_a_page_is_read_at_its_own_address_and_named_in_the_navigation(blog: Blog) -> None:
    blog.make_post("About", kind="page", slug="about", body="Who *we* are.", summary="Us.")
    page = blog.read("/about/")
    assert texts(page, "//h1") == ["About"]
    assert words(page.xpath("//*[contains(@class, 'e-content')]")[0]) == "Who we are."
    for path in ("/", "/about/", "/archive/", "/nothing/"):
        menu = blog.read(path, 404 if path == "/nothing/" else 200).xpath(MENU)
        assert {words(link): link.get("href") for link in menu}["About"] == "/about/"


def test_the_navigation_has_archive_tags_subscribe_and_search(blog: Blog) -> None:
    links = {words(link): link.get("href") for link in blog.read("/").xpath(MENU)}
    assert links["Archive"] == "/archive/" and links["Tags"] == "/tags/" and links["Subscribe"] == "/subscribe/"
    assert links["Search"] == "/search/"


def test_an_unlisted_page_is_read_and_not_named(blog: Blog) -> None:
    blog.make_post("Imprint", kind="page", slug="imprint", unlisted=True)
    assert texts(blog.read("/imprint/"), "//h1") == ["Imprint"]
    assert "Imprint" not in words(blog.read("/"))
    assert blog.read("/imprint/").xpath("//meta[@name = 'robots']/@content") == ["noindex"]


def test_a_page_stands_in_no_list(blog: Blog) -> None:
    blog.make_post("About", kind="page", slug="about", tags=["Us"])
    blog.make_post("Post", slug="post")
    assert texts(blog.read("/"), "//ol[contains(@class, 'h-feed')]//h3") == ["Post"]
    assert texts(blog.read("/archive/"), "//main//li/a") == ["Post"]
    assert not blog.feed().xpath("//item[title = 'About']")
    blog.read("/tags/us/", 404)
    assert not blog.read("/posts/post/").xpath("//*[@rel = 'prev' or @rel = 'next']")


def test_a_page_is_no_article_and_an_article_no_page(blog: Blog) -> None:
    blog.make_post("About", kind="page", slug="about")
    blog.make_post("Post", slug="post")
    blog.read("/posts/about/", 404)
    blog.read("/post/", 404)


def test_a_page_has_a_single_heading_and_no_sharing(blog: Blog) -> None:
    blog.make_post("About", kind="page", slug="about", body="# Big\n\nText.")
    assert len(blog.read("/about/").xpath("//h1")) == 1


def test_an_unknown_a_draft_and_a_deleted_page(blog: Blog) -> None:
    blog.make_post("Draft", kind="page", slug="draft", published_at=None)
    gone = blog.make_post("Gone", kind="page", slug="gone")
    publish.delete(gone.id)
    blog.read("/none/", 404)
    blog.read("/draft/", 404)
    blog.read("/gone/", 410)
    assert "Gone" not in words(blog.read("/"))


def test_subscribe_explains_and_gives_the_feeds_address(blog: Blog) -> None:
    page = blog.read("/subscribe/")
    assert texts(page, "//h1") == ["Subscribe"]
    assert page.xpath("//main//a[. = 'https://essays.example/feed.xml']")
    assert "feed is" in words(page)


def test_every_page_names_the_feed_for_programs(blog: Blog) -> None:
    blog.make_post("Post", slug="post", tags=["Tag"])
    blog.make_post("About", kind="page", slug="about")
    for path in ("/", "/posts/post/", "/about/", "/tags/", "/tags/tag/", "/archive/", "/archive/2024/", "/subscribe/"):
        feeds = blog.read(path).xpath("//head/link[@rel = 'alternate'][@type = 'application/rss+xml']")
        assert feeds[0].get("href") == "https://essays.example/feed.xml", path
        assert feeds[0].get("title")


def test_every_page_keeps_the_manners_of_a_good_document(blog: Blog) -> None:
    blog.make_post("Post", slug="post", tags=["Tag"], body="## A\n\n### B\n\nText.")
    blog.make_post("About", kind="page", slug="about")
    paths = [
        "/",
        "/posts/post/",
        "/about/",
        "/tags/",
        "/tags/tag/",
        "/archive/",
        "/archive/2024/",
        "/subscribe/",
        "/share/mastodon/?post=post",
    ]
    for path in paths:
        page = blog.read(path)
        assert len(page.xpath("//h1")) == 1, path
        assert page.get("lang") and page.get("dir") == "ltr"
        assert page.xpath("//title")[0].text_content().strip()
        levels = [int(heading.tag[1]) for heading in page.xpath("//h1 | //h2 | //h3 | //h4")]
        assert all(after - before <= 1 for before, after in pairwise(levels)), (path, levels)
        ids = page.xpath("//@id")
        assert len(ids) == len(set(ids)), path
        assert page.xpath("//body/a[1]/@href")[0][1:] in ids
        assert all(page.xpath(f"//*[@id = '{target}']") for target in page.xpath("//@aria-labelledby"))
        assert not page.xpath("//script[not(@type = 'application/ld+json' or @src)] | //style | //@style | //iframe")
