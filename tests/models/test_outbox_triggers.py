"""Whatever changes a feed asks for a ping of its hubs, in the same transaction; nothing else does."""

import os
import random
import signal
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete, insert, select, text, update

from blog.core.db.transaction import write_transaction
from blog.core.editor import publish
from blog.core.editor.fields import Fields
from blog.core.errors import Conflict
from blog.core.site.settings import configure
from blog.extensions import db, sqlite_driver
from blog.models import OutboxItem, Person, Post, Site, Tag, post_tag
from blog.models.outbox import WEBSUB
from tests.world import LONG_AGO, Blog, Result, write

HUB, OTHER = "https://hub.example/", "https://other.example/"
SOON = datetime(2998, 1, 1, 8, 0, 0, 123456, tzinfo=UTC)
LATER = SOON + timedelta(days=1)
AT_ONCE = datetime(1970, 1, 1, tzinfo=UTC)
ROOT = Path(__file__).resolve().parents[2]


class World(Blog):
    """A public post with tag 1 and author 1, a draft, a scheduled post with tag 2, a page, an unlisted one; a hub."""

    def __init__(self, blog: Blog) -> None:
        super().__init__(blog.app, blog.instance)
        with write_transaction() as session:
            for number, name in ((1, "ana"), (2, "bo")):
                session.add(Person(id=number, name=name, slug=name, created_at=LONG_AGO))
        self.post = self.make_post("Public", tags=["Rivers"], author_id=1)
        self.scheduled = self.make_post("Scheduled", published_at=SOON, tags=["Hills"])
        self.draft = self.make_post("Draft", published_at=None, tags=["Rivers"])
        self.gone = self.make_post("Gone", tags=["Hills"])
        publish.delete(self.gone.id)
        self.page = self.make_post("Page", kind="page")
        self.unlisted = self.make_post("Unlisted", unlisted=True, tags=["Rivers"])
        configure("hubs", HUB)
        # Cards are asked for whatever the hubs are (see tests/social/test_card_files.py); another command mends this.
        self.run(*(text(f"DROP TRIGGER outbox_card_{name}") for name in ("insert", "update", "site")))
        self.forget()

    def forget(self) -> None:
        """Begin with an empty outbox."""
        self.run(delete(OutboxItem))


@pytest.fixture
def world(blog: Blog) -> World:
    return World(blog)


def waiting(at: datetime = AT_ONCE, target: str = HUB) -> str:
    """What waits to be told to a hub: scopes, in order."""
    db.session.rollback()
    chosen = (OutboxItem.target == target, OutboxItem.not_before == at, OutboxItem.done_at.is_(None))
    return " ".join(sorted(db.session.scalars(select(OutboxItem.about).where(*chosen))))


def rows() -> int:
    db.session.rollback()
    return len(db.session.scalars(select(OutboxItem.id).where(OutboxItem.kind == WEBSUB)).all())


