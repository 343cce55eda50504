"""Lists of posts: how many posts a list has, and any page of it at the same cost.

Counts come from the tallies (models.tally), never from counting rows. To reach a page deep in a list, a query adds up
the tallies month by month; then the database skips at most the posts of one month.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, Generic, TypeVar

from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    SQLColumnExpression,
    String,
    bindparam,
    cast,
    func,
    literal,
    select,
)

from blog import clock
from blog.core.db.compiled_query import AnySelect, CompiledQuery, now_parameter
from blog.core.posts.query import LIMIT, LISTED, is_listed
from blog.core.posts.summaries import SUMMARY_COLUMNS, PostSummary
from blog.models import Person, Post, Tag, Tally, post_tag, tally
from blog.models.tally import ALL_TIME
from blog.models.types import Instant

# To skip this many entries of an index takes less time than to find the month.
MAX_SKIP = 1000


@dataclass(frozen=True, eq=False)
class PostList:
    """A list of posts by date: all listed posts, those with one tag, or those by one author.

    `scope` is the list's name in the tallies. `filters` select its rows, scheduled posts included; `sort_date` and `id`
    order them. One index holds all three. The functions below take the id of the tag or author as `list_id`; it is 0
    for `ALL`.
    """

    scope: ColumnElement[str]
    filters: tuple[ColumnElement[bool], ...]
    sort_date: SQLColumnExpression[Any]
    id: SQLColumnExpression[int]


P = TypeVar("P", bound=PostSummary)


@dataclass(frozen=True)
class PostPage(Generic[P]):
    """Some posts of a list, newest first, and the number of all its posts."""

    posts: Sequence[P]
    total: int


FILTERS = (*LISTED, Post.deleted_at.is_(None))
LIST_ID = bindparam("list_id", type_=Integer)


def posts_with_tag(tag_id: SQLColumnExpression[int]) -> PostList:
    # `listed_at` is the date of the post while it is listed: no other filter is needed.
    scope = literal("tag:") + cast(tag_id, String)
    return PostList(scope, (post_tag.c.tag_id == tag_id,), post_tag.c.listed_at, post_tag.c.post_id)


def posts_by_author(person_id: SQLColumnExpression[int]) -> PostList:
    scope = literal("author:") + cast(person_id, String)
    return PostList(scope, (Post.author_id == person_id, *FILTERS), Post.published_at, Post.id)


ALL = PostList(literal("all"), FILTERS, Post.published_at, Post.id)
WITH_TAG, BY_AUTHOR = posts_with_tag(LIST_ID), posts_by_author(LIST_ID)


def count_column(post_list: PostList) -> ColumnElement[int]:
    """Return an SQL expression for the number of posts that a list shows: its tally without the scheduled posts."""
    all_posts, scheduled = _count_columns(post_list)
    return all_posts - scheduled


def _count_columns(post_list: PostList) -> tuple[ColumnElement[int], ColumnElement[int]]:
    """Return SQL expressions for the number of all posts of a list, and of its scheduled posts."""
    tally_query = select(Tally.posts).where(Tally.scope == post_list.scope, Tally.month == ALL_TIME)
    scheduled = select(func.count()).where(*post_list.filters, post_list.sort_date > now_parameter())
    # A query of tags or authors may use these for the list of each row.
    tally_query, scheduled = (query.correlate(Tag, Person) for query in (tally_query, scheduled))
    return func.coalesce(tally_query.scalar_subquery(), 0), scheduled.scalar_subquery()


def count(post_list: PostList, list_id: int = 0) -> int:
    """Return the number of posts that a list shows."""
    [(all_posts, scheduled)] = _counts_query(post_list).all(list_id=list_id)
    return all_posts - scheduled


def page(post_list: PostList, start: int, size: int, list_id: int = 0) -> PostPage[PostSummary]:
    """Return `size` posts of a list, newest first, without the first `start`, and the number of all."""
    now = clock.now()
    [(all_posts, scheduled)] = _counts_query(post_list).all(list_id=list_id, now=now)
    until = now + datetime.resolution
    posts = newest_posts(post_list, start, size, until=until, ahead=scheduled, list_id=list_id)
    return PostPage(posts, all_posts - scheduled)


def newest_posts(
    post_list: PostList, start: int, size: int, *, until: datetime, ahead: int, list_id: int = 0
) -> list[PostSummary]:
    """Return `size` posts before `until`, newest first, without the first `start`.

    `ahead` is the number of posts of the list that are not before `until`.
    """
    skip = start
    if start > MAX_SKIP and (row := _month_query(post_list, down=True).first(list_id=list_id, rank=ahead + start)):
        month, posts_before = row
        until, skip = tally.month_bounds(month)[1], ahead + start - posts_before
    rows = _newest_query(post_list).all(list_id=list_id, until=until, start=skip, size=min(size, LIMIT))
    posts = [post for is_shown, post in rows if is_shown]
    return sorted(posts, key=lambda post: (post.published_at, post.id), reverse=True)


def offset_from_oldest(post_list: PostList, start: int, list_id: int = 0) -> tuple[datetime, int]:
    """Return where the `start`th oldest post of a list is: the time to look from, and the number of posts to skip."""
    if start > MAX_SKIP and (row := _month_query(post_list, down=False).first(list_id=list_id, rank=start)):
        month, posts_before = row
        return tally.month_bounds(month)[0], start - posts_before
    return EARLIEST, start


def oldest_first(post_list: PostList) -> Select[int]:
    """Return a query for `size` ids of published posts, oldest first, `since` a time, without the first `start`."""
    bounds = post_list.sort_date >= bindparam("since", type_=Instant), post_list.sort_date <= now_parameter()
    return _slice(_ids(post_list).where(*bounds).order_by(post_list.sort_date, post_list.id))


def newest_first(post_list: PostList) -> Select[int]:
    """Return a query for `size` ids of posts, newest first, before the time `until`, without the first `start`."""
    bound = post_list.sort_date < bindparam("until", type_=Instant)
    return _slice(_ids(post_list).where(bound).order_by(post_list.sort_date.desc(), post_list.id.desc()))


def _slice(ids: Select[int]) -> Select[int]:
    return ids.offset(bindparam("start", type_=Integer)).limit(bindparam("size", type_=Integer))


def _ids(post_list: PostList) -> Select[int]:
    return select(post_list.id.label("id")).where(*post_list.filters)


# -- the queries of each list, compiled once ----------------------------------------------------------------

EARLIEST = tally.month_bounds("0001-01")[0]


@cache
def _counts_query(post_list: PostList) -> CompiledQuery[tuple[int, int]]:
    return CompiledQuery(
        lambda: select(*_count_columns(post_list)), lambda all_posts, scheduled: (all_posts, scheduled)
    )


@cache
def _newest_query(post_list: PostList) -> CompiledQuery[tuple[bool, PostSummary]]:
    """Return the query for whether a post is public and listed, and its summary."""

    def query() -> AnySelect:
        # The ids come from an index alone: skipped rows are never read. Whether a post is public and listed is a
        # column, not a condition: SQLite would begin with the condition, and search all listed posts.
        ids = newest_first(post_list).subquery()
        return select(is_listed(), *SUMMARY_COLUMNS).join(ids, ids.c.id == Post.id)

    return CompiledQuery(query, lambda is_shown, *cells: (is_shown, PostSummary(*cells)))


@cache
def _month_query(post_list: PostList, *, down: bool) -> CompiledQuery[tuple[str, int]]:
    """Return the query for the month that holds the post of a `rank`, and the number of posts before that month."""
    order = Tally.month.desc() if down else Tally.month.asc()
    counted = func.sum(Tally.posts).over(order_by=order, rows=(None, 0))
    of_scope = (Tally.scope == post_list.scope, Tally.month > ALL_TIME)
    months = select(Tally.month, Tally.posts, counted.label("counted")).where(*of_scope).subquery()
    before = months.c.counted - months.c.posts
    rank = bindparam("rank", type_=Integer)
    # At most one month holds it: LIMIT 1 lets the database stop there.
    query = select(months.c.month, before.label("before")).where(months.c.counted > rank, before <= rank).limit(1)
    return CompiledQuery(lambda: query, lambda month, before: (month, before))
