"""The dashboard's lists: all posts by state, one page at a time, without their texts.

A page begins after a key: date and id of the last post of the page before it. So the newest page and the oldest take
the same time. Each long list has an index in its order; pages and working copies are few.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, SQLColumnExpression, func, literal, literal_column, or_, select, tuple_
from sqlalchemy.orm import joinedload, selectinload

from blog import clock
from blog.core.db import keyset
from blog.core.db.keyset import KeysetPage
from blog.core.errors import NotFound
from blog.core.posts import lists
from blog.core.search import results
from blog.core.text.validate import one_line
from blog.extensions import db
from blog.models import Draft, Person, Post
from blog.models.types import Instant

PAGE_SIZE = 50
LAST_ID = 2**62
PageKey = tuple[datetime, int]


@dataclass(frozen=True)
class ListFilter:
    """A list of the dashboard: the filters of its posts, and the date that orders them, newest first or `ascending`.

    A list that the present bounds begins at `start`. A query never has both this bound and a key: SQLite would search
    the index for one of them, perhaps the wider one, and read on to the other.
    """

    filters: tuple[ColumnElement[bool], ...]
    sort_date: SQLColumnExpression[Any]
    start: PageKey | None = None
    ascending: bool = False

    def bound(self, after: PageKey | None) -> ColumnElement[bool] | None:
        """Return the condition for date and id of the rows after a key."""
        if after is None or (self.start and self.ascending == (after < self.start)):
            after = self.start
        if after is None:
            return None
        row_key, bound = tuple_(self.sort_date, Post.id), tuple_(literal(after[0], Instant), literal(after[1]))
        return row_key > bound if self.ascending else row_key < bound


@dataclass(frozen=True)
class DashboardRow:
    """A post in a list, with its tags and author; `sort_date` is the date by which the list is ordered.

    `changed_at` is the time when changes were saved that readers do not see; None if there are none.
    """

    post: Post
    sort_date: datetime
    changed_at: datetime | None


NOT_DELETED = Post.deleted_at.is_(None)


def _list_filters() -> Mapping[str, ListFilter]:
    """Return the lists by name. A kind is part of the SQL text, as in `core.posts.query`."""
    article, page = (Post.kind == literal_column(f"'{kind}'") for kind in ("post", "page"))
    now = clock.now(), LAST_ID
    return {
        "drafts": ListFilter((Post.published_at.is_(None), NOT_DELETED), Post.saved_at),
        "scheduled": ListFilter((NOT_DELETED,), Post.published_at, start=now, ascending=True),
        "published": ListFilter((NOT_DELETED, article), Post.published_at, start=now),
        "pages": ListFilter((page, NOT_DELETED), Post.saved_at),
        # Working copies are few: this form makes SQLite begin with them.
        "changed": ListFilter(
            (Post.id.in_(select(Draft.post_id)), func.coalesce(Post.deleted_at, None).is_(None)), Draft.saved_at
        ),
        "deleted": ListFilter((Post.deleted_at.is_not(None),), Post.deleted_at),
    }


def page(name: str, after: str = "", size: int = PAGE_SIZE) -> KeysetPage[DashboardRow]:
    """Return the page of a list after a key. Raises NotFound for an unknown list, or a text that is no key."""
    list_filter = _list_filters().get(name)
    if list_filter is None:
        raise NotFound("There is no such list.")
    query = _ordered(list_filter, keyset.decode_id_key(after) if after else None)
    size = min(size, PAGE_SIZE)
    return keyset.cut_page(_rows(query.limit(size + 1)), size, lambda row: (row.sort_date, row.post.id))


def search(text: str) -> list[DashboardRow]:
    """Return the posts that contain these words in their text or unpublished changes: best first, deleted posts last.

    Returns at most one page. Raises Unsearchable.
    """
    if not (words := one_line(text)):
        return []
    ids = [
        *_search_copies(words),
        *results.matching_ids(words, PAGE_SIZE),
        *results.matching_ids(words, PAGE_SIZE, status="deleted"),
    ]
    ranks = {post_id: rank for rank, post_id in reversed(list(enumerate(ids)))}
    rows = _rows(_query(ListFilter((Post.id.in_(ranks),), Post.saved_at)))
    return sorted(rows, key=lambda row: ranks[row.post.id])[:PAGE_SIZE]


def _search_copies(words: str) -> Sequence[int]:
    """Return the ids of posts whose working copies contain these words; working copies are few, and in no index."""
    texts = or_(Draft.title.icontains(words, autoescape=True), Draft.body.icontains(words, autoescape=True))
    return db.session.scalars(select(Draft.post_id).where(texts).limit(PAGE_SIZE)).all()


def counts() -> dict[str, int]:
    """Return the number of posts in each list, with one query that reads indexes alone."""
    filters = _list_filters()
    row = db.session.execute(select(*(_count(name, list_filter) for name, list_filter in filters.items()))).one()
    return dict(zip(filters, row, strict=True))


def several_write() -> bool:
    """Return whether the blog has more than one author, past ones included."""
    return len(db.session.scalars(select(Person.id).limit(2)).all()) > 1


def _count(name: str, list_filter: ListFilter) -> SQLColumnExpression[int]:
    """Return an SQL expression for the number of posts. Listed posts have a tally; the others are in an index."""
    bound = list_filter.bound(None)
    filters = list_filter.filters if bound is None else (*list_filter.filters, bound)
    query = select(func.count()).select_from(Post).where(*filters)
    if name == "published":
        return lists.count_column(lists.ALL) + query.where(Post.unlisted.is_(True)).scalar_subquery()
    return query.scalar_subquery()


def _query(list_filter: ListFilter) -> Select[Any]:
    query = select(Post, list_filter.sort_date, Draft.saved_at).outerjoin(Draft, Draft.post_id == Post.id)
    return query.where(*list_filter.filters).options(selectinload(Post.tags), joinedload(Post.author))


def _ordered(list_filter: ListFilter, after: PageKey | None) -> Select[Any]:
    query = _query(list_filter)
    bound, order = list_filter.bound(after), (list_filter.sort_date, Post.id)
    if bound is not None:
        query = query.where(bound)
    return query.order_by(*order) if list_filter.ascending else query.order_by(*(column.desc() for column in order))


def _rows(query: Select[Any]) -> list[DashboardRow]:
    return [DashboardRow(*cells) for cells in db.session.execute(query)]
