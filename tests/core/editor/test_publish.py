"""Write, publish and take away posts: each whole, or not at all."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from blog.core.db.transaction import write_transaction
from blog.core.editor import publish
from blog.core.editor.fields import Fields
from blog.core.errors import Conflict, Invalid, NotFound
from blog.core.markdown import render
from blog.core.posts import query, summaries
from blog.extensions import db
from blog.models import Person, Post, Revision, Tag
from blog.models.json_types import RENDERER_VERSION
from tests.world import LONG_AGO, Blog

MORNING = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
Clock = Callable[[datetime], None]


def revisions(post: Post) -> list[tuple[str, str, str]]:
    """What a post said before, oldest first."""
    rows = db.session.scalars(select(Revision).where(Revision.post_id == post.id).order_by(Revision.id))
    return [(row.title, row.summary, row.body) for row in rows]


def tags_of(post: Post) -> list[tuple[str, str]]:
    """Names and slugs of a post's tags, in order."""
    return [
        (tag.name, tag.slug) for found in query.posts_with_status(None) if found.id == post.id for tag in found.tags
    ]


# -- create -------------------------------------------------------------------------------------------------


def test_a_new_post_is_a_draft_with_all_that_was_given(blog: Blog, at: Clock) -> None:
    at(MORNING)
    made = publish.create(
        Fields(
            title=" Two  states ",
            summary=" Short ",
            body="One *word*\r\n\n## More",
            language="EN-gb",
            unlisted=True,
            cover="/media/c.png",
            canonical_url="https://first.example/x",
        )
    )
    post = blog.again(made)
    assert (post.title, post.slug, post.summary, post.language) == ("Two states", "two-states", "Short", "en-GB")
    assert (post.status, post.version, post.kind, post.unlisted) == ("draft", 1, "post", True)
    assert (post.created_at, post.published_at, post.updated_at) == (MORNING, None, None)
    assert (post.body, post.words, post.extract) == ("One *word*\n\n## More", 3, "One word")
    assert "<em>word</em>" in post.html
    assert "<em>word</em>" in post.feed_html
    assert [entry["text"] for entry in post.contents] == ["More"]
    assert [picture["src"] for picture in post.pictures] == ["/media/c.png"]
    assert (post.cover, post.canonical_url, post.renderer) == (
        "/media/c.png",
        "https://first.example/x",
        RENDERER_VERSION,
    )
    assert revisions(post) == []


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({}, "title"),
        ({"title": " "}, "title"),
        ({"title": "x" * 501}, "title"),
        ({"title": "A", "slug": "not good"}, "slug"),
        ({"title": "A", "slug": ""}, "slug"),
        ({"title": "A", "kind": "podcast"}, "kind"),
        ({"title": "A", "language": "english"}, "language"),
        ({"title": "A", "body": "x" * 600_000}, "body"),
        ({"title": "A", "body": "<div>" * 300}, "body"),
        ({"title": "A", "tags": ["x" * 100]}, "tags"),
        ({"title": "A", "canonical_url": "/x/"}, "canonical_url"),
        ({"title": "A", "kind": "page", "slug": "archive"}, "slug"),
    ],
)
def test_a_bad_field_is_named_and_nothing_is_written(app: Flask, fields: dict[str, object], field: str) -> None:
    with pytest.raises(Invalid) as refusal:
        publish.create(Fields(**fields))  # type: ignore[arg-type]
    assert refusal.value.field == field
    assert not query.has_posts()


def test_posts_of_one_title_get_numbered_addresses(blog: Blog) -> None:
    assert [blog.make_post("Rivers").slug for _ in range(3)] == ["rivers", "rivers-2", "rivers-3"]


def test_a_page_and_a_post_may_share_a_slug(blog: Blog) -> None:
    assert [blog.make_post("Rivers", kind=kind).slug for kind in ("post", "page")] == ["rivers", "rivers"]


def test_a_page_named_like_the_blogs_own_gets_a_number(blog: Blog) -> None:
    assert blog.make_post("Archive", kind="page").slug == "archive-2"


def test_a_slug_that_is_taken_is_a_conflict_in_one_sentence(blog: Blog) -> None:
    blog.make_post("Rivers", slug="rivers")
    with pytest.raises(Conflict, match=r"^The address “rivers” leads to another post, “Rivers”: choose another.$"):
        blog.make_post("Other", slug="rivers")
    assert len(query.posts_with_status(None)) == 1


