"""What networks, search engines and programs read in a page."""

import io
import json
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from blog.core.editor import publish
from blog.core.editor.fields import Fields
from blog.core.site.settings import configure
from blog.social.metadata import locale
from tests.world import LONG_AGO, Blog, picture, texts, words

NOW = datetime(2031, 1, 2, 3, 4, 5, 6, tzinfo=UTC)
ADDRESS = "https://essays.example/posts/post/"
HOSTILE = {
    "quotes": "\"double\" 'single' “curly” `tick`",
    "signs": "& # % + = ? / \\ ; &amp; &#39; %20",
    "script end": "</script><script>alert(1)</script><!--",
    "emoji": "👩‍👩‍👧‍👦 🇩🇪 1️⃣",
    "RTL": "سلام \u202eabc\u202c שלום",
    "300 characters": "Water and stone " * 18 + "and more sand",
    "cdata end": "a ]]> b <![CDATA[ c",
    "template": "{{ 7 * 7 }} {% raw %} ${x}",
}


def facts(page: Any) -> dict[str, list[str]]:
    """The Open Graph properties of a page."""
    properties: dict[str, list[str]] = {}
    for meta in page.xpath("//head/meta[@property]"):
        properties.setdefault(meta.get("property"), []).append(meta.get("content"))
    return properties


def data(page: Any) -> dict[str, Any]:
    """The JSON-LD of a page."""
    return every(page)[0]


def every(page: Any) -> list[dict[str, Any]]:
    """All of it."""
    return [json.loads(script.text) for script in page.xpath("//head/script[@type = 'application/ld+json']")]


def named(page: Any, name: str) -> list[str]:
    return [str(content) for content in page.xpath(f"//head/meta[@name = '{name}']/@content")]


def canonical(page: Any) -> str:
    [href] = page.xpath("//link[@rel = 'canonical']/@href")
    return str(href)


PATHS = [
    "/",
    "/page/2/",
    "/posts/post/",
    "/about/",
    "/tags/",
    "/tags/tag/",
    "/tags/tag/page/2/",
    "/archive/",
    "/archive/2024/",
]


def test_every_page_has_one_canonical_address_that_all_agree_on(blog: Blog) -> None:
    for _ in range(11):
        blog.make_post(tags=["Tag"])
    blog.make_post("Post", slug="post")
    blog.make_post("About", kind="page", slug="about")
    for path in [*PATHS, "/subscribe/"]:
        page = blog.read(f"{path}?utm_source=x")
        assert canonical(page) == f"https://essays.example{path}"
        assert facts(page)["og:url"] == [canonical(page)] == [data(page)["url"]]
        assert named(page, "twitter:card") and named(page, "description")
        assert facts(page)["og:title"] and facts(page)["og:description"]
        assert (facts(page)["og:site_name"], facts(page)["og:locale"]) == (["Broadsheet"], ["en_US"])


def test_an_article_first_published_elsewhere_names_that_address(blog: Blog) -> None:
    blog.make_post("Post", slug="post", canonical_url="https://other.example/p?id=1&x=2")
    page = blog.read("/posts/post/")
    assert canonical(page) == facts(page)["og:url"][0] == data(page)["url"] == "https://other.example/p?id=1&x=2"


def test_an_article_tells_open_graph_all_it_asks(blog: Blog, at: Callable[[datetime], None]) -> None:
    configure("timezone", "Asia/Kolkata")
    post = blog.make_post(
        "Post", slug="post", summary="In short.", tags=["A & B", "C"], language="pt-BR", published_at=LONG_AGO
    )
    at(NOW)
    publish.edit(post.id, Fields(body="Other words."))
    said = facts(blog.read("/posts/post/"))
    assert said["og:type"] == ["article"] and said["og:title"] == ["Post"] and said["og:description"] == ["In short."]
    assert said["og:locale"] == ["pt_BR"] and said["article:tag"] == ["A & B", "C"]
    times = [datetime.fromisoformat(said[f"article:{name}_time"][0]) for name in ("published", "modified")]
    assert times == [LONG_AGO, NOW.replace(microsecond=0)] and all(time.tzinfo for time in times)
    assert said["article:author"][0].startswith("https://essays.example/")


