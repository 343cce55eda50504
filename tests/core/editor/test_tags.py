"""Tags that are renamed, merged and deleted: what their posts carry, and where their old addresses lead."""

from collections.abc import Iterable
from dataclasses import replace

import pytest
from sqlalchemy import select

from blog.core.editor import drafts, publish, tags, working_copy
from blog.core.editor.drafts import Submission
from blog.core.editor.revisions import Saver
from blog.core.editor.tags import NameTaken
from blog.core.errors import Invalid, NotFound
from blog.core.schema import counters
from blog.core.site.settings import site
from blog.core.urls import permalinks
from blog.core.urls.permalinks import RedirectTarget
from blog.extensions import db
from blog.models import Draft, Post, Tag, post_tag
from tests.world import Blog


def carried(post: Post) -> list[str]:
    """The names of a post's tags, in order; their places are dense."""
    query = select(Tag.name, post_tag.c.position).join(Tag, Tag.id == post_tag.c.tag_id)
    rows = db.session.execute(query.where(post_tag.c.post_id == post.id).order_by(post_tag.c.position)).all()
    assert [place for _, place in rows] == list(range(len(rows)))
    return [name for name, _ in rows]


def merge(old: str, new: str) -> int:
    return tags.merge(tags.id_of_name(old), tags.id_of_name(new))


def copy(post: Post, names: Iterable[str]) -> None:
    """Save a working copy that carries these tags."""
    now = working_copy.load(post.id)
    fields = replace(now.fields, tags=list(names), body="Other words.")
    drafts.save(now, Submission(fields, now.date, now.version), Saver(None, False))


def lead(target: str | None, *addresses: str) -> None:
    for address in addresses:
        assert permalinks.find_redirect(address) == RedirectTarget(target), address


def test_a_renamed_tag_keeps_its_posts_and_its_old_address_leads_on(blog: Blog) -> None:
    post = blog.make_post("A", tags=["Borders", "Rivers"])
    version, public = blog.again(post).version, site().public_version
    tags.rename(tags.id_of_name("Rivers"), "Streams & Rivers")
    assert carried(post) == ["Borders", "Streams & Rivers"]
    assert blog.again(post).version == version and site().public_version > public
    lead("/tags/streams-rivers/", "/tags/rivers/", "/tags/rivers")


@pytest.mark.parametrize(
    "below",
    ["page/2/", "feed.xml", "atom.xml", "feed.json", "feed/20.xml", "atom/20.xml", "feed/20.json"],
)
def test_all_that_was_below_an_old_address_leads_on(blog: Blog, below: str) -> None:
    for number in range(30):
        blog.make_post(f"Post {number}", tags=["Rivers"])
    assert blog.get(f"/tags/rivers/{below}").status_code == 200
    tags.rename(tags.id_of_name("Rivers"), "Streams")
    answer = blog.get(f"/tags/rivers/{below}")
    assert (answer.status_code, answer.location) == (301, f"/tags/streams/{below}")
    assert blog.get(answer.location).status_code == 200


def test_the_feeds_of_other_engines_lead_on(blog: Blog) -> None:
    blog.make_post("A", tags=["Rivers"])
    tags.rename(tags.id_of_name("Rivers"), "Streams")
    assert blog.get("/tag/rivers/rss/").location == "/tags/rivers/feed.xml"
    tags.remove(tags.id_of_name("Streams"))
    assert blog.get("/tag/rivers/rss/").status_code == 301
    assert blog.get("/tags/rivers/feed.xml").status_code == 410
    assert blog.get("/tag/nothing/rss/").status_code == 404


def test_all_addresses_a_tag_ever_had_lead_to_its_last(blog: Blog) -> None:
    blog.make_post("A", tags=["One"])
    number = tags.id_of_name("One")
    for name in ("Two", "Three"):
        tags.rename(number, name)
    lead("/tags/three/", "/tags/one/", "/tags/two/")
    tags.rename(number, "One")
    lead("/tags/one/", "/tags/two/", "/tags/three/")
    assert permalinks.find_redirect("/tags/one/") is None and blog.get("/tags/one/").status_code == 200


def test_another_case_is_the_same_tag(blog: Blog) -> None:
    post = blog.make_post("A", tags=["rivers"])
    tags.rename(tags.id_of_name("RIVERS"), "Rivers", "rivers")
    assert carried(post) == ["Rivers"] and permalinks.find_redirect("/tags/rivers/") is None


def test_an_address_nobody_could_open_is_forgotten(blog: Blog) -> None:
    blog.make_post("A", tags=["Secret"], published_at=None)
    tags.rename(tags.id_of_name("Secret"), "Plan")
    tags.remove(tags.id_of_name("Plan"))
    assert permalinks.find_redirect("/tags/secret/") is None and permalinks.find_redirect("/tags/plan/") is None


