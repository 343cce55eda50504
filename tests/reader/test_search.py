"""The search page, and what tells browsers of it."""

import json
from urllib.parse import quote

import pytest
from lxml import etree
from sqlalchemy import text

from blog.core.editor import publish
from blog.core.site.settings import configure
from blog.extensions import db
from tests.world import SITE_URL, Blog, texts, words

OPENSEARCH = "{http://a9.com/-/spec/opensearch/1.1/}"


def search(blog: Blog, query: str, more: str = "") -> etree._Element:
    return blog.read(f"/search/?q={quote(query)}{more}")


def titles(page: etree._Element) -> list[str]:
    return texts(page, "//section[contains(@class, 'results')]//h3")


def test_what_is_found_is_listed_with_its_words_marked(blog: Blog) -> None:
    blog.make_post("The slow river", slug="river", body="A boat on the **river**.")
    blog.make_post("Other")
    page = search(blog, "river")
    assert titles(page) == ["The slow river"]
    assert page.xpath("//section//h3/a/@href") == ["/posts/river/"]
    assert texts(page, "//mark") == ["river", "river"]
    assert texts(page, "//p[@class = 'p-summary']") == ["A boat on the river."]
    assert words(page.xpath("//title")[0]).startswith("river – Search")


def test_the_form_keeps_the_words_and_needs_no_script(blog: Blog) -> None:
    page = search(blog, 'slow "river"')
    [form] = page.xpath("//form[@role = 'search']")
    assert (form.get("method"), form.get("action")) == ("get", "/search/")
    [box] = form.xpath(".//input")
    assert (box.get("name"), box.get("type"), box.get("value"), box.get("dir")) == (
        "q",
        "search",
        'slow "river"',
        "auto",
    )
    assert form.xpath(f".//label[@for = '{box.get('id')}']") and box.get("autofocus") is None
    assert blog.read("/search/").xpath("//input/@autofocus")


@pytest.mark.parametrize(
    "path", ["/search/", "/search/?q=", "/search/?q=%20", "/search/?q=river", "/search/?q=nothing"]
)
def test_no_search_page_is_for_search_engines(blog: Blog, path: str) -> None:
    blog.make_post("River")
    assert blog.read(path).xpath("//meta[@name = 'robots']/@content") == ["noindex"]
    assert "Disallow: /search/" in blog.get("/robots.txt").get_data(as_text=True)


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("", "Titles, texts and tags are searched."),
        ("?!", "There is no word in this"),
        ("-river", "There is no word in this"),
        ("🙂", "There is no word in this"),
        ("nothing", "Nothing was found."),
        ("river nothing", "No post holds all of these words."),
        ("river " * 100, "only the first part of it"),
    ],
)
def test_every_question_gets_a_calm_answer(blog: Blog, query: str, says: str) -> None:
    blog.make_post("River")
    page = search(blog, query)
    assert says in words(page.xpath("//main")[0])
    if "river" not in query or query.startswith("-"):
        assert texts(page, "//section[contains(@class, 'recent')]//h3") == ["River"]


def test_a_blog_without_posts_is_searched_calmly(blog: Blog) -> None:
    for query in ("", "river"):
        assert not search(blog, query).xpath("//section")


def test_markup_of_a_question_or_a_post_stays_text(blog: Blog) -> None:
    blog.make_post("River <script>alert(1)</script>", body="A `<script>alert(2)</script>` river &amp; more.")
    page = search(blog, 'river "><script>alert(3)</script>')
    assert not page.xpath("//script[contains(., 'alert')]")
    assert titles(page) == ["River <script>alert(1)</script>"]
    assert page.xpath("//input/@value") == ['river "><script>alert(3)</script>']


def test_ten_a_page(blog: Blog) -> None:
    for number in range(12):
        blog.make_post(f"River {number}")
    first, second = search(blog, "river & co"), search(blog, "river & co", "&page=2")
    assert len(titles(first)) == 10 and len(titles(second)) == 2
    assert first.xpath("//a[@rel = 'next']/@href") == ["/search/?q=river+%26+co&page=2"]
    assert second.xpath("//a[@rel = 'prev']/@href") == ["/search/?q=river+%26+co"]
    assert not second.xpath("//a[@rel = 'next']") and not set(titles(first)) & set(titles(second))
    assert "page 2" in words(second.xpath("//title")[0])