Act = Callable[[World], object]
TELLING: dict[str, tuple[Act, str]] = {
    "a published post": (lambda world: world.make_post("New"), "all"),
    "one with tags": (lambda world: world.make_post("New", tags=["Rivers", "Hills"]), "all tag:1 tag:2"),
    "one that somebody signs": (lambda world: world.make_post("New", author_id=2), "all author:2"),
    "publishing": (lambda world: publish.publish(world.draft.id), "all tag:1"),
    "publishing what was scheduled": (lambda world: publish.publish(world.scheduled.id), "all tag:2"),
    "unpublishing": (lambda world: publish.unpublish(world.post.id), "all author:1 tag:1"),
    "another title": (lambda world: publish.edit(world.post.id, Fields(title="Other")), "all author:1 tag:1"),
    "another slug": (lambda world: publish.edit(world.post.id, Fields(slug="other")), "all author:1 tag:1"),
    "a minor edit": (lambda world: publish.edit(world.post.id, Fields(body="O."), minor=True), "all author:1 tag:1"),
    "another language": (lambda world: publish.edit(world.post.id, Fields(language="de")), "all author:1 tag:1"),
    "another date": (
        lambda world: publish.edit(world.post.id, Fields(), published_at=LONG_AGO - timedelta(days=9)),
        "all author:1 tag:1",
    ),
    "another author": (
        lambda world: publish.edit(world.post.id, Fields(author_id=2)), "all author:1 author:2 tag:1",
    ),
    "no author": (lambda world: publish.edit(world.post.id, Fields(author_id=0)), "all author:1 tag:1"),
    "another tag": (lambda world: publish.edit(world.post.id, Fields(tags=["Hills"])), "all author:1 tag:1 tag:2"),
    "no tag": (lambda world: publish.edit(world.post.id, Fields(tags=[])), "all author:1 tag:1"),
    "unlisting": (lambda world: publish.edit(world.post.id, Fields(unlisted=True)), "all author:1 tag:1"),
    "listing": (lambda world: publish.edit(world.unlisted.id, Fields(unlisted=False)), "all tag:1"),
    "a page of it": (lambda world: publish.edit(world.post.id, Fields(kind="page")), "all author:1 tag:1"),
    "a post of a page": (lambda world: publish.edit(world.page.id, Fields(kind="post")), "all"),
    "deleting": (lambda world: publish.delete(world.post.id), "all author:1 tag:1"),
    "undeleting": (lambda world: publish.undelete(world.gone.id), "all tag:2"),
    "a post torn out": (lambda world: world.run(delete(Post).where(Post.id == world.post.id)), "all author:1 tag:1"),
    "a tag torn out": (lambda world: world.run(delete(Tag).where(Tag.id == 1)), "all author:1 tag:1"),
    "a tag laid on": (
        lambda world: world.run(insert(post_tag).values(post_id=world.post.id, tag_id=2, position=9)),
        "all author:1 tag:2",
    ),
    "scheduling what was public": (lambda world: publish.publish(world.post.id, SOON), "all author:1 tag:1"),
    "rendering to something else": (
        lambda world: world.run(update(Post).where(Post.id == world.post.id).values(feed_html="x")),
        "all author:1 tag:1",
    ),
}  # fmt: skip
SILENT: dict[str, Act] = {
    "a draft": lambda world: world.make_post("New", published_at=None, tags=["Rivers"], author_id=1),
    "a page": lambda world: world.make_post("New", kind="page", author_id=1),
    "an unlisted post": lambda world: world.make_post("New", unlisted=True, tags=["Rivers"]),
    "a draft edited": lambda world: publish.edit(world.draft.id, Fields(title="Other", tags=["Hills"], slug="o")),
    "a draft deleted": lambda world: publish.delete(world.draft.id),
    "a page edited": lambda world: publish.edit(world.page.id, Fields(title="Other", body="Other.")),
    "an unlisted post edited": lambda world: publish.edit(world.unlisted.id, Fields(title="Other", tags=[])),
    "a scheduled post edited": lambda world: publish.edit(world.scheduled.id, Fields(title="Other", tags=["Sea"])),
    "a scheduled post deleted": lambda world: publish.delete(world.scheduled.id),
    "saving without a change": lambda world: publish.edit(
        world.post.id,
        Fields(title="Public", body="The text of Public.", tags=["Rivers"], summary="", author_id=1, slug="public"),
    ),
    "publishing what is public": lambda world: publish.publish(world.post.id),
    "rendering to the same": lambda world: [
        world.run(update(Post).values(renderer=0)), publish.rerender_outdated(),
    ],
    "assigning the same": lambda world: world.run(text("UPDATE post SET title = title, published_at = published_at")),
    "the same tag again": lambda world: world.run(text("UPDATE post_tag SET listed_at = listed_at")),
    "a canonical address": lambda world: publish.edit(world.post.id, Fields(canonical_url="https://a.example/")),
    "the site's title": lambda _: configure("title", "Other"),
    "the hubs": lambda _: configure("hubs", f"{HUB} {OTHER}"),
    "reading": lambda world: [world.read("/"), world.get("/feed.xml")],
}  # fmt: skip


@pytest.mark.parametrize(("act", "scopes"), TELLING.values(), ids=TELLING.keys())
def test_what_changes_feeds_asks_for_pings(world: World, act: Act, scopes: str) -> None:
    act(world)
    assert waiting() == scopes


@pytest.mark.parametrize("act", SILENT.values(), ids=SILENT.keys())
def test_what_does_not_asks_for_none(world: World, act: Act) -> None:
    act(world)
    assert waiting() == ""


@pytest.mark.parametrize("act", [act for act, _ in TELLING.values()], ids=TELLING.keys())
def test_without_hubs_nothing_is_written(world: World, act: Act) -> None:
    configure("hubs", "")
    act(world)
    assert rows() == 0


def test_every_hub_is_told(world: World) -> None:
    configure("hubs", f"{HUB} {OTHER}")
    world.make_post("New", tags=["Sea"])
    assert waiting() == waiting(target=OTHER) == "all tag:3"


