"""The desk: what authors have written, by its state, and what they may do with it there."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from lxml import html

from blog.core.editor import drafts, publish, working_copy
from blog.core.editor.drafts import Submission
from blog.core.editor.revisions import Saver
from blog.core.site.settings import configure
from blog.models import Post
from tests.admin.conftest import Author, Visitor, notices
from tests.admin.ladder import no_forgery, no_stranger
from tests.recorder import recorded
from tests.world import LONG_AGO, Blog, texts, words

NAMES = "//ol[@class = 'work']//*[contains(@class, 'name')]"


def change(post: Post, **fields: Any) -> None:
    """Save changes of a post that readers do not see."""
    now = working_copy.load(post.id)
    drafts.save(now, Submission(replace(now.fields, **fields), now.date, now.version), Saver(None, False))


@pytest.fixture
def full(blog: Blog, author: Author, tomorrow: datetime) -> Author:
    """An author with a post in every state."""
    blog.make_post("A draft", published_at=None, tags=["Rivers", "Borders"])
    blog.make_post("Ahead", published_at=tomorrow)
    blog.make_post("Public", author_id=author.person.id)
    blog.make_post("About", kind="page")
    change(blog.make_post("Under revision"), body="Other words.")
    publish.delete(blog.make_post("Taken away").id)
    return author


def test_it_shows_what_waits_and_what_was_published_last(full: Author) -> None:
    page = full.page("/admin/")
    assert texts(page, "//h1") == ["Posts"] and texts(page, "//h2") == ["Drafts", "Scheduled", "Published"]
    assert texts(page, NAMES) == ["A draft", "Ahead", "Under revision", "Public"]
    assert "One post has changes that readers do not see yet." in words(page)


@pytest.mark.parametrize(
    ("show", "shown"),
    [
        ("drafts", ["A draft"]), ("scheduled", ["Ahead"]), ("published", ["Under revision", "Public"]),
        ("pages", ["About"]), ("changed", ["Under revision"]), ("deleted", ["Taken away"]),
    ],
)  # fmt: skip
def test_each_list_holds_posts_of_one_state(full: Author, show: str, shown: list[str]) -> None:
    page = full.page(f"/admin/?show={show}")
    assert texts(page, NAMES) == shown
    current = page.xpath("//nav[@class = 'tabs']//a[@aria-current]")
    assert [words(one) for one in current] == [f"{show.capitalize()} {len(shown)}"]


def test_a_row_says_how_a_post_stands(full: Author) -> None:
    configure("timezone", "Asia/Kolkata")
    page = full.page("/admin/?show=published")
    [row] = page.xpath("//ol[@class = 'work']/li[.//a[. = 'Public']]")
    assert "Published May 1, 2024, 14:33" in words(row)
    assert row.xpath(".//time/@datetime") == ["2024-05-01T14:33:00+05:30"]
    assert row.xpath(".//a/@href") == [f"/admin/posts/{row.xpath('.//a/@href')[0].split('/')[3]}/", "/posts/public/"]
    assert "Times are those of Asia/Kolkata." in words(page)
    assert "Rivers, Borders" in words(full.page("/admin/?show=drafts"))
    [row] = page.xpath("//ol[@class = 'work']/li[.//a[. = 'Under revision']]")
    assert "Changes not published" in words(row)


def test_authors_are_named_where_there_are_several(full: Author, another: Callable[..., Author]) -> None:
    facts = "//ol[@class = 'work']//p[contains(@class, 'facts')]"
    assert "Ana" not in " ".join(texts(full.page("/admin/?show=published"), facts))
    another()
    assert "Ana" in " ".join(texts(full.page("/admin/?show=published"), facts))


@pytest.mark.parametrize("show", ["", "drafts", "scheduled", "published", "pages", "changed", "deleted"])
def test_an_empty_list_says_so(author: Author, show: str) -> None:
    said = texts(author.page(f"/admin/?show={show}"), "//p[@class = 'empty']")
    assert said and (show not in ("", "drafts") or said[0] == "No drafts. Write something new.")


def test_long_lists_come_in_pages(blog: Blog, author: Author) -> None:
    for number in range(103):
        blog.make_post(f"Post {number}", published_at=LONG_AGO + timedelta(minutes=number // 3))
    seen, path = [], "/admin/?show=published"
    while path:
        page = author.page(path)
        seen.append(texts(page, NAMES))
        path = next(iter(page.xpath("//a[@rel = 'next']/@href")), "")
    assert [len(part) for part in seen] == [50, 50, 3]
    assert [name for part in seen for name in part] == [f"Post {number}" for number in reversed(range(103))]
    assert author.page("/admin/").xpath("//p[@class = 'more']/a/@href")


@pytest.mark.parametrize("query", ["show=nothing", "show=drafts&after=x", "show=drafts&after=9-9-9",
                                   "show=drafts&after=999999999999999999-1", "show=published&after=1-%00"])  # fmt: skip
def test_what_is_no_list_is_not_found(author: Author, query: str) -> None:
    assert author.get(f"/admin/?{query}").status_code == 404


def test_a_key_from_the_future_shows_nothing_that_is_to_come(full: Author) -> None:
    key = int(datetime(2900, 1, 1, tzinfo=UTC).timestamp()) * 10**6
    assert texts(full.page(f"/admin/?show=published&after={key}-1"), NAMES) == ["Under revision", "Public"]
    assert texts(full.page("/admin/?show=scheduled&after=0-1"), NAMES) == ["Ahead"]


def test_search_finds_posts_in_every_state_by_their_words(full: Author) -> None:
    page = full.page("/admin/?q=+Text+")
    found = texts(page, NAMES)
    assert set(found) == {"A draft", "Ahead", "Public", "About", "Under revision", "Taken away"}
    assert found[-1] == "Taken away"
    assert page.xpath("//input[@name = 'q']/@value") == ["Text"]
    assert texts(full.page("/admin/?q=draf"), NAMES) == ["A draft"]
    assert texts(full.page("/admin/?q=%25"), "//p[@class = 'empty']") == ["Nothing holds “%”. Try fewer words."]


def test_search_finds_changes_that_readers_do_not_see(full: Author, blog: Blog) -> None:
    assert texts(full.page("/admin/?q=other+words"), NAMES) == ["Under revision"]
    assert "Under revision" not in blog.get("/search/?q=other+words").text.partition("Recent Posts")[0]


def test_titles_are_text(blog: Blog, author: Author) -> None:
    blog.make_post("<script>alert(1)</script>", published_at=None)
    for path in ("/admin/", "/admin/?show=drafts", "/admin/?q=%3Cscript%3E"):
        assert "<script>alert" not in author.get(path).text


def test_a_deleted_post_comes_back(full: Author, blog: Blog) -> None:
    [form] = full.page("/admin/?show=deleted").xpath("//ol[@class = 'work']//form")
    answer = full.post(form.get("action"))
    assert (answer.status_code, answer.headers["Location"]) == (303, "/admin/?show=deleted")
    assert notices(full.page("/admin/?show=deleted")) == ["Back again."]
    assert blog.get("/posts/taken-away/").status_code == 200
    assert full.post(form.get("action")).status_code == 303
    assert notices(full.page("/admin/")) == ["“Taken away” is not deleted."]


def test_undeleting_is_for_those_who_may(full: Author, visitor: Visitor, blog: Blog) -> None:
    post = blog.make_post("Kept away")
    publish.delete(post.id)
    path = f"/admin/posts/{post.id}/undeletion/"
    no_stranger(visitor, path)
    no_forgery(full, path)
    assert full.get(path).status_code == 405
    assert full.post("/admin/posts/999/undeletion/").status_code == 404
    assert full.post("/admin/posts/x/undeletion/").status_code == 404
    assert blog.again(post).deleted_at


def test_a_stranger_is_led_to_the_door(visitor: Visitor) -> None:
    answer = visitor.get("/admin/")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/admin/sign-in/")
    assert visitor.get("/admin").headers["Location"] == "/admin/"


def test_it_is_read_and_nothing_else(author: Author) -> None:
    assert author.post("/admin/").status_code == 405
    assert author.open("/admin/", "HEAD").status_code == 200


@pytest.mark.parametrize(("path", "most"), [("/admin/", 11), ("/admin/?show=published", 7), ("/admin/?q=o", 16)])
def test_it_asks_few_questions_and_for_no_texts(full: Author, blog: Blog, path: str, most: int) -> None:
    for number in range(30):
        blog.make_post(f"One more {number}", tags=[f"Tag {number}"])
    with recorded() as asked:
        answer = full.get(path)
    loaded = [statement.partition("FROM")[0] for statement in asked]
    assert len(asked) <= most, "\n".join(asked)
    assert not [columns for columns in loaded if "body" in columns or "html" in columns]
    assert html.document_fromstring(answer.text).xpath("//main")