def test_an_article_tells_search_engines_all_they_ask(blog: Blog, at: Callable[[datetime], None]) -> None:
    post = blog.make_post("Post", slug="post", summary="In short.", tags=["A"], published_at=LONG_AGO)
    at(NOW)
    publish.edit(post.id, Fields(title="Post!"))
    said = data(blog.read("/posts/post/"))
    assert (said["@type"], said["headline"], said["description"]) == ("BlogPosting", "Post!", "In short.")
    assert datetime.fromisoformat(said["datePublished"]) == LONG_AGO
    assert datetime.fromisoformat(said["dateModified"]) == NOW.replace(microsecond=0)
    assert said["author"] == {"@type": "Person", "name": "Editor", "url": "https://essays.example/"}
    assert said["publisher"]["name"] == "Broadsheet"
    assert ADDRESS in json.dumps(said["mainEntityOfPage"])


def test_a_change_is_never_told_to_lie_before_the_publication(blog: Blog, at: Callable[[datetime], None]) -> None:
    post = blog.make_post("Post", slug="post")
    at(NOW)
    publish.edit(post.id, Fields(body="Other words."))
    publish.edit(post.id, Fields(), published_at=NOW + timedelta(days=1))
    at(NOW + timedelta(days=2))
    said = data(blog.read("/posts/post/"))
    assert said["dateModified"] >= said["datePublished"]


def test_several_authors_are_told_apart(blog: Blog) -> None:
    ana = blog.author("Ana & Co")
    blog.make_post()
    blog.make_post("Post", slug="post", author_id=ana)
    page = blog.read("/posts/post/")
    assert data(page)["author"] == {
        "@type": "Person",
        "name": "Ana & Co",
        "url": "https://essays.example/authors/ana-co/",
    }
    assert facts(page)["article:author"] == ["https://essays.example/authors/ana-co/"]


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_hostile_title_comes_back_exactly(blog: Blog, kind: str) -> None:
    title = HOSTILE[kind]
    configure("title", "S </title> & Co")
    blog.make_post(title, slug="post", summary=title, body=title)
    page = blog.read("/posts/post/")
    assert page.xpath("//h1")[0].text_content() == title
    assert page.xpath("//title")[0].text_content() == f"{title} – S </title> & Co"
    assert facts(page)["og:title"] == [title] and data(page)["headline"] == title
    assert facts(page)["og:site_name"] == ["S </title> & Co"]
    if len(title) <= 290:
        assert facts(page)["og:description"] == named(page, "description") == [data(page)["description"]] == [title]
    assert not page.xpath("//script[not(@type = 'application/ld+json' or starts-with(@src, '/static/js/'))]")
    assert len(page.xpath("//head")) == len(page.xpath("//body")) == 1


def test_json_ld_holds_no_angle_bracket(blog: Blog) -> None:
    blog.make_post("</script><b>", slug="post", tags=["<!--"])
    script = blog.read("/posts/post/").xpath("//script")[0].text
    assert "<" not in script and "\\u003c" in script


def test_newlines_in_a_title_become_spaces_everywhere(blog: Blog) -> None:
    blog.make_post("One\n\tTwo\r\n Three", slug="post")
    page = blog.read("/posts/post/")
    assert texts(page, "//h1") == facts(page)["og:title"] == [data(page)["headline"]] == ["One Two Three"]


def test_a_long_description_is_cut_between_words(blog: Blog) -> None:
    blog.make_post("Post", slug="post", summary="word " * 150)
    [about] = named(blog.read("/posts/post/"), "description")
    assert len(about) <= 300 and about.endswith("word…")


