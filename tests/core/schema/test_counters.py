"""Counts, pages, years, tags and authors are what a patient reader would count, whatever was done to the posts."""

import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import text

from blog.core.accounts.people import author_id
from blog.core.db.transaction import write_transaction
from blog.core.editor import publish
from blog.core.editor.fields import Fields
from blog.core.errors import NotFound
from blog.core.posts import archive, feed_items, lists, taxonomy
from blog.core.posts.lists import ALL, PostList
from blog.core.schema import counters
from blog.extensions import db
from blog.models import Post, Tag
from tests.world import Blog

NOW = datetime(2024, 12, 31, 18, 30, tzinfo=UTC)
ZONES = [ZoneInfo(name) for name in ("UTC", "Pacific/Kiritimati", "America/New_York", "Asia/Kathmandu")]
SIZE = 3
NAMES = ["Rivers", "Hills", "Seas", "Roads"]


def moments(chance: random.Random) -> datetime:
    """An instant where something may go wrong: around new years, months' ends, now, or anywhere."""
    edge = chance.choice(
        [
            datetime(chance.randint(2018, 2026), 1, 1, tzinfo=UTC),
            datetime(chance.randint(2022, 2025), chance.randint(1, 12), 1, tzinfo=UTC),
            datetime(2024, chance.randint(1, 12), chance.randint(1, 28), tzinfo=UTC),
            NOW,
        ]
    )
    step = chance.choice([timedelta(0), timedelta(hours=chance.randint(-15, 15)), timedelta(microseconds=-1)])
    return edge + step


@dataclass
class Walk:
    """A random walk through all that can be done to posts."""

    blog: Blog
    chance: random.Random
    people: list[int]
    ids: list[int] = field(default_factory=list)

    def step(self) -> None:
        """Do one thing."""
        acts: list[Callable[[], object]] = [
            self.make, self.make, self.publish, self.unpublish, self.delete, self.undelete, self.redate, self.retag,
            self.sign, self.hide, self.raw, self.raw,
        ]  # fmt: skip
        try:
            self.chance.choice(acts)()
        except publish.Conflict:
            return

    def one(self) -> int:
        """A post."""
        if not self.ids:
            self.make()
        return self.chance.choice(self.ids)

    def make(self) -> None:
        """Write a post of any kind."""
        when = self.chance.choice([None, moments(self.chance), moments(self.chance), moments(self.chance)])
        kind = self.chance.choice(["post", "post", "post", "page"])
        tags = self.chance.sample(NAMES, self.chance.randint(0, 3))
        author = self.chance.choice([None, *self.people])
        post = self.blog.make_post(published_at=when, kind=kind, tags=tags, author_id=author)
        self.ids.append(post.id)

    def publish(self) -> object:
        return publish.publish(self.one(), self.chance.choice([None, moments(self.chance)]))

    def unpublish(self) -> object:
        return publish.unpublish(self.one())

    def delete(self) -> object:
        return publish.delete(self.one())

    def undelete(self) -> object:
        return publish.undelete(self.one())

    def redate(self) -> object:
        return publish.edit(self.one(), Fields(), published_at=moments(self.chance))

    def retag(self) -> object:
        return publish.edit(self.one(), Fields(tags=self.chance.sample(NAMES, self.chance.randint(0, 4))))

    def sign(self) -> object:
        return publish.edit(self.one(), Fields(author_id=self.chance.choice([0, *self.people])))

    def hide(self) -> object:
        fields = [{"unlisted": True}, {"unlisted": False}, {"kind": "post"}, {"kind": "page"}]
        return publish.edit(self.one(), Fields(**self.chance.choice(fields)))

    def raw(self) -> None:
        """What another program might do to the tables."""
        some = f"(SELECT id FROM post WHERE id % 5 = {self.chance.randint(0, 4)})"
        tag, other, post = self.chance.randint(1, 4), self.chance.randint(1, 4), self.one()
        known = f"{other} IN (SELECT id FROM tag) AND {post} IN (SELECT id FROM post)"
        statements = [
            f"UPDATE post SET published_at = '2024-03-31 23:59:59.500000' WHERE id IN {some}",
            f"UPDATE post SET published_at = NULL, author_id = NULL WHERE id IN {some} AND id % 2",
            f"UPDATE post SET deleted_at = CASE WHEN deleted_at IS NULL THEN created_at END WHERE id IN {some}",
            f"UPDATE post SET unlisted = NOT unlisted, author_id = {self.people[0]} WHERE id IN {some}",
            f"UPDATE post SET title = title || '!' WHERE id IN {some}",
            f"DELETE FROM post WHERE id = {post}",
            f"DELETE FROM post_tag WHERE tag_id = {tag} AND post_id IN {some}",
            f"UPDATE OR IGNORE post_tag SET tag_id = {other} WHERE tag_id = {tag} AND {known}",
            f"UPDATE OR IGNORE post_tag SET post_id = {post}, tag_id = {other} WHERE tag_id = {tag} AND {known}",
            f"INSERT OR IGNORE INTO post_tag SELECT post.id, tag.id, 9, NULL FROM post, tag WHERE post.id IN {some}",
            f"INSERT OR IGNORE INTO post_tag SELECT {post}, id, 9, '1999-01-01' FROM tag",
        ]
        if self.chance.random() < 0.1:
            statements = [f"DELETE FROM tag WHERE id = {tag}"]
        with write_transaction() as session:
            session.execute(text(self.chance.choice(statements)))
        with db.session.begin():
            self.ids = list(db.session.scalars(text("SELECT id FROM post")))
        db.session.expunge_all()


