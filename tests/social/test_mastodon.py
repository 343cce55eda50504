"""Share to a Mastodon server of the reader's own."""

from urllib.parse import parse_qs, quote, urlsplit

import pytest

from blog.core.editor import publish
from blog.core.site.settings import configure
from tests.web.ask import ask
from tests.world import Blog, texts, words

FORM = "/share/mastodon/?post=rivers"


@pytest.fixture(autouse=True)
def rivers(blog: Blog) -> None:
    blog.make_post("Rivers & “Roads” 😀", slug="rivers")


def outside(page: object) -> list[str]:
    """The links of a page that lead elsewhere."""
    return [href for href in page.xpath("//a/@href") if not href.startswith(("/", "#", "https://essays.example/"))]  # type: ignore[attr-defined]


def test_the_form_asks_for_the_server(blog: Blog) -> None:
    page = blog.read(FORM)
    form = page.forms[0]
    assert (form.method, form.action) == ("GET", "/share/mastodon/")
    assert form.fields["post"] == "rivers"
    field = page.xpath("//input[@name = 'server']")[0]
    assert page.xpath(f"//label[@for = '{field.get('id')}']")
    assert not outside(page)


def test_the_answer_is_one_plain_link_and_no_redirect(blog: Blog) -> None:
    answer = blog.get(f"{FORM}&server=mastodon.social")
    assert answer.status_code == 200 and "Location" not in answer.headers and "Refresh" not in answer.headers
    page = blog.read(f"{FORM}&server=mastodon.social")
    [link] = outside(page)
    parts = urlsplit(link)
    assert (parts.scheme, parts.netloc, parts.path) == ("https", "mastodon.social", "/share")
    assert parse_qs(parts.query) == {"text": ["Rivers & “Roads” 😀\nhttps://essays.example/posts/rivers/"]}
    assert not page.xpath("//meta[@http-equiv] | //script[not(@src)] | //iframe")


def test_an_international_name_is_shown_in_the_form_browsers_use(blog: Blog) -> None:
    [link] = outside(blog.read(f"{FORM}&server={quote('büro.de')}"))
    assert urlsplit(link).netloc == "xn--bro-hoa.de"


def test_what_is_no_server_is_refused_with_a_sentence_and_kept(blog: Blog) -> None:
    script = '"><script>alert(1)</script>'
    for typed in (
        "localhost",
        "https://mastodon.social",
        "@ana@mastodon.social",
        script,
        "127.0.0.1",
        "",
        "  ",
        "x.social:443",
    ):
        page = blog.read(f"{FORM}&server={quote(typed)}", 422)
        field = page.xpath("//input[@name = 'server']")[0]
        assert field.get("value") == typed
        assert field.get("aria-invalid") == "true"
        sentence = page.xpath(f"//*[@id = '{field.get('aria-describedby')}']")[0]
        assert "mastodon.social" in words(sentence)
        assert not outside(page) and not page.xpath("//script[not(@type = 'application/ld+json')][not(@src)]")


def test_a_huge_name_is_refused_without_being_echoed_whole(blog: Blog) -> None:
    answer = blog.get(f"{FORM}&server={'x' * 5000}")
    assert answer.status_code == 422
    assert "x" * 1000 not in answer.get_data(as_text=True)


def test_what_is_no_public_article_cannot_be_shared(blog: Blog) -> None:
    blog.make_post("Draft", slug="draft", published_at=None)
    blog.make_post("About", slug="about", kind="page")
    for post in (None, "", "none", "draft", "about", "%00", "../x", "%ED%A0%80"):
        for server in ("", "&server=mastodon.social"):
            named = "" if post is None else f"post={post}"
            assert not outside(blog.read(f"/share/mastodon/?{named}{server}", 404))


def test_a_deleted_article_cannot_be_shared(blog: Blog) -> None:
    publish.delete(blog.make_post("Gone", slug="gone").id)
    assert blog.get("/share/mastodon/?post=gone&server=mastodon.social").status_code in (404, 410)


def test_nothing_of_it_is_kept(blog: Blog) -> None:
    for query in ("", "&server=mastodon.social", "&server=localhost"):
        answer = blog.get(FORM + query)
        assert answer.headers["Cache-Control"] == "no-store"
        assert "ETag" not in answer.headers and "Set-Cookie" not in answer.headers
        assert blog.read(FORM + query, answer.status_code).xpath("//meta[@name = 'robots']/@content") == ["noindex"]


def test_it_is_only_read(blog: Blog) -> None:
    assert ask(blog, FORM, "POST").status_code == 405


def test_the_article_offers_the_form_while_mastodon_is_shown(blog: Blog) -> None:
    form = blog.read("/posts/rivers/").forms[0]
    assert (form.method, form.action, form.fields["post"]) == ("GET", "/share/mastodon/", "rivers")
    configure("networks", "x")
    assert not blog.read("/posts/rivers/").forms


def test_the_page_names_the_article(blog: Blog) -> None:
    assert texts(blog.read(FORM), "//h1") == ["Rivers & “Roads” 😀"]
    assert blog.read(FORM).xpath("//main//a[@href = '/posts/rivers/']")