def test_many_changes_are_one_item_each_scope(world: World) -> None:
    for number in range(5):
        publish.edit(world.post.id, Fields(title=f"Title {number}"))
    assert waiting() == "all author:1 tag:1" and rows() == 3
    assert min(db.session.scalars(select(OutboxItem.changes))) >= 5


def test_a_change_begins_the_tries_anew(world: World) -> None:
    world.make_post("One")
    world.run(update(OutboxItem).values(attempts=7, retry_at=SOON, answer="It answered 500."))
    world.make_post("Two")
    [item] = db.session.scalars(select(OutboxItem)).all()
    assert (item.attempts, item.retry_at, item.answer, item.changes) == (0, None, "", 2)


def test_what_ended_is_asked_for_anew(world: World) -> None:
    world.make_post("One")
    world.run(update(OutboxItem).values(done_at=LONG_AGO))
    world.make_post("Two")
    assert (waiting(), rows()) == ("all", 2)


# -- scheduled posts ----------------------------------------------------------------------------------------


def test_a_scheduled_post_is_told_of_at_its_time(world: World) -> None:
    world.make_post("New", published_at=SOON, tags=["Rivers"], author_id=1)
    assert (waiting(SOON), waiting()) == ("all author:1 tag:1", "")


@pytest.mark.parametrize("way", ["later", "withdrawn", "deleted", "unlisted", "torn out", "a page", "at once"])
def test_one_that_is_not_scheduled_any_more_is_not(world: World, way: str) -> None:
    post = world.make_post("New", published_at=SOON + timedelta(hours=1), tags=["Rivers"], author_id=1)
    assert waiting(SOON + timedelta(hours=1)) == "all author:1 tag:1"
    acts: dict[str, Act] = {
        "later": lambda _: publish.publish(post.id, LATER),
        "withdrawn": lambda _: publish.unpublish(post.id),
        "deleted": lambda _: publish.delete(post.id),
        "unlisted": lambda _: publish.edit(post.id, Fields(unlisted=True)),
        "torn out": lambda _: world.run(delete(Post).where(Post.id == post.id)),
        "a page": lambda _: publish.edit(post.id, Fields(kind="page")),
        "at once": lambda _: publish.publish(post.id),
    }
    acts[way](world)
    assert waiting(SOON + timedelta(hours=1)) == ""
    assert waiting(LATER) == ("all author:1 tag:1" if way == "later" else "")
    assert waiting() == ("all author:1 tag:1" if way == "at once" else "")


def test_another_one_at_the_same_time_still_is(world: World) -> None:
    one, _ = (world.make_post(published_at=LATER) for _ in range(2))
    publish.delete(one.id)
    assert waiting(LATER) == "all"


def test_editing_and_retagging_it_keeps_its_time(world: World) -> None:
    post = world.make_post("New", published_at=LATER)
    publish.edit(post.id, Fields(title="Other", tags=["Rivers"]))
    assert (waiting(LATER), waiting()) == ("all tag:1", "")


def test_a_new_hub_hears_of_what_is_scheduled(world: World) -> None:
    world.make_post("Unlisted", published_at=SOON, unlisted=True, author_id=2)
    world.make_post("Signed", published_at=LATER, author_id=1)
    configure("hubs", f"{HUB} {OTHER}")
    assert (waiting(SOON, OTHER), waiting(LATER, OTHER)) == ("all tag:2", "all author:1")
    assert waiting(target=OTHER) == ""


def test_a_hub_that_is_gone_hears_nothing_more(world: World) -> None:
    configure("hubs", f"{HUB} {OTHER}")
    world.make_post("One")
    world.run(update(OutboxItem).where(OutboxItem.target == HUB).values(done_at=LONG_AGO))
    configure("hubs", "https://third.example/")
    assert waiting(target=OTHER) == waiting(SOON, OTHER) == ""
    assert waiting(SOON, "https://third.example/") == "all tag:2"
    configure("hubs", "")
    assert set(db.session.scalars(select(OutboxItem.target))) == {HUB}  # what ended stays


# -- together or not at all ---------------------------------------------------------------------------------


def test_a_change_that_is_taken_back_asks_for_nothing(world: World) -> None:
    with pytest.raises(Conflict):
        publish.edit(world.post.id, Fields(title="New", slug="scheduled"))
    with pytest.raises(RuntimeError), write_transaction() as session:
        session.execute(update(Post).values(title="x"))
        raise RuntimeError
    assert rows() == 0