@pytest.mark.parametrize("page", ["0", "2", "-1", "01", "x", "", "1.5", "31", "9" * 30, "%D9%A1"])
def test_a_page_that_is_not_there_is_not_found(blog: Blog, page: str) -> None:
    blog.make_post("River")
    blog.read(f"/search/?q=river&page={page}", 404)


def test_it_is_asked_again_each_time(blog: Blog) -> None:
    blog.make_post("River")
    first = blog.get("/search/?q=river")
    assert first.headers["Cache-Control"] == "no-cache" and first.headers["ETag"]
    assert blog.get("/search/?q=river", If_None_Match=first.headers["ETag"]).status_code == 304
    assert blog.get("/search/?q=boat").data != first.data
    assert blog.client.head("/search/?q=river").data == b""
    blog.make_post("River boat")
    assert len(titles(search(blog, "river"))) == 2
    assert blog.client.post("/search/").status_code == 405


def test_posts_in_other_languages_say_so(blog: Blog) -> None:
    blog.make_post("Der Fluß", language="de", body="Müller am Fluß")
    page = search(blog, "fluss")
    assert texts(page, "//mark") == ["Fluß", "Fluß"]
    assert page.xpath("//section//h3/@lang") == ["de"]


def test_a_broken_index_takes_only_the_search_away(blog: Blog) -> None:
    blog.make_post("River", slug="river")
    blog.run(text("DROP TABLE search"))
    db.session.remove()
    answer = blog.get("/search/?q=river")
    assert (answer.status_code, answer.headers["Cache-Control"]) == (503, "no-store")
    assert answer.headers["Retry-After"] and b"out of order" in answer.data and b"River" in answer.data
    for path in ("/", "/posts/river/", "/search/", "/feed.xml"):
        assert blog.get(path).status_code == 200, path


def test_a_file_of_half_a_megabyte_does_not_make_it_slow_to_read(blog: Blog) -> None:
    blog.make_post("Long", body=("Filler words in a row. " * 20 + "\n\n") * 1000 + "treasure")
    assert texts(search(blog, "treasure"), "//mark") == ["treasure"]


# -- how one gets there -------------------------------------------------------------------------------------


def test_every_page_leads_to_it(blog: Blog) -> None:
    blog.make_post("River", slug="river")
    for path in ("/", "/posts/river/", "/search/"):
        page = blog.read(path)
        assert "/search/" in page.xpath("//nav[@aria-label = 'Site']//a/@href")
        assert page.xpath("//link[@rel = 'search']/@href") == ["/opensearch.xml"]


def test_error_pages_offer_it(blog: Blog) -> None:
    post = blog.make_post("Gone", slug="gone")
    publish.delete(post.id)
    for path, status in (("/nothing/", 404), ("/posts/gone/", 410)):
        assert blog.read(path, status).xpath("//form[@role = 'search']//input[@name = 'q']")


def test_browsers_are_told_how_to_search(blog: Blog) -> None:
    configure("title", "Essays on World Affairs & Rivers")
    answer = blog.get("/opensearch.xml")
    assert answer.mimetype == "application/opensearchdescription+xml"
    root = etree.fromstring(answer.data)
    assert root.findtext(f"{OPENSEARCH}ShortName") == "Essays on World"
    assert root.findtext(f"{OPENSEARCH}LongName") == "Essays on World Affairs & Rivers"
    [html] = root.xpath("//*[local-name() = 'Url'][@type = 'text/html']")
    assert html.get("template") == f"{SITE_URL}/search/?q={{searchTerms}}"
    assert root.findtext(f"{OPENSEARCH}InputEncoding") == "UTF-8" and root.findtext(f"{OPENSEARCH}Language") == "en"
    for image in root.findall(f"{OPENSEARCH}Image"):
        assert blog.get(image.text.removeprefix(SITE_URL)).status_code == 200


@pytest.mark.parametrize("title", ["A" * 100, "一" * 100, "Essays on the world"])
def test_its_short_name_is_short(blog: Blog, title: str) -> None:
    configure("title", title)
    root = etree.fromstring(blog.get("/opensearch.xml").data)
    assert 1 <= len(root.findtext(f"{OPENSEARCH}ShortName")) <= 16


def test_search_engines_are_told_of_the_search(blog: Blog) -> None:
    blog.make_post("River")
    data = [json.loads(each.text) for each in blog.read("/").xpath("//script[@type = 'application/ld+json']")]
    [action] = [each["potentialAction"] for each in data if each["@type"] == "WebSite"]
    assert action["target"]["urlTemplate"] == f"{SITE_URL}/search/?q={{search_term_string}}"