def test_a_name_or_address_that_is_taken(blog: Blog) -> None:
    blog.make_post("A", tags=["Rivers", "Borders", "C", "C#"])
    with pytest.raises(NameTaken, match="There is a tag “Borders” already") as error:
        tags.rename(tags.id_of_name("Rivers"), "borders")
    assert error.value.other == tags.id_of_name("Borders")
    with pytest.raises(Invalid, match="Another tag has the address /tags/c/"):
        tags.rename(tags.id_of_name("Rivers"), "Rivers", "c")
    tags.rename(tags.id_of_name("Rivers"), "C++")
    assert tags.tag(tags.id_of_name("C++")).slug == "c-3"
    with pytest.raises(NotFound):
        tags.rename(999, "Nothing")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("Old", "New"),
        ("Old A", "New A"),
        ("A Old B", "A New B"),
        ("Old New", "New"),
        ("New Old", "New"),
        ("Old A New B", "New A B"),
        ("A New B Old C", "A New B C"),
        ("A New B", "A New B"),
        ("A B", "A B"),
    ],
)
def test_a_merged_tag_gives_its_place_to_the_other(blog: Blog, before: str, after: str) -> None:
    blog.make_post("Both exist", tags=["Old"])
    blog.make_post("Both exist, too", tags=["New"])
    post = blog.make_post("A", tags=before.split())
    merge("Old", "New")
    assert carried(post) == after.split()
    lead("/tags/new/", "/tags/old/")


def test_merging_counts_posts_and_keeps_what_is_listed(blog: Blog) -> None:
    for number in range(3):
        blog.make_post(f"Old {number}", tags=["Old"])
    both = blog.make_post("Both", tags=["New", "Old"])
    blog.make_post("Draft", tags=["Old"], published_at=None)
    version = blog.again(both).version
    assert merge("Old", "New") == 5
    assert (tags.tag(tags.id_of_name("New")).posts, tags.tag(tags.id_of_name("New")).listed) == (5, 4)
    assert "Draft" not in blog.get("/tags/new/").text and "Old 2" in blog.get("/tags/new/").text
    assert blog.again(both).version == version
    assert counters.count_wrong(db.session.connection().exec_driver_sql) == 0
    with pytest.raises(Invalid, match="cannot be merged into itself"):
        merge("New", "new")


def test_old_addresses_of_a_merged_tag_follow(blog: Blog) -> None:
    blog.make_post("A", tags=["One", "Two"])
    tags.rename(tags.id_of_name("One"), "Uno")
    merge("Uno", "Two")
    lead("/tags/two/", "/tags/one/", "/tags/uno/")
    tags.remove(tags.id_of_name("Two"))
    lead(None, "/tags/one/", "/tags/uno/", "/tags/two/", "/tags/one/feed.xml", "/tags/one/page/2/")


def test_a_deleted_tag_leaves_its_posts_in_order(blog: Blog) -> None:
    posts = [blog.make_post(names, tags=names.split()) for names in ("A Old B", "Old A", "A Old", "Old", "A B")]
    public = site().public_version
    assert tags.remove(tags.id_of_name("Old")) == "Old"
    assert [carried(post) for post in posts] == [["A", "B"], ["A"], ["A"], [], ["A", "B"]]
    assert site().public_version > public
    assert blog.get("/tags/old/").status_code == 410
    with pytest.raises(Invalid, match="There is no tag “Old”"):
        tags.id_of_name("Old")
    blog.make_post("Again", tags=["Old"])
    assert blog.get("/tags/old/").status_code == 200


def test_working_copies_follow(blog: Blog) -> None:
    post = blog.make_post("A", tags=["Old"])
    copy(post, ["X", "old", "New", "Y"])

    def kept() -> list[str]:
        return db.session.scalars(select(Draft.tags)).one()

    tags.rename(tags.id_of_name("Old"), "Older")
    assert kept() == ["X", "Older", "New", "Y"]
    blog.make_post("B", tags=["New"])
    merge("Older", "New")
    assert kept() == ["X", "New", "Y"]
    tags.remove(tags.id_of_name("New"))
    assert kept() == ["X", "Y"]


def test_a_page_may_take_the_name_of_a_tag(blog: Blog) -> None:
    blog.make_post("A", tags=["Rivers"])
    tags.rename(tags.id_of_name("Rivers"), "Streams")
    publish.delete(blog.make_post("Rivers", kind="page").id)
    lead("/tags/streams/", "/tags/rivers/")


def test_what_only_looks_like_a_tags_address_leads_nowhere(blog: Blog) -> None:
    blog.make_post("A", tags=["Rivers"])
    tags.rename(tags.id_of_name("Rivers"), "Streams")
    for address in ("/tags/", "/tags", "/tags//feed.xml", "/x/tags/rivers/feed.xml", "/rivers/feed.xml"):
        assert permalinks.find_redirect(address) is None, address


@pytest.mark.parametrize("below", ["%0D%0AX-Made-Up: yes", "100%25", "%E0%A4%A8/%22"])
def test_what_is_asked_for_below_an_old_address_is_no_part_of_the_answers_head(blog: Blog, below: str) -> None:
    blog.make_post("A", tags=["Rivers"])
    tags.rename(tags.id_of_name("Rivers"), "Streams")
    answer = blog.get(f"/tags/rivers/{below}")
    assert answer.status_code == 301 and "X-Made-Up" not in answer.headers
    assert answer.location == "/tags/streams/" + below.replace(": ", "%3A%20")
    assert blog.get(answer.location).status_code == 404
