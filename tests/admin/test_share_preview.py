"""How a link will look when it is shared, while its text is written."""

import base64
import io
import time
from typing import Any

import pytest
from lxml import html
from PIL import Image

from blog.models import Post
from blog.social import network_limits
from tests.admin.conftest import Author, Visitor, rows
from tests.admin.live import DATA, ask, form, ladder
from tests.world import Blog, picture, texts

PATH = "/admin/posts/looks/"


def seen(author: Visitor, **fields: Any) -> html.HtmlElement:
    answer = ask(author, PATH, **fields)
    assert answer.status_code == 200, answer.text
    return html.fragment_fromstring(answer.json["html"])


def drawn(part: html.HtmlElement) -> Image.Image:
    (source,) = set(part.xpath(".//img/@src"))
    assert source.startswith("data:image/")
    assert len(source) < 100_000
    return Image.open(io.BytesIO(base64.b64decode(source.partition(",")[2])))


def test_each_network_is_shown_with_the_card(blog: Blog, author: Author) -> None:
    part = seen(author, **form(author, title="Rivers & <b>lakes</b>", body="Opening words."))
    assert part.get("class") == "looks" and texts(part, ".//figcaption") == list(network_limits.TEXT_LIMITS)
    assert set(texts(part, ".//*[@class = 'name']")) == {"Rivers & <b>lakes</b>"}
    assert set(texts(part, ".//*[@class = 'host']")) == {"essays.example"}
    assert "Opening words." in texts(part, ".//p")
    assert drawn(part).size == (600, 315)
    assert texts(part, ".//li") == ["There is no summary: networks show the opening words of the text."]
    assert rows(Post) == []
    assert not (blog.instance / "cards").exists() or not list((blog.instance / "cards").iterdir())


def test_a_cover_that_fits_is_shown_as_it_is(blog: Blog, author: Author) -> None:
    cover = blog.store(picture(1200, 630, "JPEG"))
    part = seen(author, title="Rivers", body="x", summary="S", cover=f"/media/{cover.name}")
    (source,) = set(part.xpath(".//img/@src"))
    assert source == f"/media/{cover.name}" and texts(part, ".//li") == []


def test_it_tells_what_helps_now(blog: Blog, author: Author) -> None:
    post = blog.make_post("Rivers", published_at=None, unlisted=True)
    part = seen(author, **form(author, f"/admin/posts/{post.id}/", title="word " * 30))
    told = " ".join(texts(part, ".//li"))
    assert "will cut it" in told and "no summary" in told
    assert "Nobody can read" not in told and "BLOG_SITE_URL" not in told


@pytest.mark.parametrize("fields", [{}, {"title": "\u200b", "cover": "/media/none.png"}, {"cover": "/media/../x"}])
def test_nothing_much_looks_calm(author: Author, fields: dict[str, str]) -> None:
    assert drawn(seen(author, **fields)).size == (600, 315)


def test_without_scripts_it_is_a_page(author: Author) -> None:
    fields = form(author, title="Rivers", body="Words.") | {"csrf_token": author.token()}
    answer = author.open(PATH, "POST", data=fields)
    assert answer.status_code == 200 and answer.mimetype == "text/html"
    page = html.document_fromstring(answer.text)
    assert texts(page, "//h1") == ["How it will look when shared"] and len(page.xpath("//figure")) == len(
        network_limits.TEXT_LIMITS
    )


def test_a_form_that_came_late_is_shown_then(author: Author) -> None:
    answer = author.post(PATH, csrf_token="wrong", title="Rivers", body="Words.")
    assert answer.status_code == 400 and "Nothing was done yet" in answer.text and "Rivers" in answer.text


def test_a_text_that_cannot_be_rendered_is_told(author: Author) -> None:
    assert ask(author, PATH, title="x", body="x" * (512 * 1024 + 1)).status_code == 422


def test_who_may_not_ask_is_told_why(author: Author, visitor: Visitor) -> None:
    ladder(author, visitor, PATH, {"title": "Rivers", "body": "Words."})


def test_the_same_card_is_drawn_once(author: Author) -> None:
    headers, took = {**DATA, "X-CSRFToken": author.token()}, []
    for _ in range(4):
        began = time.perf_counter()
        fields = {"title": "Drawn once", "body": "x", "language": "hi"}
        assert author.open(PATH, "POST", data=fields, headers=headers).status_code == 200
        took.append(time.perf_counter() - began)
    assert min(took[1:]) < took[0]