def test_a_deleted_post_keeps_its_slug(blog: Blog) -> None:
    publish.delete(blog.make_post("Rivers", slug="rivers").id)
    with pytest.raises(Conflict, match="belongs to a deleted post, “Rivers”: undelete it, or choose another"):
        blog.make_post("Other", slug="rivers")


# -- edit ---------------------------------------------------------------------------------------------------


def test_an_edit_keeps_what_the_post_said_before(blog: Blog, at: Clock) -> None:
    at(MORNING)
    post = blog.make_post("Old", summary="S", body="First.")
    at(MORNING + timedelta(hours=1))
    publish.edit(post.id, Fields(title="New", body="Second."))
    again = blog.again(post)
    assert (again.title, again.summary, again.body, again.version) == ("New", "S", "Second.", 2)
    assert (again.words, again.extract) == (1, "Second.")
    assert revisions(post) == [("Old", "S", "First.")]
    assert db.session.scalars(select(Revision.saved_at)).all() == [MORNING]


def test_an_edit_without_new_words_keeps_no_revision(blog: Blog) -> None:
    post = blog.make_post("Same", body="Text.")
    publish.edit(post.id, Fields(title="Same", body="Text.", tags=["x"], language="de"))
    assert revisions(post) == []
    assert blog.again(post).updated_at is None


@pytest.mark.parametrize("fields", [{"title": "New"}, {"summary": "New"}, {"body": "New"}])
def test_new_words_in_a_public_post_count_as_an_update(blog: Blog, at: Clock, fields: dict[str, str]) -> None:
    post = blog.make_post("Old")
    at(MORNING)
    publish.edit(post.id, Fields(**fields))  # type: ignore[arg-type]
    assert blog.again(post).updated_at == MORNING


def test_a_minor_edit_is_no_update_but_keeps_a_revision(blog: Blog) -> None:
    post = blog.make_post("Old", body="First.")
    publish.edit(post.id, Fields(body="Second."), minor=True)
    assert blog.again(post).updated_at is None
    assert revisions(post) == [("Old", "", "First.")]


@pytest.mark.parametrize("published_at", [None, datetime(2999, 1, 1, tzinfo=UTC)])
def test_new_words_in_what_nobody_could_read_are_no_update(blog: Blog, published_at: datetime | None) -> None:
    post = blog.make_post("Old", published_at=published_at)
    publish.edit(post.id, Fields(body="Second."))
    assert blog.again(post).updated_at is None


@pytest.mark.parametrize("published_at", [None, datetime(2999, 1, 1, tzinfo=UTC)])
def test_an_edit_that_first_publishes_is_no_update(blog: Blog, published_at: datetime | None) -> None:
    post = blog.make_post("Old", published_at=published_at)
    publish.edit(post.id, Fields(body="Second.", slug="new"), published_at=LONG_AGO)
    again = blog.again(post)
    assert (again.status, again.published_at, again.updated_at) == ("published", LONG_AGO, None)


def test_an_emptied_field_is_empty(blog: Blog) -> None:
    post = blog.make_post("A", summary="S", language="de", cover="/media/a.png", canonical_url="https://a.example/")
    publish.edit(post.id, Fields(summary="", language="", cover="", canonical_url=""))
    again = blog.again(post)
    assert (again.summary, again.language, again.cover, again.canonical_url) == ("", None, None, None)
    assert again.pictures == []


def test_a_refused_edit_changes_nothing(blog: Blog) -> None:
    blog.make_post("Taken", slug="taken")
    post = blog.make_post("Old", tags=["a"])
    for fields in (
        Fields(title="New", slug="taken"),
        Fields(title="New", language="english"),
        Fields(title="New", tags=["x" * 90]),
    ):
        with pytest.raises((Invalid, Conflict)):
            publish.edit(post.id, fields)
    again = blog.again(post)
    assert (again.title, again.slug, again.version) == ("Old", "old", 1)
    assert tags_of(post) == [("a", "a")]


def test_what_is_not_there_is_missing(app: Flask) -> None:
    acts = (publish.publish, publish.unpublish, publish.delete, publish.undelete)
    for act in (*acts, lambda number: publish.edit(number, Fields(title="x"))):
        with pytest.raises(NotFound, match="There is no such post"):
            act(4711)


