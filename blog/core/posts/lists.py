"""Long rows of listed posts: how many they hold, and any page of them at the same cost.

Counts come from the tallies (models.tally), never from counting. A page deep inside is found by walking the tallies of
its shelf month by month, so that the database skips at most the posts of one month.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Integer,
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
from blog.core.db.compiled_query import AnySelect, CompiledQuery, now_parameter
from blog.core.posts.query import LIMIT, LISTED, is_public
from blog.core.posts.summaries import SUMMARY_COLUMNS, PostSummary
from blog.models import Person, Post, Tag, Tally, post_tag, tally
from blog.models.tally import ALL_TIME
from blog.models.types import Instant

# So many entries of an index are skipped sooner than a month is found.
MAX_SKIP = 1000


@dataclass(frozen=True, eq=False)
class PostList:
    """Listed posts in the order of their dates: all of them, those with a tag, or those by an author.

    `scope` is the tallies' name for it. `here` says what stands on it, scheduled posts too; `moment` and `id` order
    it. One index holds all three. Of many tags or authors, the one that is meant is `of` when the shelf is asked.
    """

    scope: ColumnElement[str]
    here: tuple[ColumnElement[bool], ...]
    moment: SQLColumnExpression[Any]
    id: SQLColumnExpression[int]


@dataclass(frozen=True)
class PostPage:
    """Some posts of a shelf, and how many it holds in all."""

    posts: Sequence[PostSummary]
    total: int


FILTERS = (*LISTED, Post.deleted_at.is_(None))
LIST_ID = bindparam("of", type_=Integer)


def posts_with_tag(tag_id: SQLColumnExpression[int]) -> PostList:
    """The posts with a tag. `listed_at` is the date of the post while it is listed: nothing else is asked of it."""
    scope = literal("tag:") + cast(tag_id, String)
    return PostList(scope, (post_tag.c.tag_id == tag_id,), post_tag.c.listed_at, post_tag.c.post_id)


def posts_by_author(person_id: SQLColumnExpression[int]) -> PostList:
    """The posts by an author."""
    scope = literal("author:") + cast(person_id, String)
    return PostList(scope, (Post.author_id == person_id, *FILTERS), Post.published_at, Post.id)


ALL = PostList(literal("all"), FILTERS, Post.published_at, Post.id)
WITH_TAG, BY_AUTHOR = posts_with_tag(LIST_ID), posts_by_author(LIST_ID)


def count_column(shelf: PostList) -> ColumnElement[int]:
    """How many posts a reader finds on a shelf: its tally, without those whose time has not come."""
    ever, ahead = _numbers(shelf)
    return ever - ahead


def _numbers(shelf: PostList) -> tuple[ColumnElement[int], ColumnElement[int]]:
    """The number of all posts on a shelf, and of those whose time has not come."""
    ever = select(Tally.posts).where(Tally.scope == shelf.scope, Tally.month == ALL_TIME)
    ahead = select(func.count()).where(*shelf.here, shelf.moment > now_parameter())
    # There may be a query of tags or authors around these that asks for the shelf of each.
    ever, ahead = (query.correlate(Tag, Person) for query in (ever, ahead))
    return func.coalesce(ever.scalar_subquery(), 0), ahead.scalar_subquery()


def count(shelf: PostList, of: int = 0) -> int:
    """How many posts a reader finds on a shelf."""
    [(ever, ahead)] = _counting(shelf).all(of=of)
    return ever - ahead


def page(shelf: PostList, start: int, size: int, of: int = 0) -> PostPage:
    """`size` posts of a shelf, newest first, from the `start`th (0 is the newest), and the number of all."""
    now = clock.now()
    [(ever, ahead)] = _counting(shelf).all(of=of, now=now)
    until = now + datetime.resolution
    return PostPage(newest_posts(shelf, start, size, until=until, ahead=ahead, of=of), ever - ahead)


def newest_posts(
    shelf: PostList, start: int, size: int, *, until: datetime, ahead: int, of: int = 0
) -> list[PostSummary]:
    """`size` posts of a shelf, newest first, from the `start`th that is before `until`; `ahead` are not."""
    skipped = start
    if start > MAX_SKIP and (found := _walking(shelf, down=True).first(of=of, rank=ahead + start)):
        month, before = found
        until, skipped = tally.month_bounds(month)[1], ahead + start - before
    rows = _downwards(shelf).all(of=of, until=until, start=skipped, size=min(size, LIMIT))
    return sorted(_shown(rows), key=_place, reverse=True)


def offset_from_oldest(shelf: PostList, start: int, of: int = 0) -> tuple[datetime, int]:
    """Where the `start`th oldest post of a shelf is found: since when to look, and how many to skip from there."""
    if start > MAX_SKIP and (found := _walking(shelf, down=False).first(of=of, rank=start)):
        month, before = found
        return tally.month_bounds(month)[0], start - before
    return EARLIEST, start


def oldest_first(shelf: PostList) -> Select[int]:
    """Ids of `size` posts of a shelf that readers find, oldest first, `since` a time, without the first `start`."""
    bounds = shelf.moment >= bindparam("since", type_=Instant), shelf.moment <= now_parameter()
    return _cut(_ids(shelf).where(*bounds).order_by(shelf.moment, shelf.id))


def newest_first(shelf: PostList) -> Select[int]:
    """Ids of `size` posts of a shelf, newest first, before the time `until`, without the first `start`."""
    bound = shelf.moment < bindparam("until", type_=Instant)
    return _cut(_ids(shelf).where(bound).order_by(shelf.moment.desc(), shelf.id.desc()))


def _cut(ids: Select[int]) -> Select[int]:
    return ids.offset(bindparam("start", type_=Integer)).limit(bindparam("size", type_=Integer))


def _ids(shelf: PostList) -> Select[int]:
    return select(shelf.id.label("id")).where(*shelf.here)


def _posts(ids: Select[int]) -> AnySelect:
    # The ids come from an index alone: what is skipped is never read. Whether each is public and listed is asked of
    # the rows that were found, not as a condition: SQLite would begin with it, and search all that is listed.
    chosen = ids.subquery()
    return select(and_(is_public(), *LISTED), *SUMMARY_COLUMNS).join(chosen, chosen.c.id == Post.id)


def _shown(rows: Sequence[tuple[bool, PostSummary]]) -> list[PostSummary]:
    return [post for shown, post in rows if shown]


def _place(post: PostSummary) -> tuple[datetime, int]:
    return post.published_at, post.id


# -- the queries of each shelf, made once -------------------------------------------------------------------

EARLIEST = tally.month_bounds("0001-01")[0]


@cache
def _counting(shelf: PostList) -> CompiledQuery[tuple[int, int]]:
    return CompiledQuery(lambda: select(*_numbers(shelf)), lambda ever, ahead: (ever, ahead))


@cache
def _downwards(shelf: PostList) -> CompiledQuery[tuple[bool, PostSummary]]:
    return CompiledQuery(lambda: _posts(newest_first(shelf)), _with_teaser)


def _with_teaser(shown: bool, *cells: Any) -> tuple[bool, PostSummary]:
    return shown, PostSummary(*cells)


@cache
def _walking(shelf: PostList, *, down: bool) -> CompiledQuery[tuple[str, int]]:
    """The month of a shelf that holds the post of a rank, and how many posts stand before that month."""
    order = Tally.month.desc() if down else Tally.month.asc()
    counted = func.sum(Tally.posts).over(order_by=order, rows=(None, 0))
    of_scope = (Tally.scope == shelf.scope, Tally.month > ALL_TIME)
    months = select(Tally.month, Tally.posts, counted.label("counted")).where(*of_scope).subquery()
    before = months.c.counted - months.c.posts
    rank = bindparam("rank", type_=Integer)
    # One month at most holds it: the database may stop walking there.
    query = select(months.c.month, before.label("before")).where(months.c.counted > rank, before <= rank).limit(1)
    return CompiledQuery(lambda: query, lambda month, before: (month, before))
