"""Every public address as plain values, for the sitemap, without loading posts."""

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Select, case, func, select

from blog.core.posts import lists
from blog.core.posts.query import pages
from blog.core.urls import permalinks
from blog.extensions import db
from blog.models import Post

# Rows fetched from the database at a time.
FETCH_SIZE = 1000


class SitemapEntry(NamedTuple):
    """The path of a page, and the time when its text last changed if it is known."""

    path: str
    changed_at: datetime | None = None


CHANGED_AT = case((Post.updated_at > Post.published_at, Post.updated_at), else_=Post.published_at)


def page_entries() -> list[SitemapEntry]:
    """Return the listed pages, oldest first."""
    return list(_entries(pages().order_by(None).order_by(Post.published_at, Post.id)))


def post_entries(start: int, size: int) -> Iterator[SitemapEntry]:
    """Yield `size` listed posts, oldest first, without the first `start`: a later post does not move them."""
    return _entries(_posts_query(start, size))


def _posts_query(start: int, size: int) -> Select[int]:
    since, skip = lists.offset_from_oldest(lists.ALL, start)
    return lists.oldest_first(lists.ALL).params(since=since, start=skip, size=size)


def _entries(query: Select[Post] | Select[int]) -> Iterator[SitemapEntry]:
    query = query.with_only_columns(Post.kind, Post.slug, CHANGED_AT)
    for kind, slug, changed_at in db.session.execute(query.execution_options(yield_per=FETCH_SIZE)):
        yield SitemapEntry(permalinks.path(kind, slug), changed_at)


def last_change(start: int, size: int) -> datetime | None:
    """Return the time of the last change among `post_entries(start, size)`."""
    changes = _posts_query(start, size).with_only_columns(CHANGED_AT.label("changed")).subquery()
    newest: datetime | None = db.session.scalar(select(func.max(changes.c.changed)))
    return newest