def upload(blog: Blog, data: bytes) -> str:
    """The path of a picture that was stored."""
    stored = blog.store(data)
    return stored.address


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_an_authors_own_picture_wins_over_the_card(blog: Blog, kind: str) -> None:
    cover = upload(blog, picture(1200, 630, kind))
    blog.make_post("Post", slug="post", cover=cover)
    page = blog.read("/posts/post/")
    said = facts(page)
    assert said["og:image"] == [f"https://essays.example{cover}"] == [data(page)["image"]]
    assert (said["og:image:width"], said["og:image:height"]) == (["1200"], ["630"])
    assert said["og:image:type"] == [f"image/{kind.lower()}"] and said["og:image:alt"] == ["Post"]


@pytest.mark.parametrize(("width", "height", "kind"), [(300, 160, "PNG"), (900, 900, "JPEG"), (3000, 900, "PNG")])
def test_an_unfit_picture_lies_behind_the_card(blog: Blog, width: int, height: int, kind: str) -> None:
    blog.make_post("Post", slug="post", cover=upload(blog, picture(width, height, kind)))
    [address] = facts(blog.read("/posts/post/"))["og:image"]
    assert re.fullmatch(r"https://essays\.example/cards/post-[0-9a-f]{16}\.jpg", address)


def test_a_heavy_picture_is_shared_by_its_twin(blog: Blog) -> None:
    from PIL import Image

    out = io.BytesIO()
    Image.merge("RGB", [Image.effect_noise((1400, 735), 60) for _ in range(3)]).save(out, "JPEG")
    cover = upload(blog, out.getvalue())
    blog.make_post("Post", slug="post", cover=cover)
    said = facts(blog.read("/posts/post/"))
    assert said["og:image"] == [f"https://essays.example{cover.replace('.jpg', '-640.jpg')}"]
    assert (said["og:image:width"], said["og:image:height"]) == (["640"], ["336"])


def test_a_picture_too_heavy_for_previews_lies_behind_the_card(blog: Blog) -> None:
    from PIL import Image

    out = io.BytesIO()
    Image.effect_noise((1200, 630), 100).convert("RGB").save(out, "PNG")
    blog.make_post("Post", slug="post", cover=upload(blog, out.getvalue()))
    assert "/cards/post-" in facts(blog.read("/posts/post/"))["og:image"][0]


@pytest.mark.parametrize(
    ("path", "name"),
    [("/posts/post/", "post-"), ("/about/", "about-"), ("/tags/tag/", "tag-tag-"), ("/", ""), ("/archive/", "")],
)
def test_every_page_has_a_card_of_known_size(blog: Blog, path: str, name: str) -> None:
    blog.make_post("Post", slug="post", tags=["Tag"], body="![Far](https://else.example/x.png)")
    blog.make_post("About", kind="page", slug="about")
    page = blog.read(path)
    said = facts(page)
    assert re.fullmatch(rf"https://essays\.example/cards/{name}[0-9a-f]{{16}}\.png", said["og:image"][0])
    sizes = (said["og:image:width"], said["og:image:height"], said["og:image:type"])
    assert sizes == (["1200"], ["630"], ["image/png"])
    assert said["og:image:alt"][0] and named(page, "twitter:card") == ["summary_large_image"]


def test_search_engines_are_told_the_way_to_a_page(blog: Blog) -> None:
    blog.make_post("Post", slug="post", tags=["Tag"])
    blog.make_post("About", kind="page", slug="about")
    ways = {
        "/posts/post/": ["Broadsheet", "Archive", "Post"],
        "/about/": ["Broadsheet", "About"],
        "/tags/tag/": ["Broadsheet", "Tag – Broadsheet"],
    }
    for path, way in ways.items():
        [crumbs] = [each for each in every(blog.read(path)) if each["@type"] == "BreadcrumbList"]
        steps = crumbs["itemListElement"]
        assert [step["name"] for step in steps] == way
        assert [step["position"] for step in steps] == list(range(1, len(way) + 1))
        assert steps[0]["item"] == "https://essays.example/" and steps[-1]["item"] == f"https://essays.example{path}"
    assert [each["@type"] for each in every(blog.read("/"))] == ["WebSite"]


