"""Posts for feeds: whole posts as plain values; the newest of a list, or older ones, counted from the oldest.

A post counted from the oldest keeps its number when newer posts are published.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import Select, select

from blog import clock
from blog.core.db.compiled_query import AnySelect, CompiledQuery
from blog.core.posts import lists
from blog.core.posts.lists import PostList, PostPage
from blog.core.posts.query import LIMIT, is_listed
from blog.core.posts.summaries import SUMMARY_COLUMNS, PostSummary
from blog.extensions import db
from blog.models import Person, Post, Tag, post_tag
from blog.models.json_types import Picture


@dataclass(frozen=True)
class FeedPost(PostSummary):
    """A whole post for a feed; `feed_html` has placeholders for the addresses that the feed fills in."""

    guid: str
    updated_at: datetime | None
    cover: str | None
    pictures: list[Picture]
    feed_html: str
    author: str | None
    tags: Sequence[str] = ()


def newest_page(post_list: PostList, size: int, list_id: int = 0) -> PostPage[FeedPost]:
    """Return the newest `size` posts of a list, with two queries."""
    now, size = clock.now(), min(size, LIMIT)
    values = {"list_id": list_id, "until": now + timedelta.resolution, "start": 0, "size": size, "now": now}
    return _page(post_list, values, down=True)


@dataclass(frozen=True)
class PostIdentity:
    """The values by which feed readers and people recognise a post."""

    guid: str
    kind: str
    slug: str
    title: str
    published_at: datetime


def identities(post_list: PostList, list_id: int = 0, limit: int | None = None) -> list[PostIdentity]:
    """Return the identities of the newest `limit` posts of a list (None: all), newest first."""
    now, size = clock.now(), lists.count(post_list, list_id)
    # No join: with one, SQLite read all selected ids again for each post, which took 20 minutes for 100,000 posts.
    query = select(Post.guid, Post.kind, Post.slug, Post.title, Post.published_at)
    query = query.where(Post.id.in_(lists.newest_first(post_list)), is_listed())
    query = query.order_by(Post.published_at.desc(), Post.id.desc())
    size = size if limit is None else min(size, limit)
    values = {"list_id": list_id, "until": now + timedelta.resolution, "start": 0, "size": size, "now": now}
    return [PostIdentity(*cells) for cells in db.session.execute(query, values)]  # type: ignore[arg-type]


def older_page(post_list: PostList, last: int, size: int, list_id: int = 0) -> PostPage[FeedPost]:
    """Return `size` posts of a list: number `last`, counted from the oldest (which is 1), and the posts before it.

    If the list has fewer than `last` posts, the page has as many fewer.
    """
    start = max(0, last - size)
    since, skip = lists.offset_from_oldest(post_list, start, list_id)
    values = {"list_id": list_id, "since": since, "start": skip, "size": min(last - start, LIMIT), "now": clock.now()}
    return _page(post_list, values, down=False)


def _page(post_list: PostList, values: dict[str, Any], *, down: bool) -> PostPage[FeedPost]:
    rows, tags = _posts_query(post_list, down=down).all(**values), dict[int, list[str]]()
    for post_id, name in _tags_query(post_list, down=down).all(**values):
        tags.setdefault(post_id, []).append(name)
    posts = (replace(post, tags=tags.get(post.id, ())) for is_shown, _total, post in rows if is_shown)
    newest_first = sorted(posts, key=lambda post: (post.published_at, post.id), reverse=True)
    return PostPage(newest_first, rows[0][1] if rows else 0)


# -- the queries of each list, compiled once ----------------------------------------------------------------


def _ids(post_list: PostList, *, down: bool) -> Select[int]:
    return lists.newest_first(post_list) if down else lists.oldest_first(post_list)


@cache
def _posts_query(post_list: PostList, *, down: bool) -> CompiledQuery[tuple[bool, int, FeedPost]]:
    feed_columns = (Post.guid, Post.updated_at, Post.cover, Post.pictures, Post.feed_html, Person.name)

    def query() -> AnySelect:
        ids = _ids(post_list, down=down).subquery()
        # Whether a post is listed is a column, not a condition: see `lists._newest_query`.
        columns = (is_listed(), lists.count_column(post_list), *SUMMARY_COLUMNS, *feed_columns)
        posts = select(*columns).join(ids, ids.c.id == Post.id)
        return posts.outerjoin(Person, Person.id == Post.author_id)

    return CompiledQuery(query, lambda is_shown, total, *cells: (bool(is_shown), total, FeedPost(*cells)))


@cache
def _tags_query(post_list: PostList, *, down: bool) -> CompiledQuery[tuple[int, str]]:
    def query() -> AnySelect:
        ids = _ids(post_list, down=down).subquery()
        tags = select(post_tag.c.post_id, Tag.name).join(ids, ids.c.id == post_tag.c.post_id)
        return tags.join(Tag, Tag.id == post_tag.c.tag_id).order_by(post_tag.c.position)

    return CompiledQuery(query, lambda post_id, name: (post_id, name))
