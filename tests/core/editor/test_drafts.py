"""Working copies: what authors write, and what readers see of it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from blog.core.accounts import people
from blog.core.db.transaction import write_transaction
from blog.core.editor import drafts, publish, revisions, working_copy
from blog.core.editor.drafts import Submission
from blog.core.editor.fields import Fields
from blog.core.editor.revisions import Saver
from blog.core.editor.working_copy import EditorPost
from blog.core.errors import Conflict, EditConflict, InvalidFields, NotFound
from blog.core.posts import query
from blog.extensions import db
from blog.models import Draft, Post, Revision, Site
from blog.transfer import samples
from tests.world import Blog, run, texts, words, write

NOW = datetime(2030, 5, 1, 12, tzinfo=UTC)
LATER = NOW + timedelta(days=2)
Clock = Callable[[datetime], None]


@pytest.fixture
def ana(blog: Blog, at: Clock) -> Saver:
    at(NOW)
    with write_transaction() as session:
        return Saver(people.author_id(session, "Ana"))


def form(post_id: int, **changed: object) -> Submission:
    """The form of a post as its author would send it back, with some fields changed."""
    now = working_copy.load(post_id)
    date, minor = changed.pop("date", now.date), bool(changed.pop("minor", False))
    version = int(str(changed.pop("version", now.version)))
    return Submission(replace(now.fields, **changed), date, version, minor)  # type: ignore[arg-type]


def now(post: Post) -> EditorPost:
    db.session.expire_all()
    return working_copy.load(post.id)


def stored_revisions(post: Post) -> list[tuple[str, str]]:
    """Bodies and notes of all that is kept, the oldest first."""
    rows = db.session.execute(select(Revision.body, Revision.note).where(Revision.post_id == post.id))
    return [tuple(row) for row in rows.all()]  # type: ignore[misc]


def public_version() -> int:
    db.session.rollback()
    return db.session.scalars(select(Site.public_version)).one()


# -- beginning ----------------------------------------------------------------------------------------------


def test_a_new_post_is_a_draft_signed_by_its_author(blog: Blog, ana: Saver) -> None:
    post_id = drafts.create(Submission(Fields(title="Rivers", body="Text.", tags=["Water"]), LATER), ana)
    made = working_copy.load(post_id)
    assert (made.status, made.fields.slug, made.author, made.copied, made.date) == (
        "draft", "rivers", "Ana", False, LATER,
    )  # fmt: skip
    assert made.fields.tags == ["Water"]
    assert blog.get("/posts/rivers/").status_code == 404


def test_a_form_sent_twice_makes_one_post(blog: Blog, ana: Saver) -> None:
    guid = "0e1a9a04-5f9a-4a3e-8a8b-9f6d1c1f0a11"
    sent = Submission(Fields(title="Rivers", body="Text."))
    first = drafts.create(sent, ana, guid=guid)
    assert drafts.create(sent, ana, guid=guid) == first
    with pytest.raises(EditConflict) as overtaken:
        drafts.create(Submission(Fields(title="Rivers", body="Another text.")), ana, guid=guid)
    assert overtaken.value.post_id == first
    assert db.session.scalars(select(Post.id)).all() == [first]
    assert [body for body, note in stored_revisions(db.session.get_one(Post, first)) if note == "conflict"] == [
        "Another text."
    ]


@pytest.mark.parametrize(
    ("action", "date", "status"),
    [
        ("publish", None, "published"),
        ("publish", NOW - timedelta(days=9), "published"),
        ("schedule", LATER, "scheduled"),
    ],
)
def test_a_new_post_may_be_dated_at_once(
    blog: Blog, ana: Saver, action: str, date: datetime | None, status: str
) -> None:
    made = working_copy.load(drafts.create(Submission(Fields(title="Rivers"), date), ana, action=action))
    assert (made.status, made.date) == (status, date or NOW)


@pytest.mark.parametrize(
    ("action", "date", "said"),
    [("publish", LATER, "lies ahead"), ("schedule", None, "lie ahead"), ("schedule", NOW, "lie ahead")],
)
def test_nothing_is_published_at_a_time_that_its_author_cannot_mean(
    blog: Blog, ana: Saver, action: str, date: datetime | None, said: str
) -> None:
    with pytest.raises(InvalidFields) as rejected:
        drafts.create(Submission(Fields(title=""), date), ana, action=action)
    assert [error.field for error in rejected.value.errors] == ["title", "published_at"]
    assert said in str(rejected.value)
    assert db.session.scalars(select(Post.id)).all() == []


# -- what has no date ---------------------------------------------------------------------------------------


def test_a_draft_is_edited_where_it_is(blog: Blog, ana: Saver) -> None:
    post = blog.make_post("Rivers", body="One.", published_at=None)
    drafts.save(now(post), form(post.id, body="Two."), ana)
    assert (now(post).fields.body, now(post).copied, now(post).author) == ("Two.", False, "Ana")
    assert stored_revisions(post) == [("One.", "")]


def test_its_slug_follows_the_title_until_it_is_chosen(blog: Blog, ana: Saver) -> None:
    blog.make_post("Hills", slug="hills")
    post = blog.make_post("Rivers", published_at=None)
    drafts.save(now(post), form(post.id, title="Hills"), ana)
    assert now(post).fields.slug == "hills-2"
    drafts.save(now(post), form(post.id, title="Seas"), ana)
    assert now(post).fields.slug == "seas"
    drafts.save(now(post), form(post.id, slug="mine"), ana)
    drafts.save(now(post), form(post.id, title="Lakes"), ana)
    assert now(post).fields.slug == "mine"
    drafts.save(now(post), form(post.id, slug=""), ana)
    assert now(post).fields.slug == "mine"


def test_what_the_editor_saves_by_itself_is_kept_every_ten_minutes(blog: Blog, ana: Saver, at: Clock) -> None:
    post = blog.make_post("Rivers", body="0", published_at=None)
    for minute in range(1, 31):
        at(NOW + timedelta(minutes=minute))
        drafts.save(now(post), form(post.id, body=f"{minute}"), Saver(ana.person_id, auto=True))
    assert [body for body, _ in stored_revisions(post)] == ["0", "10", "20"]
    drafts.save(now(post), form(post.id, body="by hand"), ana)
    drafts.save(now(post), form(post.id, body="by hand, again"), ana)
    assert [body for body, _ in stored_revisions(post)] == ["0", "10", "20", "30", "by hand"]


def test_a_text_that_is_wiped_out_by_accident_is_kept_at_once(blog: Blog, ana: Saver) -> None:
    auto = Saver(ana.person_id, auto=True)
    post = blog.make_post("Rivers", body="0", published_at=None)
    drafts.save(now(post), form(post.id, body="word " * 100), auto)
    drafts.save(now(post), form(post.id, body=""), auto)
    assert "word " * 100 in [body for body, _ in stored_revisions(post)]


# -- what has one -------------------------------------------------------------------------------------------


def test_readers_see_a_change_only_when_it_is_published(blog: Blog, ana: Saver) -> None:
    post = blog.make_post("Rivers", body="Public words.", tags=["Water"])
    before = public_version()
    drafts.save(
        now(post), form(post.id, title="Seas", body="Secret words.", tags=["Salt"], slug="seas", unlisted=True), ana
    )
    assert public_version() == before
    assert (now(post).copied, now(post).status, now(post).fields.title) == (True, "published", "Seas")
    page = blog.read("/posts/rivers/")
    assert words(page.xpath("//article//h1")[0]) == "Rivers" and "Public words." in words(page)
    assert blog.get("/posts/seas/").status_code == 404
    drafts.publish(now(post), form(post.id), ana)
    assert "Secret words." in words(blog.read("/posts/seas/"))
    assert blog.get("/posts/rivers/").status_code == 301
    assert texts(blog.read("/posts/seas/"), "//ul[@class = 'kicker']/li") == ["Salt"]
    assert now(post).copied is False
    assert stored_revisions(post) == [("Public words.", "public")]


def test_a_scheduled_post_keeps_the_words_it_was_scheduled_with(blog: Blog, ana: Saver, at: Clock) -> None:
    post = blog.make_post("Rivers", body="Ready.", published_at=LATER)
    drafts.save(now(post), form(post.id, body="Not re"), ana)
    at(LATER)
    assert "Ready." in words(blog.read("/posts/rivers/"))
    assert now(post).fields.body == "Not re"


def test_scheduling_again_takes_the_new_words(blog: Blog, ana: Saver, at: Clock) -> None:
    post = blog.make_post("Rivers", body="Ready.", published_at=LATER)
    drafts.schedule(now(post), form(post.id, body="Readier.", date=LATER + timedelta(hours=1)), ana)
    assert (now(post).status, now(post).date, now(post).copied) == ("scheduled", LATER + timedelta(hours=1), False)
    at(LATER + timedelta(hours=1))
    assert "Readier." in words(blog.read("/posts/rivers/"))


def test_a_copy_that_says_what_readers_see_is_none(blog: Blog, ana: Saver) -> None:
    post = blog.make_post("Rivers", body="Words.")
    drafts.save(now(post), form(post.id), ana)
    assert not now(post).copied
    drafts.save(now(post), form(post.id, body="Other words."), ana)
    stale = form(post.id, body="Words, from another tab.")
    drafts.save(now(post), form(post.id, body="Words."), ana)
    assert not now(post).copied
    with pytest.raises(EditConflict):
        drafts.save(now(post), stale, ana)


def test_a_minor_edit_does_not_count_as_an_update(blog: Blog, ana: Saver, at: Clock) -> None:
    post = blog.make_post("Rivers", body="Wrods.")
    drafts.publish(now(post), form(post.id, body="Words.", minor=True), ana)
    assert blog.again(post).updated_at is None
    drafts.publish(now(post), form(post.id, body="More words."), ana)
    assert blog.again(post).updated_at == NOW


def test_publishing_keeps_the_date_that_readers_know(blog: Blog, ana: Saver) -> None:
    post = blog.make_post("Rivers")
    was = post.published_at
    drafts.publish(now(post), form(post.id, body="Other.", date=None), ana)
    assert blog.again(post).published_at == was
    drafts.unpublish(now(post), form(post.id), ana)
    assert now(post).status == "draft"
    drafts.publish(now(post), form(post.id, date=None), ana)
    assert blog.again(post).published_at == was


def test_a_public_post_is_not_scheduled(blog: Blog, ana: Saver) -> None:
    post = blog.make_post("Rivers")
    with pytest.raises(InvalidFields, match="public already"):
        drafts.schedule(now(post), form(post.id, date=LATER), ana)
    assert blog.get("/posts/rivers/").status_code == 200


def test_unpublishing_takes_the_copy_into_the_draft(blog: Blog, ana: Saver) -> None:
    post = blog.make_post("Rivers", body="Public.")
    drafts.save(now(post), form(post.id, body="Changed."), ana)
    drafts.unpublish(now(post), form(post.id, body="Changed more."), ana)
    assert (now(post).status, now(post).copied, now(post).fields.body) == ("draft", False, "Changed more.")
    assert stored_revisions(post) == [("Changed.", ""), ("Public.", "public")]
    with pytest.raises(Conflict, match="a draft already"):
        drafts.unpublish(now(post), form(post.id), ana)


def test_a_discarded_copy_stays_among_the_revisions(blog: Blog, ana: Saver) -> None:
    post = blog.make_post("Rivers", body="Public.")
    drafts.save(now(post), form(post.id, body="Changed."), ana)
    drafts.discard(now(post), form(post.id, body="Typed last."), ana)
    assert (now(post).copied, now(post).fields.body) == (False, "Public.")
    assert stored_revisions(post) == [("Typed last.", "unsaved"), ("Changed.", "discarded")]
    with pytest.raises(Conflict, match="no unpublished changes"):
        drafts.discard(now(post), form(post.id), ana)


def test_an_import_takes_no_place_of_what_is_being_edited(blog: Blog, ana: Saver, tmp_path: Path) -> None:
    def bring(body: str) -> dict[str, list[str]]:
        write(tmp_path, "rivers.md", f"---\ntitle: Rivers\ndate: 2026-01-01\n---\n{body}\n")
        return dict(run(blog.instance, "import", str(tmp_path), "--json").data)

    bring("From the file.")
    post = query.find("rivers")
    drafts.save(now(post), form(post.id, body="Work of a day."), ana)
    assert "rivers" in str(bring("From the file, changed.")["kept"])
    assert now(post).fields.body == "Work of a day."
    assert "From the file." in words(blog.read("/posts/rivers/"))


def test_samples_that_are_being_edited_are_not_removed(blog: Blog, ana: Saver) -> None:
    samples.load(blog.instance / "media")
    post = query.find("reading-by-rss")
    drafts.save(now(post), form(post.id, body="Work of a day."), ana)
    assert samples.remove()[1] == ["reading-by-rss"]
    assert now(post).fields.body == "Work of a day."


# -- deleting -----------------------------------------------------------------------------------------------


def test_what_was_typed_before_deleting_is_kept(blog: Blog, ana: Saver) -> None:
    post = blog.make_post("Rivers", body="Public.")
    drafts.delete(now(post), form(post.id, title="", body="Never saved."), ana)
    assert now(post).status == "deleted"
    assert stored_revisions(post) == [("Never saved.", "unsaved")]
    with pytest.raises(Conflict, match="deleted already"):
        drafts.delete(now(post), form(post.id), ana)


def test_a_copy_outlives_deleting_and_undeleting(blog: Blog, ana: Saver) -> None:
    post = blog.make_post("Rivers", body="Public.")
    drafts.save(now(post), form(post.id, body="Changed."), ana)
    drafts.delete(now(post), form(post.id), ana)
    publish.undelete(post.id)
    assert (now(post).status, now(post).fields.body) == ("published", "Changed.")


def test_a_form_of_a_post_that_was_deleted_meanwhile_loses_nothing(blog: Blog, ana: Saver) -> None:
    post = blog.make_post("Rivers")
    sent = form(post.id, body="Long work.")
    publish.delete(post.id)
    for act in (drafts.save, drafts.publish, drafts.unpublish):
        with pytest.raises(EditConflict, match="deleted meanwhile"):
            act(now(post), sent, ana)
    assert stored_revisions(post) == [("Long work.", "conflict")]
    assert now(post).status == "deleted"


# -- two at once --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", ["draft", "published"])
def test_the_second_of_two_authors_keeps_both_texts(blog: Blog, ana: Saver, state: str) -> None:
    post = blog.make_post("Rivers", body="First.", published_at="now" if state == "published" else None)
    hers, his = form(post.id, body="Hers."), form(post.id, body="His.")
    drafts.save(now(post), hers, ana)
    for act in (drafts.save, drafts.publish):
        with pytest.raises(EditConflict):
            act(now(post), his, Saver())
    assert now(post).fields.body == "Hers."
    assert stored_revisions(post).count(("His.", "conflict")) == 1
    drafts.save(now(post), replace(his, version=now(post).version), Saver())
    assert now(post).fields.body == "His."
    assert "Hers." in [body for body, _ in stored_revisions(post)]


def test_a_button_pressed_twice_is_no_conflict(blog: Blog, ana: Saver) -> None:
    post = blog.make_post("Rivers", published_at=None)
    sent = form(post.id, body="Words.")
    drafts.save(now(post), sent, ana)
    drafts.save(now(post), sent, ana)
    drafts.publish(now(post), sent, ana)
    drafts.publish(now(post), sent, ana)
    assert now(post).status == "published"
    assert not [body for body, note in stored_revisions(post) if note == "conflict"]


def test_a_change_by_command_meets_a_working_copy(blog: Blog, ana: Saver) -> None:
    post = blog.make_post("Rivers", body="Public.")
    drafts.save(now(post), form(post.id, body="Copy."), ana)
    sent = form(post.id, body="Copy, more.")
    publish.edit(post.id, Fields(body="By command."))
    assert now(post).behind
    with pytest.raises(EditConflict):
        drafts.publish(now(post), sent, ana)
    assert "By command." in words(blog.read("/posts/rivers/"))
    drafts.publish(now(post), replace(sent, version=now(post).version), ana)
    assert "Copy, more." in words(blog.read("/posts/rivers/"))
    assert ("By command.", "public") in stored_revisions(post)


def test_versions_never_come_again(blog: Blog, ana: Saver) -> None:
    post = blog.make_post("Rivers", body="0")
    seen, stored = [now(post).version], [post.version]
    for act in (
        lambda: drafts.save(now(post), form(post.id, body="1"), ana),
        lambda: drafts.discard(now(post), form(post.id), ana),
        lambda: drafts.save(now(post), form(post.id, body="2"), ana),
        lambda: drafts.save(now(post), form(post.id, body="0"), ana),
        lambda: drafts.save(now(post), form(post.id, body="3"), ana),
        lambda: drafts.publish(now(post), form(post.id), ana),
        lambda: drafts.save(now(post), form(post.id, body="4"), ana),
        lambda: drafts.unpublish(now(post), form(post.id), ana),
        lambda: drafts.save(now(post), form(post.id, body="5"), ana),
        lambda: drafts.publish(now(post), form(post.id), ana),
        lambda: drafts.save(now(post), form(post.id, body="6"), ana),
        lambda: (
            [publish.publish(post.id, NOW - timedelta(days=day)) for day in (3, 2, 1)]
            and drafts.discard(now(post), form(post.id), ana)
        ),
    ):
        act()
        seen.append(now(post).version)
        stored.append(blog.again(post).version)
    assert seen == sorted(set(seen)) and stored == sorted(stored)


def test_the_post_is_judged_as_it_is_when_it_is_written(blog: Blog, ana: Saver) -> None:
    """Somebody saves after the post was loaded for the form, and before the transaction begins."""
    post = blog.make_post("Rivers", body="First.")
    loaded, hers = now(post), form(post.id, body="Hers.")
    drafts.publish(now(post), form(post.id, body="His."), Saver())
    with pytest.raises(EditConflict):
        drafts.publish(loaded, hers, ana)
    assert ("Hers.", "conflict") in stored_revisions(post)
    drafts.save(now(post), form(post.id, body="His copy."), Saver())
    loaded, hers = now(post), form(post.id, body="Hers.")
    drafts.discard(now(post), form(post.id), Saver())
    with pytest.raises(EditConflict):
        drafts.save(loaded, hers, ana)
    assert (now(post).fields.body, now(post).copied) == ("His.", False)


# -- addresses ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("act", [drafts.save, drafts.publish])
def test_a_slug_in_use_is_told_beside_its_field(blog: Blog, ana: Saver, act: Callable[..., None]) -> None:
    blog.make_post("Hills", slug="hills")
    post = blog.make_post("Rivers")
    with pytest.raises(InvalidFields) as rejected:
        act(now(post), form(post.id, slug="hills"), ana)
    assert [error.field for error in rejected.value.errors] == ["slug"]
    assert not now(post).copied


# -- restoring ----------------------------------------------------------------------------------------------


def test_restoring_is_itself_a_revision(blog: Blog, ana: Saver) -> None:
    post = blog.make_post("Rivers", body="One.")
    drafts.publish(now(post), form(post.id, title="Seas", body="Two."), ana)
    drafts.restore(now(post), revisions.history(post.id)[0].number or 0, ana)
    assert (now(post).fields.title, now(post).fields.body, now(post).copied) == ("Rivers", "One.", True)
    assert "Two." in words(blog.read("/posts/rivers/"))
    drafts.publish(now(post), form(post.id), ana)
    assert [body for body, _ in stored_revisions(post)] == ["One.", "Two."]
    with pytest.raises(NotFound):
        drafts.restore(now(post), 999, ana)


def test_a_revision_of_another_post_is_missing(blog: Blog, ana: Saver) -> None:
    one, other = blog.make_post("One", published_at=None), blog.make_post("Other", published_at=None)
    drafts.save(now(one), form(one.id, body="Changed."), ana)
    with pytest.raises(NotFound):
        drafts.restore(now(other), revisions.history(one.id)[0].number or 0, ana)


def test_what_is_torn_out_takes_its_copy_along(blog: Blog, ana: Saver) -> None:
    post = blog.make_post("Rivers")
    drafts.save(now(post), form(post.id, body="Changed."), ana)
    with write_transaction() as session:
        session.delete(session.get_one(Post, post.id))
    assert db.session.scalars(select(Draft.post_id)).all() == []
    with pytest.raises(NotFound):
        drafts.save(now(post), Submission(Fields(title="x", body="")), ana)
