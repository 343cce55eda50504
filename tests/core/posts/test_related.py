"""What is related to a post: by how many tags, by the rarest, by date; and what never is."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from blog.core.editor import publish
from blog.core.editor.fields import Fields
from blog.core.posts import article
from tests.world import LONG_AGO, Blog, texts

RELATED = "//section[contains(@class, 'related')]//a"
RECENT = "//section[contains(@class, 'recent')]//h3"


def day(number: int) -> datetime:
    return LONG_AGO + timedelta(days=number)


def lone(blog: Blog, *tags: str) -> str:
    """The address of a post with these tags, between two neighbours that carry them too."""
    for number, title in ((100, "Before"), (101, "Here"), (102, "After")):
        blog.make_post(title, tags=list(tags), published_at=day(number))
    return "/posts/here/"


def named(blog: Blog, path: str, where: str = RELATED) -> list[str]:
    return texts(blog.read(path), where)


def test_posts_that_share_more_tags_come_first_then_newer_ones(blog: Blog) -> None:
    here = lone(blog, "River", "Bridge")
    for number, tags in enumerate((["River", "Bridge"], ["River"], ["Bridge"], ["Bridge", "River", "Boat"], ["Boat"])):
        blog.make_post(f"Post {number}", tags=tags, published_at=day(number))
    assert named(blog, here) == ["Post 3", "Post 0", "Post 2"]


def test_among_equals_the_rarest_tag_says_which(blog: Blog) -> None:
    here = lone(blog, "Everything", "Rare")
    blog.make_post("Of the rare kind", tags=["Rare"], published_at=day(1))
    for number in range(3):
        blog.make_post(f"Common {number}", tags=["Everything"], published_at=day(50 + number))
    assert named(blog, here) == ["Of the rare kind", "Common 2", "Common 1"]


def test_a_post_that_is_old_for_a_common_tag_shares_it_all_the_same(blog: Blog) -> None:
    here = lone(blog, "Rare", "One", "Two")
    blog.make_post("All three", tags=["Rare", "One", "Two"], published_at=day(1))
    for number in range(article.CANDIDATES_PER_TAG):
        blog.make_post(f"Both {number}", tags=["One", "Two"], published_at=day(50 + number))
    assert named(blog, here)[0] == "All three"


def test_only_what_lists_show_is_related(blog: Blog) -> None:
    here = lone(blog, "River")
    blog.make_post("Shown", tags=["River"], published_at=day(1))
    blog.make_post("Unlisted", tags=["River"], unlisted=True, published_at=day(2))
    blog.make_post("A page", tags=["River"], kind="page", published_at=day(3))
    blog.make_post("A draft", tags=["River"], published_at=None)
    blog.make_post("To come", tags=["River"], published_at=datetime(2999, 1, 1, tzinfo=UTC))
    gone = blog.make_post("Gone", tags=["River"], published_at=day(4))
    publish.delete(gone.id)
    assert named(blog, here) == ["Shown"]


def test_a_scheduled_post_is_related_when_its_time_comes(blog: Blog, at: Callable[[datetime], None]) -> None:
    here = lone(blog, "River")
    blog.make_post("Later", tags=["River"], published_at=datetime(2999, 1, 1, tzinfo=UTC))
    blog.make_post("Between", published_at=datetime(2998, 1, 1, tzinfo=UTC))
    assert named(blog, here) == []
    at(datetime(2999, 1, 2, tzinfo=UTC))
    assert named(blog, here) == ["Later"]


def test_neighbours_are_named_once(blog: Blog) -> None:
    here = lone(blog, "River")
    assert named(blog, here) == []
    assert not blog.read(here).xpath("//section[contains(@class, 'related')]")
    assert texts(blog.read(here), "//a[@rel = 'prev' or @rel = 'next']") == ["Before", "After"]


def test_a_post_without_tags_or_alone_with_them_has_no_such_section(blog: Blog) -> None:
    blog.make_post("Plain", slug="plain")
    blog.make_post("Alone", slug="alone", tags=["River"])
    for path in ("/posts/plain/", "/posts/alone/"):
        assert not blog.read(path).xpath("//section[contains(@class, 'related')]")


def test_an_unlisted_post_has_related_ones(blog: Blog) -> None:
    blog.make_post("Other", tags=["River"])
    blog.make_post("Hidden", slug="hidden", tags=["River"], unlisted=True)
    assert named(blog, "/posts/hidden/") == ["Other"]


def test_recent_posts_leave_out_what_is_related_and_are_as_many(blog: Blog) -> None:
    for number in range(8):
        tags = ["River"] if number in (0, 5, 7) else []
        blog.make_post(f"Post {number}", tags=tags, published_at=day(number))
    assert named(blog, "/posts/post-0/") == ["Post 7", "Post 5"]
    assert named(blog, "/posts/post-0/", RECENT) == ["Post 6", "Post 4", "Post 3"]


def test_related_posts_stand_before_the_recent_ones_with_dates(blog: Blog) -> None:
    here = lone(blog, "River")
    blog.make_post("Other", tags=["River"], published_at=day(1), language="fr")
    page = blog.read(here)
    assert [heading for heading in texts(page, "//main//h2") if heading in ("Related", "Recent Posts")] == [
        "Related",
        "Recent Posts",
    ]
    [item] = page.xpath("//section[contains(@class, 'related')]//li")
    assert item.xpath("./a/@lang") == ["fr"] and item.xpath(".//time/@datetime") == ["2024-05-02T09:00:00+00:00"]


def test_tags_removed_from_a_post_relate_it_no_more(blog: Blog) -> None:
    here = lone(blog, "River")
    other = blog.make_post("Other", tags=["River"], published_at=day(1))
    assert named(blog, here) == ["Other"]
    publish.edit(other.id, Fields(tags=["Boat"]))
    assert named(blog, here) == []
