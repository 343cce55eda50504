"""Every public address as plain values, for the sitemap: no post is loaded for it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, case, func, select

from blog.core.posts import lists
from blog.core.posts.query import pages
from blog.core.urls import permalinks
from blog.extensions import db
from blog.models import Post

# So many rows are held at a time.
FETCH_SIZE = 1000


@dataclass(frozen=True)
class SitemapEntry:
    """Where a post or page is read, and when its text last changed."""

    path: str
    changed_at: datetime


CHANGED_AT = case((Post.updated_at > Post.published_at, Post.updated_at), else_=Post.published_at)


def page_entries() -> list[SitemapEntry]:
    """The listed pages, oldest first."""
    return list(_addresses(pages().order_by(None).order_by(Post.published_at, Post.id)))


def post_entries(start: int, size: int) -> Iterator[SitemapEntry]:
    """`size` listed posts, oldest first, from the `start`th: later posts move none of them."""
    return _addresses(_of_posts(start, size))


def _of_posts(start: int, size: int) -> Select[int]:
    since, skipped = lists.offset_from_oldest(lists.ALL, start)
    return lists.oldest_first(lists.ALL).params(since=since, start=skipped, size=size)


def _addresses(query: Select[Post] | Select[int]) -> Iterator[SitemapEntry]:
    rows = db.session.execute(
        query.with_only_columns(Post.kind, Post.slug, CHANGED_AT).execution_options(yield_per=FETCH_SIZE)
    )
    for kind, slug, changed in rows:
        yield SitemapEntry(permalinks.path(kind, slug), changed)


def last_change(start: int, size: int) -> datetime | None:
    """When one of `of_posts(start, size)` last changed."""
    changes = _of_posts(start, size).with_only_columns(CHANGED_AT.label("changed")).subquery()
    newest: datetime | None = db.session.scalar(select(func.max(changes.c.changed)))
    return newest