# -- the naive recount --------------------------------------------------------------------------------------


def listed(now: datetime) -> list[dict[str, Any]]:
    """All that lists show, newest first, by reading every row."""
    db.session.rollback()
    db.session.expunge_all()
    tags: dict[int, list[int]] = {}
    for post_id, tag_id in db.session.execute(text("SELECT post_id, tag_id FROM post_tag")):
        tags.setdefault(post_id, []).append(tag_id)
    rows = [
        {"id": post.id, "when": post.published_at, "author": post.author_id, "tags": tags.get(post.id, [])}
        for post in db.session.query(Post).all()
        if post.kind == "post" and not post.unlisted and post.deleted_at is None
        and post.published_at is not None and post.published_at <= now
    ]  # fmt: skip
    return sorted(rows, key=lambda row: (row["when"], row["id"]), reverse=True)


def paged(post_list: PostList, list_id: int = 0) -> tuple[list[int], int]:
    """The ids of all pages of a list, and the total of its pages."""
    ids: list[int] = []
    totals, start = set(), 0
    while True:
        found = lists.page(post_list, start, SIZE, list_id)
        totals.add(found.total)
        ids += [post.id for post in found.posts]
        if len(found.posts) < SIZE:
            break
        start += SIZE
    (total,) = totals
    return ids, total


def check(now: datetime) -> None:
    """Compare everything that readers are told with the recount."""
    true = listed(now)
    ids = [row["id"] for row in true]
    assert paged(ALL) == (ids, len(ids))
    downwards = [post.id for last in range(len(ids), 0, -SIZE) for post in feed_items.older_page(ALL, last, SIZE).posts]
    assert downwards == ids
    for tag in db.session.query(Tag).all():
        own = [row["id"] for row in true if tag.id in row["tags"]]
        assert paged(lists.WITH_TAG, tag.id) == (own, len(own)), tag.name
    counts = Counter(tag_id for row in true for tag_id in row["tags"])
    names = {tag.id: tag.name for tag in db.session.query(Tag).all()}
    assert {tag.name: tag.posts for tag in taxonomy.tags()} == {names[tag_id]: n for tag_id, n in counts.items()}
    signers = Counter(row["author"] for row in true)
    assert {person.id for person in taxonomy.authors()} == (set(signers) - {None} if len(signers) > 1 else set())
    for person_id in signers.keys() - {None}:
        own = [row["id"] for row in true if row["author"] == person_id]
        assert paged(lists.BY_AUTHOR, person_id) == (own, len(own))
    for zone in ZONES:
        check_years(true, zone)
    assert counters.count_wrong(db.session.connection().exec_driver_sql) == 0


def check_years(true: list[dict[str, Any]], zone: ZoneInfo) -> None:
    """Compare the archive in a zone with the recount."""
    by_year: dict[int, list[int]] = {}
    for row in true:
        by_year.setdefault(row["when"].astimezone(zone).year, []).append(row["id"])
    assert [(int(year.slug), year.posts) for year in archive.years(zone)] == [
        (year, len(ids)) for year, ids in by_year.items()
    ]
    for year, ids in by_year.items():
        slices = [archive.posts_in_year(year, zone, start, SIZE) for start in range(0, len(ids), SIZE)]
        assert [post.id for each in slices for post in each.posts] == ids
        assert {each.total for each in slices} == {len(ids)}
    for year in {2016, 2017, *range(2020, 2027)} - by_year.keys():
        with pytest.raises(NotFound):
            archive.posts_in_year(year, zone, 0, SIZE)


@pytest.mark.parametrize("seed", range(6))
def test_whatever_is_done_readers_are_told_the_truth(
    blog: Blog, at: Callable[[datetime], None], monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    chance = random.Random(seed)
    monkeypatch.setattr(lists, "MAX_SKIP", chance.choice([0, 1, 4, 1000]))
    at(NOW)
    with write_transaction() as session:
        people = [author_id(session, name) for name in ("Ana", "Bo")]
    walk = Walk(blog, chance, people)
    for number in range(42):
        walk.step()
        if number % 6 == 5:
            for now in (NOW, moments(chance), datetime(2030, 1, 1, tzinfo=UTC), datetime(2000, 1, 1, tzinfo=UTC)):
                at(now)
                check(now)
            at(NOW)


def test_nothing_hidden_is_shown_even_when_tallies_and_dates_are_wrong(
    blog: Blog, at: Callable[[datetime], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lists, "MAX_SKIP", 0)
    at(NOW)
    for day in range(1, 9):
        blog.make_post("Past", published_at=NOW - timedelta(days=day), tags=["Rivers"])
        blog.make_post("Later", published_at=NOW + timedelta(hours=day), tags=["Rivers"])
    hidden = [
        blog.make_post("Draft", published_at=None, tags=["Rivers"]),
        blog.make_post(unlisted=True, tags=["Rivers"]),
    ]
    with write_transaction() as session:
        session.execute(text("UPDATE post_tag SET listed_at = '2024-12-25 00:00:00.000000'"))
        session.execute(text("UPDATE tally SET posts = posts + 7 WHERE month = '2024-12'"))
    later = [post.id for post in db.session.query(Post).filter(Post.title == "Later")]
    for post_list in (ALL, lists.WITH_TAG):
        for start in range(30):
            shown = {post.id for post in lists.page(post_list, start, 2, 1).posts}
            shown |= {post.id for post in feed_items.older_page(post_list, start + 2, 2, 1).posts}
            assert not shown & {*later, *(post.id for post in hidden)}
