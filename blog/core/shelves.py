"""Long rows of listed posts: how many they hold, and any page of them at the same cost.

Counts come from the tallies (models.tally), never from counting. A page deep inside is found by walking the tallies of
its shelf month by month, so that the database skips at most the posts of one month.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Row,
    Select,
    SQLColumnExpression,
    String,
    and_,
    bindparam,
    cast,
    func,
    literal,
    select,
)

from blog import clock
from blog.core.posts import LIMIT, SHOWN, public
from blog.extensions import db
from blog.models import Person, Post, Tag, Tally, post_tag, tally
from blog.models.tally import EVER

# So many entries of an index are skipped sooner than a month is found.
SHALLOW = 1000


@dataclass(frozen=True)
class Shelf:
    """Listed posts in the order of their dates: all of them, those with a tag, or those by an author.

    `scope` is the tallies' name for it. `here` says what stands on it, scheduled posts too; `moment` and `id` order
    it. One index holds all three.
    """

    scope: str | ColumnElement[str]
    here: tuple[ColumnElement[bool], ...]
    moment: SQLColumnExpression[Any]
    id: SQLColumnExpression[int]


@dataclass(frozen=True)
class Slice:
    """Some posts of a shelf, and how many it holds in all."""

    posts: Sequence[Post]
    total: int


LISTED = (*SHOWN, Post.deleted_at.is_(None))
ALL = Shelf("all", LISTED, Post.published_at, Post.id)


def of_tag(tag_id: int | SQLColumnExpression[int]) -> Shelf:
    """The posts with a tag. `listed_at` is the date of the post while it is listed: nothing else is asked of it."""
    return Shelf(_scope("tag:", tag_id), (post_tag.c.tag_id == tag_id,), post_tag.c.listed_at, post_tag.c.post_id)


def of_author(person_id: int | SQLColumnExpression[int]) -> Shelf:
    """The posts by an author."""
    return Shelf(_scope("author:", person_id), (Post.author_id == person_id, *LISTED), Post.published_at, Post.id)


def _scope(kind: str, number: int | SQLColumnExpression[int]) -> str | ColumnElement[str]:
    return f"{kind}{number}" if isinstance(number, int) else literal(kind) + cast(number, String)


def number_of(shelf: Shelf) -> ColumnElement[int]:
    """How many posts a reader finds on a shelf: its tally, without those whose time has not come."""
    ever, ahead = _numbers(shelf, clock.now())
    return ever - ahead


def _numbers(shelf: Shelf, now: datetime) -> tuple[ColumnElement[int], ColumnElement[int]]:
    """The number of all posts on a shelf, and of those whose time has not come."""
    ever = select(Tally.posts).where(Tally.scope == shelf.scope, Tally.month == EVER)
    ahead = select(func.count()).where(*shelf.here, shelf.moment > now)
    # There may be a query of tags or authors around these that asks for the shelf of each.
    ever, ahead = (query.correlate(Tag, Person) for query in (ever, ahead))
    return func.coalesce(ever.scalar_subquery(), 0), ahead.scalar_subquery()


def total(shelf: Shelf) -> int:
    """How many posts a reader finds on a shelf."""
    return db.session.scalars(select(number_of(shelf))).one()


def page_of(shelf: Shelf, start: int, size: int) -> Slice:
    """`size` posts of a shelf, newest first, from the `start`th (0 is the newest), and the number of all."""
    now = clock.now()
    ever, ahead = db.session.execute(select(*_numbers(shelf, now))).one()
    return Slice(newest(shelf, start, size, until=now, ahead=ahead), ever - ahead)


def newest(shelf: Shelf, start: int, size: int, *, until: datetime, ahead: int) -> list[Post]:
    """`size` posts of a shelf, newest first, from the `start`th that is not later than `until`; `ahead` are later."""
    bound, skipped = shelf.moment <= until, start
    if start > SHALLOW and (found := _month(DOWN, shelf, ahead + start)):
        bound, skipped = shelf.moment < tally.bounds(found.month)[1], ahead + start - found.before
    ids = _ids(shelf).where(bound).order_by(shelf.moment.desc(), shelf.id.desc()).offset(skipped)
    return sorted(_posts(ids.limit(min(size, LIMIT))), key=_place, reverse=True)


def oldest(shelf: Shelf, start: int, size: int) -> list[Post]:
    """`size` posts of a shelf, oldest first, from the `start`th (0 is the oldest): later posts move none of them."""
    return sorted(_posts(from_oldest(shelf, start, min(size, LIMIT))), key=_place)


def from_oldest(shelf: Shelf, start: int, size: int) -> Select[int]:
    """Ids of `size` posts of a shelf that readers find, oldest first, from the `start`th."""
    ids, skipped = _ids(shelf).where(shelf.moment <= clock.now()), start
    if start > SHALLOW and (found := _month(UP, shelf, start)):
        ids, skipped = ids.where(shelf.moment >= tally.bounds(found.month)[0]), start - found.before
    return ids.order_by(shelf.moment, shelf.id).offset(skipped).limit(size)


def _ids(shelf: Shelf) -> Select[int]:
    return select(shelf.id.label("id")).where(*shelf.here)


def _posts(ids: Select[int]) -> list[Post]:
    # The ids come from an index alone: what is skipped is never read. Whether each is public and listed is asked of
    # the rows that were found, not as a condition: SQLite would begin with it, and search all that is listed.
    chosen = ids.subquery()
    query = select(Post, and_(public(), *SHOWN)).join(chosen, chosen.c.id == Post.id)
    return [post for post, shown in db.session.execute(query) if shown]


def _place(post: Post) -> tuple[datetime, int]:
    return post.published_at or post.created_at, post.id


# -- the month of a page ------------------------------------------------------------------------------------


def _walk(*, down: bool) -> Select[str, int]:
    """The month of a scope that holds the post of a rank, and how many posts stand before that month."""
    by = Tally.__table__.c
    counted = func.sum(by.posts).over(order_by=by.month.desc() if down else by.month, rows=(None, 0))
    of_scope = (by.scope == bindparam("scope"), by.month > EVER)
    months = select(by.month, by.posts, counted.label("counted")).where(*of_scope).subquery()
    before = months.c.counted - months.c.posts
    holding = (months.c.counted > bindparam("rank"), before <= bindparam("rank"))
    # One month at most holds it: the database may stop walking there.
    return select(months.c.month, before.label("before")).where(*holding).limit(1)


# Made once, and of columns that are nobody's attributes: to make and to load takes longer than to answer.
DOWN, UP = _walk(down=True), _walk(down=False)


def _month(walk: Select[str, int], shelf: Shelf, rank: int) -> Row[str, int] | None:
    return db.session.connection().execute(walk, {"scope": shelf.scope, "rank": rank}).first()
