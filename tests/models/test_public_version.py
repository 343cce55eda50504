"""Whatever a reader can see moves `site.public_version`; nothing else does."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import delete, insert, select, text, update

from blog.core.accounts import people
from blog.core.db.transaction import write_transaction
from blog.core.editor import drafts, preview, publish, working_copy
from blog.core.editor.drafts import Submission
from blog.core.editor.fields import Fields
from blog.core.editor.revisions import Saver
from blog.core.errors import Conflict
from blog.core.images import storage
from blog.core.posts import summaries, taxonomy
from blog.core.site import context
from blog.core.site.settings import configure, site
from blog.core.urls import permalinks
from blog.extensions import db, sqlite_driver
from blog.models import Media, Person, Post, Redirect, Revision, Site, Tag, post_tag
from tests.world import LONG_AGO, Blog, picture

FUTURE = datetime(2999, 1, 1, tzinfo=UTC)
NOON = datetime(2900, 11, 20, 12, 0, tzinfo=UTC)
PASSWORD = "a long enough one"


class World(Blog):
    """A public post, a draft, a scheduled one, a person with an account, a picture, an old address."""

    def __init__(self, blog: Blog) -> None:
        super().__init__(blog.app, blog.instance)
        with write_transaction() as session:
            session.add(
                Person(id=1, name="Ana", slug="ana", email="ana@example.org", password="x", created_at=LONG_AGO)
            )
        self.post = self.make_post("Public", tags=["Rivers"], author_id=1, slug="public")
        self.draft = self.make_post("Draft", published_at=None, tags=["Hills"], slug="draft")
        self.scheduled = self.make_post("Scheduled", published_at=FUTURE, slug="scheduled")
        self.gone = self.make_post("Gone", slug="gone")
        publish.delete(self.gone.id)
        with write_transaction() as session:
            storage.save_row(session, storage.store(picture(), None))
            session.add(Redirect(path="/old", post_id=self.post.id, target=None, created_at=LONG_AGO))
            session.add(Tag(name="Unused", key="unused", slug="unused"))


@pytest.fixture
def world(blog: Blog) -> World:
    return World(blog)


def version() -> int:
    """The counter as the database has it."""
    db.session.rollback()
    return db.session.scalars(select(Site.public_version)).one()


Act = Callable[[World], object]
LOUD: dict[str, Act] = {
    "a published post": lambda world: world.make_post("New"),
    "a scheduled post": lambda world: world.make_post("New", published_at=FUTURE),
    "a page": lambda world: world.make_post("New", kind="page"),
    "an edit": lambda world: publish.edit(world.post.id, Fields(title="Other")),
    "a minor edit": lambda world: publish.edit(world.post.id, Fields(body="Other."), minor=True),
    "another slug": lambda world: publish.edit(world.post.id, Fields(slug="other")),
    "another tag": lambda world: publish.edit(world.post.id, Fields(tags=["Rivers", "Hills"])),
    "no tag": lambda world: publish.edit(world.post.id, Fields(tags=[])),
    "unlisting": lambda world: publish.edit(world.post.id, Fields(unlisted=True)),
    "publishing": lambda world: publish.publish(world.draft.id),
    "unpublishing": lambda world: publish.unpublish(world.post.id),
    "deleting": lambda world: publish.delete(world.post.id),
    "undeleting": lambda world: publish.undelete(world.gone.id),
    "rescheduling": lambda world: publish.publish(world.scheduled.id, FUTURE + timedelta(days=1)),
    "rendering again": lambda world: world.run(update(Post).where(Post.id == world.post.id).values(html="x")),
    "a post torn out": lambda world: world.run(delete(Post).where(Post.id == world.post.id)),
    "a tag laid on": lambda world: world.run(insert(post_tag).values(post_id=world.post.id, tag_id=2, position=9)),
    "a tag moved": lambda world: world.run(
        update(post_tag).where(post_tag.c.post_id == world.post.id).values(position=5)
    ),
    "a tag taken off": lambda world: world.run(delete(post_tag).where(post_tag.c.post_id == world.post.id)),
    "a tag moved to a draft": lambda world: world.run(
        update(post_tag).where(post_tag.c.post_id == world.post.id).values(post_id=world.draft.id)
    ),
    "a tag renamed": lambda world: world.run(update(Tag).where(Tag.key == "rivers").values(name="Streams")),
    "a tag torn out": lambda world: world.run(delete(Tag).where(Tag.key == "rivers")),
    "a new old address": lambda world: world.run(
        insert(Redirect).values(path="/older", post_id=world.post.id, created_at=LONG_AGO)
    ),
    "an address gone": lambda world: world.run(update(Redirect).where(Redirect.path == "/old").values(post_id=None)),
    "an old address forgotten": lambda world: world.run(delete(Redirect)),
    "the site's title": lambda _: configure("title", "Other"),
    "the tagline": lambda _: configure("tagline", "Other"),
    "the language": lambda _: configure("language", "de"),
    "the time zone": lambda _: configure("timezone", "Asia/Kolkata"),
    "the accent": lambda _: configure("accent", "#123456"),
    "the author": lambda _: configure("author", "Other"),
    "the footer": lambda _: configure("footer", "Other"),
    "follow links": lambda _: configure("follow", "Me https://me.example/"),
    "networks": lambda _: configure("networks", "email"),
    "foreign media": lambda _: configure("foreign_media", "on"),
    "a person renamed": lambda world: world.run(update(Person).values(name="Anna")),
    "a person's slug": lambda world: world.run(update(Person).values(slug="anna")),
    "a person torn out": lambda world: world.run(delete(Person)),
    "a picture of another size": lambda world: world.run(update(Media).values(width=41)),
    "a picture torn out": lambda world: world.run(delete(Media)),
}
SILENT: dict[str, Act] = {
    "a note of who saved": lambda world: world.run(
        update(Post).where(Post.id == world.post.id).values(saved_by=1, saved_at=NOON, saved_auto=True, version=9)
    ),
    "changes that wait": lambda world: drafts.save(
        working_copy.load(world.post.id),
        Submission(Fields(title="Other", body="Other.", slug="other"), None, 1),
        Saver(1),
    ),
    "a secret link": lambda world: preview.link_token(world.post.id),
    "a draft": lambda world: world.make_post("New", published_at=None),
    "a draft with tags": lambda world: world.make_post("New", published_at=None, tags=["Brand new", "Rivers"]),
    "a draft edited": lambda world: publish.edit(world.draft.id, Fields(title="Other", body="Other.", slug="other")),
    "a draft tagged": lambda world: publish.edit(world.draft.id, Fields(tags=["Rivers", "Brand new"])),
    "a draft without tags": lambda world: publish.edit(world.draft.id, Fields(tags=[])),
    "a draft deleted": lambda world: publish.delete(world.draft.id),
    "a draft torn out": lambda world: world.run(delete(Post).where(Post.id == world.draft.id)),
    "a new tag alone": lambda world: world.run(insert(Tag).values(name="New", key="new", slug="new")),
    "a revision": lambda world: world.run(
        insert(Revision).values(post_id=world.post.id, saved_at=LONG_AGO, title="x", summary="", body="")
    ),
    "a password": lambda _: people.set_password("ana@example.org", "another long one"),
    "another account": lambda _: people.add("bo@example.org", "Bo", PASSWORD),
    "an account taken away": lambda _: people.remove("ana@example.org"),
    "a byline": lambda world: world.run(insert(Person).values(name="Bo", slug="bo", created_at=LONG_AGO)),
    "the samples' date": lambda world: world.run(update(Site).values(samples_at=LONG_AGO)),
    "a new picture": lambda world: world.run(
        insert(Media).values(
            hash="x", name="x.png", type="image/png", width=1, height=1, bytes=1, alt="", created_at=LONG_AGO
        )
    ),
    "a picture's words": lambda world: world.run(update(Media).values(alt="Other", filename="b.png")),
    "a picture deleted": lambda world: world.run(update(Media).values(deleted_at=LONG_AGO)),
    "reading": lambda world: [world.read("/"), summaries.recent(5), taxonomy.tags(), world.get("/feed.xml")],
}


@pytest.mark.parametrize("act", LOUD.values(), ids=LOUD.keys())
def test_what_a_reader_can_see_moves_it(world: World, act: Act) -> None:
    before, noted = version(), site().changed_at
    act(world)
    assert version() > before
    db.session.expire_all()
    assert site().changed_at > noted


@pytest.mark.parametrize("act", SILENT.values(), ids=SILENT.keys())
def test_what_no_reader_sees_does_not(world: World, act: Act) -> None:
    before, noted = version(), site().changed_at
    act(world)
    assert version() == before
    db.session.expire_all()
    assert site().changed_at == noted


def test_a_change_that_is_taken_back_moves_nothing(world: World) -> None:
    before = version()
    with pytest.raises(Conflict):
        publish.edit(world.post.id, Fields(title="New", slug="scheduled"))
    assert version() == before


def test_another_program_moves_it_too(world: World) -> None:
    before = version()
    other = sqlite_driver().connect(world.instance / "blog.db")
    other.execute("UPDATE post SET title = 'By hand' WHERE slug = 'public'")
    other.commit()
    other.close()
    assert version() == before + 1


def test_last_modified_grows_with_each_of_two_changes_in_one_second(
    world: World, at: Callable[[datetime], None]
) -> None:
    seen = []
    for milliseconds in (0, 1, 2, 999):
        at(NOON + timedelta(milliseconds=milliseconds))
        configure("title", f"Title {milliseconds}")
        db.session.expire_all()
        seen.append(context.site_context().changed_at)
    assert seen == [NOON + timedelta(seconds=number) for number in range(4)]


def test_last_modified_never_goes_back_with_a_wrong_clock(world: World, at: Callable[[datetime], None]) -> None:
    at(NOON)
    configure("title", "One")
    at(NOON - timedelta(days=1))
    configure("title", "Two")
    db.session.expire_all()
    assert site().changed_at == NOON + timedelta(seconds=1)


def test_last_modified_moves_when_a_scheduled_post_comes_due(world: World, at: Callable[[datetime], None]) -> None:
    before = context.site_context().changed_at
    at(FUTURE)
    db.session.expire_all()
    assert context.site_context().changed_at == FUTURE > before


def test_last_modified_moves_after_another_programs_change_was_noted(
    world: World, at: Callable[[datetime], None]
) -> None:
    with write_transaction() as session:
        permalinks.mark_gone(session, "/gone-for-good")
    before = site().changed_at
    at(before + timedelta(hours=1))
    with db.engine.begin() as connection:
        connection.execute(text("UPDATE site SET tagline = 'By hand'"))
    with write_transaction():
        pass
    db.session.expire_all()
    assert site().changed_at == before + timedelta(hours=1)


def test_triggers_do_not_move_it_more_than_once_a_row(app: Flask) -> None:
    before = version()
    configure("title", "Once")
    assert version() == before + 1
