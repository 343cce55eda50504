"""Let's Get Social, as a reader sees it under an article."""

from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from blog.core.site.settings import configure
from blog.models.site import DEFAULT_NETWORKS
from blog.social.share import NETWORKS, share_links
from tests.social.test_share import APART
from tests.world import Blog, texts, words

TITLE = 'Tom & Jerry: "50%" + <b> #1? 😀'
ADDRESS = "https://essays.example/posts/post/"


def section(blog: Blog, path: str = "/posts/post/") -> Any:
    [section] = blog.read(path).xpath("//section[.//h2[contains(., 'Get Social')]]")
    return section


def shared(blog: Blog) -> list[str]:
    """The addresses of the share links, in order."""
    group = section(blog).xpath(".//*[h3[. = 'Share']]")[0]
    return [str(href) for href in group.xpath(".//ul//a/@href")]


def test_sharing_comes_before_following(blog: Blog) -> None:
    blog.make_post(TITLE, slug="post")
    assert texts(section(blog), ".//h2 | .//h3")[1:] == ["Share", "Follow"]
    assert words(section(blog).xpath(".//h2")[0]).replace("’", "'") == "Let's Get Social"


def test_the_default_networks_are_shown_in_their_order(blog: Blog) -> None:
    blog.make_post(TITLE, slug="post")
    assert shared(blog) == [link.address for link in share_links(TITLE, ADDRESS, DEFAULT_NETWORKS)]


def test_each_link_on_the_page_decodes_to_title_and_address(blog: Blog) -> None:
    configure("networks", " ".join(NETWORKS))
    blog.make_post(TITLE, slug="post")
    links = shared(blog)
    assert len(links) == len(NETWORKS)
    for key, link in zip(NETWORKS, links, strict=True):
        parts = urlsplit(link)
        said = " ".join(value for values in parse_qs(parts.query or parts.fragment).values() for value in values)
        assert ADDRESS in said
        if APART.get(key, ("text", ""))[0]:
            assert TITLE in said, link


def test_each_network_has_a_drawing_of_its_own(blog: Blog) -> None:
    configure("networks", " ".join(NETWORKS))
    blog.make_post(TITLE, slug="post")
    group = section(blog).xpath(".//*[h3[. = 'Share']]")[0]
    drawings = [str(path) for path in group.xpath(".//ul//a//path/@d")]
    assert len(set(drawings)) == len(NETWORKS)


def test_the_setting_says_which_networks_and_in_what_order(blog: Blog) -> None:
    blog.make_post(TITLE, slug="post")
    configure("networks", "hackernews, sms; x")
    assert shared(blog) == [link.address for link in share_links(TITLE, ADDRESS, ["hackernews", "sms", "x"])]
    configure("networks", "")
    assert shared(blog) == []


def test_each_link_says_what_it_does(blog: Blog) -> None:
    blog.make_post(TITLE, slug="post")
    group = section(blog).xpath(".//*[h3[. = 'Share']]")[0]
    said = texts(group, ".//ul//a")
    assert said[0] == "Share on X" and said[-1] == "Share by e-mail"
    assert group.xpath(".//ul/@aria-labelledby")[0] == group.xpath("./h3/@id")[0]


def test_the_permalink_is_the_canonical_address_and_comes_first(blog: Blog) -> None:
    blog.make_post(TITLE, slug="post")
    first = section(blog).xpath(".//a")[0]
    assert (first.get("href"), words(first)) == (ADDRESS, ADDRESS)


def test_an_article_from_elsewhere_is_shared_by_its_own_address(blog: Blog) -> None:
    blog.make_post("Post", slug="post", canonical_url="https://other.example/p?a=1&b=2")
    assert shared(blog) and all("https://other.example/p?a=1&b=2" in unquote(unquote(link)) for link in shared(blog))


def test_following_begins_with_rss(blog: Blog) -> None:
    configure("follow", "Mastodon https://mastodon.social/@ana")
    blog.make_post("Post", slug="post")
    for path in ("/", "/posts/post/"):
        group = section(blog, path).xpath(".//*[h3[. = 'Follow']]")[0]
        said = texts(group, ".//a")
        assert "RSS" in said[0] and "Mastodon" in said[1]
        assert group.xpath(".//a/@href")[0] in ("/subscribe/", "/feed.xml", "https://essays.example/feed.xml")


def test_nothing_of_a_third_party_is_loaded_and_no_window_is_opened_unsafely(blog: Blog) -> None:
    configure("networks", " ".join(NETWORKS))
    blog.make_post(TITLE, slug="post")
    page = blog.read("/posts/post/")
    loads = page.xpath(
        "//script/@src | //img/@src | //iframe/@src | //source/@src | //object/@data"
        " | //link[@rel != 'canonical'][not(contains(@class, 'u-url'))]/@href"
    )
    assert all(load.startswith(("/", "https://essays.example/")) for load in loads), loads
    assert not page.xpath("//link[contains(@rel, 'preconnect') or contains(@rel, 'dns-prefetch')]")
    for link in page.xpath("//a"):
        assert "noreferrer" not in (link.get("rel") or "")
        assert link.get("target") is None or "noopener" in (link.get("rel") or "")
        assert "utm_" not in link.get("href")


def test_share_links_stand_outside_the_text(blog: Blog) -> None:
    blog.make_post(TITLE, slug="post")
    content = blog.read("/posts/post/").xpath("//*[contains(@class, 'e-content')]")[0]
    assert not content.xpath(".//h2[contains(., 'Social')]")
