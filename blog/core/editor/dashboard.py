"""What authors have before them: all posts by their state, as many at a time as a page holds, without their texts.

A page begins after a key, the moment and id of the last post of the page before it: the newest page and the oldest
cost the same. Each long list has an index that holds its order; pages and working copies are few.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, SQLColumnExpression, func, literal, literal_column, or_, select, tuple_
from sqlalchemy.orm import joinedload, selectinload

from blog import clock
from blog.core.db import keyset
from blog.core.errors import NotFound
from blog.core.posts import lists
from blog.core.search import results as engine
from blog.core.text.validate import one_line
from blog.extensions import db
from blog.models import Draft, Person, Post
from blog.models.types import Instant

PAGE_SIZE = 50
LAST_ID = 2**62
PageKey = tuple[datetime, int]


@dataclass(frozen=True)
class ListFilter:
    """A list of the desk: which posts it holds, and the moment that orders them; newest first, or `soonest` first.

    One that is bounded by the present begins at `start`. This bound and a key are never asked for together: SQLite
    would look for one of them in the index, perhaps the wider one, and read its way to the other.
    """

    here: tuple[ColumnElement[bool], ...]
    moment: SQLColumnExpression[Any]
    start: PageKey | None = None
    soonest: bool = False

    def bound(self, after: PageKey | None) -> ColumnElement[bool] | None:
        """What is asked of the moment and id of a row, on the page after a place."""
        if after is None or (self.start and self.soonest == (after < self.start)):
            after = self.start
        if after is None:
            return None
        here, there = tuple_(self.moment, Post.id), tuple_(literal(after[0], Instant), literal(after[1]))
        return here > there if self.soonest else here < there


@dataclass(frozen=True)
class PostRow:
    """A post as the desk lists it, with its tags and author. `moment` is what its list is about.

    `changed_at` is when changes were saved that readers do not see; None when there are none.
    """

    post: Post
    moment: datetime
    changed_at: datetime | None


@dataclass(frozen=True)
class Page:
    """Some rows of a list, and the key with which the next ones are asked for, if there are more."""

    rows: Sequence[PostRow]
    after: str | None = None


NOT_DELETED = Post.deleted_at.is_(None)


def _states() -> Mapping[str, ListFilter]:
    """The lists, by name. A kind is written out, as in `core.posts.query`."""
    article, page = (Post.kind == literal_column(f"'{kind}'") for kind in ("post", "page"))
    now = clock.now(), LAST_ID
    return {
        "drafts": ListFilter((Post.published_at.is_(None), NOT_DELETED), Post.saved_at),
        "scheduled": ListFilter((NOT_DELETED,), Post.published_at, start=now, soonest=True),
        "published": ListFilter((NOT_DELETED, article), Post.published_at, start=now),
        "pages": ListFilter((page, NOT_DELETED), Post.saved_at),
        # Working copies are few: asked in this way, SQLite begins with them.
        "changed": ListFilter(
            (Post.id.in_(select(Draft.post_id)), func.coalesce(Post.deleted_at, None).is_(None)), Draft.saved_at
        ),
        "deleted": ListFilter((Post.deleted_at.is_not(None),), Post.deleted_at),
    }


LIST_NAMES = ("drafts", "scheduled", "published", "pages", "changed", "deleted")


def page(name: str, after: str = "", size: int = PAGE_SIZE) -> Page:
    """A page of a list, after a key. Raises Missing for a list or a key that there is not."""
    state = _states().get(name)
    if state is None:
        raise NotFound("There is no such list.")
    query = _ordered(state, keyset.decode_id_key(after) if after else None)
    found = _rows(query.limit(min(size, PAGE_SIZE) + 1))
    shown = found[: min(size, PAGE_SIZE)]
    return Page(shown, keyset.encode_key(shown[-1].moment, shown[-1].post.id) if len(found) > len(shown) else None)


def search(text: str) -> list[PostRow]:
    """The posts that hold these words, or whose unpublished changes do; the best first, deleted ones last.

    As many as a page holds. Raises Unsearchable.
    """
    if not (wanted := one_line(text)):
        return []
    ids = [
        *_changed(wanted),
        *engine.matching_ids(wanted, PAGE_SIZE),
        *engine.matching_ids(wanted, PAGE_SIZE, status="deleted"),
    ]
    places = {post_id: place for place, post_id in reversed(list(enumerate(ids)))}
    rows = _rows(_listed(ListFilter((Post.id.in_(places),), Post.saved_at)))
    return sorted(rows, key=lambda row: places[row.post.id])[:PAGE_SIZE]


def _changed(wanted: str) -> Sequence[int]:
    """The posts whose working copies hold these words; they are few, and in no index."""
    texts = or_(Draft.title.icontains(wanted, autoescape=True), Draft.body.icontains(wanted, autoescape=True))
    return db.session.scalars(select(Draft.post_id).where(texts).limit(PAGE_SIZE)).all()


def counts() -> dict[str, int]:
    """How many posts each list holds; by indexes alone, in one question."""
    states = _states()
    row = db.session.execute(select(*(_number(name, state) for name, state in states.items()))).one()
    return dict(zip(states, row, strict=True))


def several_write() -> bool:
    """Whether more than one person writes here, or has."""
    return len(db.session.scalars(select(Person.id).limit(2)).all()) > 1


def _number(name: str, state: ListFilter) -> SQLColumnExpression[int]:
    """How many posts a list holds. Those published and listed are counted already; the rest is in an index."""
    bound = state.bound(None)
    here = state.here if bound is None else (*state.here, bound)
    query = select(func.count()).select_from(Post).where(*here)
    if name == "published":
        return lists.count_column(lists.ALL) + query.where(Post.unlisted.is_(True)).scalar_subquery()
    return query.scalar_subquery()


def _listed(state: ListFilter) -> Select[Any]:
    """Posts with all that a row says."""
    query = select(Post, state.moment, Draft.saved_at).outerjoin(Draft, Draft.post_id == Post.id).where(*state.here)
    return query.options(selectinload(Post.tags), joinedload(Post.author))


def _ordered(state: ListFilter, after: PageKey | None) -> Select[Any]:
    query = _listed(state)
    bound, order = state.bound(after), (state.moment, Post.id)
    if bound is not None:
        query = query.where(bound)
    return query.order_by(*order) if state.soonest else query.order_by(*(part.desc() for part in order))


def _rows(query: Select[Any]) -> list[PostRow]:
    return [PostRow(*cells) for cells in db.session.execute(query)]
