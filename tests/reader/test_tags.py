"""Tags, and the posts that carry one."""

from datetime import timedelta

import pytest

from blog.core.editor import publish
from blog.core.editor.fields import Fields
from tests.world import LONG_AGO, Blog, texts, words

TITLES = "//ol[contains(@class, 'h-feed')]//*[contains(@class, 'p-name')]"


def test_tags_are_listed_by_name_with_their_counts(blog: Blog) -> None:
    blog.make_post(tags=["rivers", "Bridges"])
    blog.make_post(tags=["Rivers"])
    items = blog.read("/tags/").xpath("//main//li")
    assert [words(item) for item in items] == ["Bridges 1 post", "rivers 2 posts"]
    assert [item.xpath(".//a/@href")[0] for item in items] == ["/tags/bridges/", "/tags/rivers/"]


def test_a_blog_without_tags_says_so(blog: Blog) -> None:
    blog.make_post()
    assert not blog.read("/tags/").xpath("//main//li")


def test_a_tag_shows_its_posts_newest_first_and_no_others(blog: Blog) -> None:
    blog.make_post("One", tags=["Rivers"])
    blog.make_post("Two", tags=["Roads"])
    blog.make_post("Three", tags=["rivers", "Roads"])
    page = blog.read("/tags/rivers/")
    assert texts(page, "//h1") == ["Rivers"]
    assert texts(page, TITLES) == ["Three", "One"]
    assert "2 posts" in words(page)


def test_an_unknown_tag_is_not_found(blog: Blog) -> None:
    blog.read("/tags/none/", 404)
    blog.read("/tags/none/page/2/", 404)


@pytest.mark.parametrize("unpublic", [{"published_at": None}, {"unlisted": True}, {"kind": "page"}])
def test_a_tag_that_no_listed_post_carries_is_not_found(blog: Blog, unpublic: dict[str, object]) -> None:
    blog.make_post("Hidden", tags=["Secret"], **unpublic)  # type: ignore[arg-type]
    blog.read("/tags/secret/", 404)
    assert "Secret" not in words(blog.read("/tags/"))


def test_counts_leave_out_what_is_not_public(blog: Blog) -> None:
    blog.make_post(tags=["Rivers"])
    blog.make_post(tags=["Rivers"], published_at=None)
    blog.make_post(tags=["Rivers"], unlisted=True)
    publish.delete(blog.make_post(tags=["Rivers"]).id)
    assert texts(blog.read("/tags/"), "//main//li") == ["Rivers 1 post"]


def test_a_tag_has_ten_posts_a_page(blog: Blog) -> None:
    for number in range(1, 13):
        blog.make_post(f"Post {number}", tags=["Rivers"], published_at=LONG_AGO + timedelta(days=number))
    first, second = blog.read("/tags/rivers/"), blog.read("/tags/rivers/page/2/")
    assert len(texts(first, TITLES)) == 10 and texts(second, TITLES) == ["Post 2", "Post 1"]
    assert first.xpath("//a[@rel = 'next']/@href") == ["/tags/rivers/page/2/"]
    assert second.xpath("//a[@rel = 'prev']/@href") == ["/tags/rivers/"]
    assert second.xpath("//link[@rel = 'canonical']/@href") == ["https://essays.example/tags/rivers/page/2/"]
    for number in ("0", "-1", "01", "3", str(10**30)):
        blog.read(f"/tags/rivers/page/{number}/", 404)
    assert blog.get("/tags/rivers/page/1/").headers["Location"] == "/tags/rivers/"


def test_tags_whose_slugs_collide_have_pages_of_their_own(blog: Blog) -> None:
    blog.make_post("See", tags=["C", "C++", "C#"])
    assert sorted(texts(blog.read("/tags/"), "//main//li/a")) == ["C", "C#", "C++"]
    pages = [texts(blog.read(f"/tags/{slug}/"), "//h1")[0] for slug in ("c", "c-2", "c-3")]
    assert pages == ["C", "C++", "C#"]


def test_a_tag_taken_away_from_its_last_post_is_not_found(blog: Blog) -> None:
    post = blog.make_post(tags=["Rivers"])
    blog.read("/tags/rivers/")
    publish.edit(post.id, Fields(tags=[]))
    blog.read("/tags/rivers/", 404)