def test_a_guid_never_changes(blog: Blog) -> None:
    post = blog.make_post("Old", slug="old")
    guid = post.guid
    publish.edit(post.id, Fields(title="New", slug="new", body="New.", kind="page", tags=["x"], language="de"))
    publish.unpublish(post.id)
    publish.publish(post.id, LONG_AGO)
    publish.delete(post.id)
    publish.undelete(post.id)
    publish.rerender_outdated()
    assert blog.again(post).guid == guid
    assert publish.parse_guid(f" URN:uuid:{guid.upper()} ") == guid


def test_what_is_no_uuid_is_no_guid() -> None:
    with pytest.raises(Invalid, match=r"“tag:old.example,2004:1” is not a UUID"):
        publish.parse_guid("tag:old.example,2004:1")


# -- publish, unpublish, delete -----------------------------------------------------------------------------


def test_publishing_a_draft_dates_it_now(blog: Blog, at: Clock) -> None:
    post = blog.make_post("A", published_at=None)
    at(MORNING)
    publish.publish(post.id)
    again = blog.again(post)
    assert (again.status, again.published_at, again.version) == ("published", MORNING, 2)


def test_publishing_twice_keeps_the_date(blog: Blog) -> None:
    post = blog.make_post("A", published_at=LONG_AGO)
    publish.publish(post.id)
    assert blog.again(post).published_at == LONG_AGO


def test_a_scheduled_post_appears_by_itself(blog: Blog, at: Clock) -> None:
    post = blog.make_post("A", published_at=None)
    at(MORNING)
    publish.publish(post.id, MORNING + timedelta(seconds=1))
    assert blog.again(post).status == "scheduled"
    assert summaries.recent(5) == []
    at(MORNING + timedelta(seconds=1))
    assert blog.again(post).status == "published"
    assert [found.id for found in summaries.recent(5)] == [post.id]


def test_publishing_a_scheduled_post_brings_it_forward(blog: Blog, at: Clock) -> None:
    post = blog.make_post("A", published_at=MORNING + timedelta(days=3))
    at(MORNING)
    publish.publish(post.id)
    assert blog.again(post).published_at == MORNING


def test_a_post_taken_back_and_published_again_keeps_its_date(blog: Blog) -> None:
    post = blog.make_post("A", published_at=LONG_AGO)
    publish.unpublish(post.id)
    assert (blog.again(post).status, summaries.recent(5)) == ("draft", [])
    publish.publish(post.id)
    assert blog.again(post).published_at == LONG_AGO


def test_a_schedule_taken_back_leaves_no_date(blog: Blog, at: Clock) -> None:
    post = blog.make_post("A", published_at=MORNING + timedelta(days=3))
    at(MORNING)
    publish.unpublish(post.id)
    publish.publish(post.id)
    assert blog.again(post).published_at == MORNING


def test_a_draft_cannot_be_unpublished(blog: Blog) -> None:
    post = blog.make_post("A", published_at=None)
    with pytest.raises(Conflict, match="“A” is a draft already"):
        publish.unpublish(post.id)


def test_a_deleted_post_comes_back_as_it_was(blog: Blog) -> None:
    post = blog.make_post("A", tags=["x"], published_at=LONG_AGO)
    publish.delete(post.id)
    assert (blog.again(post).status, summaries.recent(5)) == ("deleted", [])
    publish.undelete(post.id)
    again = blog.again(post)
    assert (again.status, again.published_at, again.body, again.version) == ("published", LONG_AGO, "The text of A.", 3)
    assert tags_of(post) == [("x", "x")]


def test_a_deleted_post_must_be_undeleted_first(blog: Blog) -> None:
    post = blog.make_post("A")
    with pytest.raises(Conflict, match="“A” is not deleted"):
        publish.undelete(post.id)
    publish.delete(post.id)
    for act in (publish.publish, publish.unpublish, publish.delete):
        with pytest.raises(Conflict, match="“A” is deleted; undelete it first"):
            act(post.id)


# -- tags ---------------------------------------------------------------------------------------------------


def test_tags_whose_slugs_collide_are_numbered(blog: Blog) -> None:
    assert tags_of(blog.make_post("A", tags=["C", "C++", "C#"])) == [("C", "c"), ("C++", "c-2"), ("C#", "c-3")]