def test_another_program_asks_too(world: World) -> None:
    connection = sqlite_driver().connect(world.instance / "blog.db")
    connection.execute("UPDATE post SET title = 'By hand' WHERE slug = 'public'")
    connection.commit()
    connection.close()
    assert waiting() == "all author:1 tag:1"


def test_an_import_is_one_item_each_scope(world: World, command: Callable[..., Result], tmp_path: Path) -> None:
    for number in range(30):
        head = f"title: Text {number}\ndate: 2024-05-01\ntags: [Rivers, Hills]\nauthor: Cy"
        write(tmp_path, f"texts/text-{number}.md", f"---\n{head}\n---\nText.\n")
    assert command("import", str(tmp_path / "texts")).status == 0
    assert (waiting(), rows()) == ("all author:3 tag:1 tag:2", 4)


KILLED = """
import sys
from blog import config
from blog.commands import open_app
from blog.core.editor import publish
from blog.core.editor.fields import Fields

with open_app(config.load(sys.argv[1])):
    for number in range(1000):
        publish.create(Fields(title=f"Post {number}", slug=f"post-{number}"), published_at=publish.clock.now())
        print(number, flush=True)
"""


def test_a_kill_leaves_both_or_neither(world: World) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", KILLED, str(world.instance)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as killed:
        assert killed.stdout
        for _ in range(20):
            said = int(killed.stdout.readline())
        os.kill(killed.pid, signal.SIGKILL)
        said += len(killed.stdout.readlines())
    db.session.rollback()
    made = len(db.session.scalars(select(Post.id).where(Post.slug.like("post-%"))).all())
    assert made in (said + 1, said + 2)
    assert db.session.scalars(select(OutboxItem.changes).where(OutboxItem.kind == WEBSUB)).all() == [made]


@pytest.mark.parametrize("seed", range(4))
def test_whatever_is_done_no_ping_is_missing(world: World, seed: int) -> None:
    """After each step, every feed whose text changed has a ping waiting, and every scheduled post one at its time."""
    configure("hubs", "")
    configure("hubs", HUB)
    chance = random.Random(seed)
    posts = [world.post.id, world.draft.id, world.scheduled.id, world.unlisted.id, world.page.id]
    feeds = {"all": "/feed.xml", "tag:1": "/tags/rivers/feed.xml", "tag:2": "/tags/hills/feed.xml",
             "author:1": "/authors/ana/feed.xml", "author:2": "/authors/bo/feed.xml"}  # fmt: skip
    acts: list[Callable[[int], object]] = [
        publish.publish, publish.unpublish, publish.delete, publish.undelete,
        lambda post: publish.publish(post, chance.choice([SOON, LATER, LONG_AGO])),
        lambda post: publish.edit(post, Fields(title=f"Title {chance.random()}")),
        lambda post: publish.edit(post, Fields(tags=chance.sample(["Rivers", "Hills"], chance.randint(0, 2)))),
        lambda post: publish.edit(post, Fields(author_id=chance.choice([0, 1, 2]))),
        lambda post: publish.edit(post, Fields(unlisted=chance.choice([True, False]))),
    ]  # fmt: skip
    for _ in range(40):
        world.run(delete(OutboxItem).where(OutboxItem.not_before == AT_ONCE))
        before = items(world, feeds)
        try:
            chance.choice(acts)(chance.choice(posts))
        except Conflict:
            continue
        after = items(world, feeds)
        changed = {
            scope for scope in feeds if before[scope] != after[scope] and None not in (before[scope], after[scope])
        }
        assert changed <= set(waiting().split())
        for moment in (SOON, LATER):
            coming = db.session.scalars(select(Post.id).where(Post.published_at == moment, Post.deleted_at.is_(None),
                                                              Post.kind == "post", ~Post.unlisted)).all()  # fmt: skip
            assert bool(coming) == ("all" in waiting(moment).split())


def items(world: World, feeds: dict[str, str]) -> dict[str, list[str] | None]:
    """The items of each feed, as text; None where there is no feed."""
    answers = {scope: world.get(path) for scope, path in feeds.items()}
    return {
        scope: answer.get_data(as_text=True).split("<item>")[1:] if answer.status_code == 200 else None
        for scope, answer in answers.items()
    }


def test_the_site_keeps_its_hubs_as_triggers_read_them(world: World) -> None:
    assert db.session.scalars(select(Site.hubs)).one() == [HUB]