def test_the_author_is_named_in_the_fediverse(blog: Blog) -> None:
    blog.make_post("Post", slug="post")
    assert named(blog.read("/posts/post/"), "fediverse:creator") == []
    configure("fediverse", "ana@mastodon.social")
    assert named(blog.read("/posts/post/"), "fediverse:creator") == ["@ana@mastodon.social"]


def test_metadata_stands_within_the_first_300_kb(blog: Blog) -> None:
    blog.make_post("Post", slug="post", body="word " * 50_000)
    text = blog.get("/posts/post/").data
    assert 0 < text.index(b"og:title") < text.index(b"</head>") < 50_000


def test_profiles_are_linked_as_me(blog: Blog) -> None:
    configure(
        "follow",
        "Mastodon https://mastodon.social/@ana; Git & Hub https://code.example/ana?a=1&b=2;"
        " E-mail mailto:ana@x.example",
    )
    blog.make_post("Post", slug="post")
    for path in ("/", "/posts/post/"):
        links = blog.read(path).xpath("//a[contains(concat(' ', @rel, ' '), ' me ')]")
        assert [link.get("href") for link in links] == [
            "https://mastodon.social/@ana",
            "https://code.example/ana?a=1&b=2",
            "mailto:ana@x.example",
        ]
        assert "Git & Hub" in words(links[1])


def test_an_article_is_an_h_entry(blog: Blog) -> None:
    blog.make_post("Post", slug="post", summary="Short.", body="Long *text*.", tags=["A", "B"])
    [entry] = blog.read("/posts/post/").xpath(
        "//*[contains(concat(' ', @class, ' '), ' h-entry ')][.//*[contains(@class, 'e-content')]]"
    )

    def having(name: str) -> list[Any]:
        return list(entry.xpath(f".//*[contains(concat(' ', @class, ' '), ' {name} ')]"))

    assert [words(each) for each in having("p-name")] == ["Post"]
    assert [words(each) for each in having("p-summary")] == ["Short."]
    assert [words(each) for each in having("e-content")] == ["Long text."]
    assert [words(each) for each in having("p-category")] == ["A", "B"]
    assert [each.get("href") for each in having("u-url")] == [ADDRESS]
    assert [words(each) for each in having("p-author")] == ["Editor"]
    assert "h-card" in having("p-author")[0].get("class") and having("p-author")[0].get("href")
    assert having("dt-published")[0].get("datetime")
    assert not having("e-content")[0].xpath(".//a[contains(@href, 'intent')]")


def test_lists_are_feeds_of_entries(blog: Blog) -> None:
    blog.make_post("Post", slug="post", tags=["Tag"])
    for path in ("/", "/tags/tag/"):
        entries = blog.read(path).xpath("//*[contains(@class, 'h-feed')]//*[contains(@class, 'h-entry')]")
        assert len(entries) == 1
        assert entries[0].xpath(".//*[contains(@class, 'u-url')]/@href") == ["/posts/post/"]
        assert texts(entries[0], ".//*[contains(@class, 'p-name')]") == ["Post"]


@pytest.mark.parametrize(
    ("language", "said"),
    [("en", "en_US"), ("pt-BR", "pt_BR"), ("zh-Hant-TW", "zh_TW"), ("hi", "hi_IN"), ("de-CH-1996", "de_CH")],
)
def test_a_locale_has_a_region(language: str, said: str) -> None:
    assert locale(language) == said


def test_an_error_page_has_no_metadata_of_a_page(blog: Blog) -> None:
    blog.make_post("Draft", slug="draft", published_at=None)
    for path in ("/nothing/", "/posts/draft/"):
        page = blog.read(path, 404)
        assert not page.xpath("//link[@rel = 'canonical']") and not facts(page)