def test_tags_of_one_name_are_one_whatever_the_case(blog: Blog) -> None:
    blog.make_post("A", tags=["Straße", "India"])
    assert tags_of(blog.make_post("B", tags=["INDIA", "STRASSE"])) == [("India", "india"), ("Straße", "strasse")]
    assert db.session.scalar(select(func.count()).select_from(Tag)) == 2


def test_tags_keep_the_order_of_the_last_edit(blog: Blog) -> None:
    post = blog.make_post("A", tags=["a", "b", "c"])
    publish.edit(post.id, Fields(tags=["c", "a"]))
    assert tags_of(post) == [("c", "c"), ("a", "a")]
    publish.edit(post.id, Fields(title="B"))
    assert tags_of(post) == [("c", "c"), ("a", "a")]
    publish.edit(post.id, Fields(tags=[]))
    assert tags_of(post) == []


# -- render again -------------------------------------------------------------------------------------------


def test_stale_texts_are_rendered_again_and_nothing_else_moves(blog: Blog) -> None:
    post, fresh = blog.make_post("A", body="*One*"), blog.make_post("B")
    db.session.connection().exec_driver_sql("UPDATE post SET html = 'stale', renderer = 0 WHERE id = ?", (post.id,))
    db.session.commit()
    assert publish.rerender_outdated() == []
    again = blog.again(post)
    assert (again.html, again.version, again.updated_at) == ("<p><em>One</em></p>\n", 1, None)
    assert again.renderer == RENDERER_VERSION
    assert blog.again(fresh).version == 1


def test_a_text_that_no_renderer_takes_keeps_its_page_and_is_named(blog: Blog) -> None:
    post, other = blog.make_post("A"), blog.make_post("B")
    nested = "<div>" * 300
    db.session.connection().exec_driver_sql("UPDATE post SET body = ?, renderer = 0 WHERE id = ?", (nested, post.id))
    db.session.connection().exec_driver_sql("UPDATE post SET renderer = 0 WHERE id = ?", (other.id,))
    db.session.commit()
    assert publish.rerender_outdated() == ["a"]
    assert blog.again(post).html == "<p>The text of A.</p>\n"
    assert blog.again(other).renderer == RENDERER_VERSION


def test_publishing_what_is_public_changes_nothing(blog: Blog) -> None:
    post = blog.make_post("A")
    assert publish.publish(post.id).version == blog.again(post).version == 1


def test_a_text_rendered_from_what_somebody_else_replaced_is_not_stored(
    blog: Blog, monkeypatch: pytest.MonkeyPatch
) -> None:
    post = blog.make_post("A", body="Old.")
    plain = publish.render_body

    def meanwhile(body: str, kind: str, cover: str = "") -> render.RenderedText:
        monkeypatch.setattr(publish, "render_body", plain)
        publish.edit(post.id, Fields(body="New."))
        return plain(body, kind, cover)

    monkeypatch.setattr(publish, "render_body", meanwhile)
    with pytest.raises(Conflict, match="changed by somebody else meanwhile"):
        publish.edit(post.id, Fields(kind="page"))
    assert blog.again(post).html == "<p>New.</p>\n"


# -- several at once ----------------------------------------------------------------------------------------


def test_writers_at_the_same_moment_all_succeed(app: Flask, blog: Blog) -> None:
    post = blog.make_post("A")
    start, failures = threading.Barrier(4), []

    def write(number: int) -> None:
        with app.app_context():
            try:
                start.wait(10)
                for turn in range(5):
                    publish.create(
                        Fields(title="Same", body=f"{number} {turn}", tags=["Shared"]), published_at=LONG_AGO
                    )
                    publish.edit(post.id, Fields(body=f"{number} {turn}"))
            except Exception as failure:  # noqa: BLE001  (told to the test below)
                failures.append(failure)
            finally:
                db.session.remove()

    threads = [threading.Thread(target=write, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    slugs = {found.slug for found in query.posts_with_status(None)} - {"a"}
    assert slugs == {"same", *(f"same-{number}" for number in range(2, 21))}
    assert blog.again(post).version == 21
    assert len(revisions(post)) == 20


def test_a_post_outlives_its_author(blog: Blog) -> None:
    with write_transaction() as session:
        session.add(Person(id=7, name="Ana", slug="ana", created_at=LONG_AGO))
    post = blog.make_post("A", author_id=7)
    with write_transaction() as session:
        session.delete(session.get_one(Person, 7))
    assert blog.again(post).author_id is None
