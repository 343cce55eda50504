"""Tags: renamed, merged, deleted, by those who may."""

import pytest

from blog.core.editor import tags
from blog.models import Tag
from tests.admin.conftest import Author, Visitor, alerts, notices, rows
from tests.admin.ladder import fields, no_forgery, no_stranger
from tests.world import Blog, texts, words


@pytest.fixture
def rivers(blog: Blog) -> int:
    """The id of a tag that two public posts and a draft carry."""
    for number in range(2):
        blog.make_post(f"Public {number}", tags=["Rivers", "Borders"])
    blog.make_post("Draft", tags=["Rivers"], published_at=None)
    return tags.id_of_name("rivers")


def test_all_tags_are_listed_with_their_posts(author: Author, rivers: int) -> None:
    page = author.page("/admin/tags/")
    assert texts(page, "//ul[@class = 'rows']/li//p") == [
        "Borders", "2 posts /tags/borders/", "Rivers", "3 posts, 2 public /tags/rivers/",
    ]  # fmt: skip
    assert "No post carries a tag yet." not in words(page)


def test_without_tags_it_says_so(author: Author) -> None:
    assert "No post carries a tag yet." in words(author.page("/admin/tags/"))


def test_a_tag_is_renamed(author: Author, rivers: int, blog: Blog) -> None:
    path = f"/admin/tags/{rivers}/"
    answer = author.post(path, action="rename", name="#Streams", slug="")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/admin/tags/")
    assert notices(author.page("/admin/tags/")) == ["The tag is called “Streams” now."]
    assert blog.get("/tags/rivers/").location == "/tags/streams/"
    assert "Streams" in blog.get("/posts/public-1/").text


@pytest.mark.parametrize(
    ("name", "slug", "said"),
    [
        (" ", "rivers", "A tag needs a name."),
        ("x" * 81, "rivers", "has 81 characters; 80 are allowed"),
        ("Streams", "Zwei Flüsse", "cannot be an address"),
        ("Streams", "borders", "Another tag has the address /tags/borders/."),
    ],
)
def test_a_bad_name_or_address_keeps_what_was_typed(
    author: Author, rivers: int, name: str, slug: str, said: str
) -> None:
    answer = author.post(f"/admin/tags/{rivers}/", action="rename", name=name, slug=slug)
    assert answer.status_code == 422 and said in alerts(answer)[0]
    assert (fields(answer)["name"], fields(answer)["slug"]) == (name, slug)
    assert {tag.name for tag in rows(Tag)} == {"Rivers", "Borders"}


def test_the_name_of_another_tag_offers_to_merge(author: Author, rivers: int) -> None:
    path = f"/admin/tags/{rivers}/"
    answer = author.post(path, action="rename", name="BORDERS", slug="rivers")
    assert answer.status_code == 422
    assert alerts(answer) == ["There is a tag “Borders” already. Merge “Rivers” into it, or choose another."]
    offered = fields(answer)
    assert "Merge “Rivers” into “Borders”" in answer.text
    author.post(path, action="merge", into="Borders", csrf_token=offered["csrf_token"])
    assert [tag.name for tag in rows(Tag)] == ["Borders"]


def test_tags_are_merged(author: Author, rivers: int, blog: Blog) -> None:
    answer = author.post(f"/admin/tags/{rivers}/", action="merge", into="borders")
    assert answer.headers["Location"] == "/admin/tags/"
    said = "“Rivers” is merged: 3 posts that carried it carry “Borders” now."
    assert notices(author.page("/admin/tags/")) == [said]
    assert blog.get("/tags/rivers/feed.xml").location == "/tags/borders/feed.xml"


@pytest.mark.parametrize(
    ("into", "said"), [("Nothing", "There is no tag “Nothing”."), ("rivers", "A tag cannot be merged into itself.")]
)
def test_only_another_tag_takes_its_place(author: Author, rivers: int, into: str, said: str) -> None:
    answer = author.post(f"/admin/tags/{rivers}/", action="merge", into=into)
    assert (answer.status_code, alerts(answer), fields(answer)["into"]) == (422, [said], into)


def test_a_tag_is_deleted_when_asked_twice(author: Author, rivers: int, blog: Blog) -> None:
    path = f"/admin/tags/{rivers}/removal/"
    page = author.page(path)
    assert "3 posts carry this tag." in words(page) and "This cannot be undone." in words(page)
    assert len(rows(Tag)) == 2
    assert author.post(path).headers["Location"] == "/admin/tags/"
    assert notices(author.page("/admin/tags/")) == ["The tag “Rivers” is deleted."]
    assert [tag.name for tag in rows(Tag)] == ["Borders"]
    assert blog.get("/tags/rivers/").status_code == 410
    assert "Rivers" not in blog.get("/posts/public-1/").text


@pytest.mark.parametrize("part", ["", "removal/"])
def test_what_is_done_to_tags_is_for_authors(author: Author, visitor: Visitor, rivers: int, part: str) -> None:
    path = f"/admin/tags/{rivers}/{part}"
    no_stranger(visitor, path, action="rename", name="Mine")
    no_forgery(author, path, action="rename", name="Mine")
    assert {tag.name for tag in rows(Tag)} == {"Rivers", "Borders"}
    assert author.open(path, "DELETE").status_code == 405


@pytest.mark.parametrize("path", ["/admin/tags/999/", "/admin/tags/x/", "/admin/tags/999/removal/", "/admin/tags/-1/"])
def test_a_tag_that_there_is_not(author: Author, path: str) -> None:
    assert author.get(path).status_code == 404
    assert author.post(path, action="rename", name="x").status_code == 404


def test_an_unknown_button_does_nothing(author: Author, rivers: int) -> None:
    assert author.post(f"/admin/tags/{rivers}/", action="explode").status_code == 303
    assert author.post("/admin/tags/").status_code == 405


def test_a_form_that_was_open_for_long_keeps_its_words(author: Author, rivers: int) -> None:
    answer = author.post(f"/admin/tags/{rivers}/", action="rename", name="Streams", csrf_token="wrong")
    assert (answer.status_code, fields(answer)["name"]) == (400, "Streams")
