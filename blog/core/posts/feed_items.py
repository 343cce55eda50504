"""What feeds carry: posts whole, as plain values; the newest of a shelf, or any older ones, counted from the oldest.

Counted so, a post keeps its place while others are added after it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache

from sqlalchemy import Select, and_, select

from blog import clock
from blog.core.db.compiled_query import AnySelect, CompiledQuery
from blog.core.posts import lists
from blog.core.posts.lists import PostList
from blog.core.posts.query import LIMIT, LISTED, is_public
from blog.core.posts.summaries import SUMMARY_COLUMNS, PostSummary
from blog.extensions import db
from blog.models import Person, Post, Tag, post_tag
from blog.models.json_types import Picture


@dataclass(frozen=True)
class FeedPost(PostSummary):
    """A post as feeds carry it: whole, its addresses left open for the feed to fill in."""

    guid: str
    updated_at: datetime | None
    cover: str | None
    pictures: list[Picture]
    feed_html: str
    author: str | None
    tags: Sequence[str] = ()


@dataclass(frozen=True)
class FeedPage:
    """Some posts of a shelf, newest first, and how many it holds in all."""

    entries: Sequence[FeedPost]
    total: int


def newest_page(shelf: PostList, size: int, of: int = 0) -> FeedPage:
    """The newest `size` posts of a shelf. In two queries."""
    now = clock.now()
    asked = {"of": of, "until": now + timedelta.resolution, "start": 0, "size": min(size, LIMIT), "now": now}
    return _part(_entries(shelf, down=True).all(**asked), _tags(shelf, down=True).all(**asked))


@dataclass(frozen=True)
class PostIdentity:
    """What subscribers' programs know a post by."""

    guid: str
    kind: str
    slug: str
    title: str
    published_at: datetime


def identities(shelf: PostList, of: int = 0, most: int | None = None) -> list[PostIdentity]:
    """All posts of a shelf, or the newest of them, newest first, without their texts."""
    now, size = clock.now(), lists.count(shelf, of)
    # Not joined: SQLite went through all that was chosen for each post, which took 20 minutes for 100,000.
    query = select(Post.guid, Post.kind, Post.slug, Post.title, Post.published_at)
    query = query.where(Post.id.in_(lists.newest_first(shelf)), is_public(), *LISTED)
    query = query.order_by(Post.published_at.desc(), Post.id.desc())
    size = size if most is None else min(size, most)
    asked = {"of": of, "until": now + timedelta.resolution, "start": 0, "size": size, "now": now}
    return [PostIdentity(*cells) for cells in db.session.execute(query, asked)]  # type: ignore[arg-type]


def older_page(shelf: PostList, last: int, size: int, of: int = 0) -> FeedPage:
    """The `last` oldest post of a shelf (1 is the oldest of all) and those before it, `size` of them.

    Where there are fewer posts than `last`, there are as many fewer of them.
    """
    start = max(0, last - size)
    since, skipped = lists.offset_from_oldest(shelf, start, of)
    asked = {"of": of, "since": since, "start": skipped, "size": min(last - start, LIMIT), "now": clock.now()}
    return _part(_entries(shelf, down=False).all(**asked), _tags(shelf, down=False).all(**asked))


def _part(found: list[tuple[bool, int, FeedPost]], tags: list[tuple[int, str]]) -> FeedPage:
    carried: dict[int, list[str]] = {}
    for post, name in tags:
        carried.setdefault(post, []).append(name)
    entries = (replace(entry, tags=carried.get(entry.id, ())) for shown, _total, entry in found if shown)
    newest_first = sorted(entries, key=lambda entry: (entry.published_at, entry.id), reverse=True)
    return FeedPage(newest_first, found[0][1] if found else 0)


# -- the queries of each shelf, made once -------------------------------------------------------------------


def _chosen(shelf: PostList, *, down: bool) -> Select[int]:
    return lists.newest_first(shelf) if down else lists.oldest_first(shelf)


@cache
def _entries(shelf: PostList, *, down: bool) -> CompiledQuery[tuple[bool, int, FeedPost]]:
    columns = (Post.guid, Post.updated_at, Post.cover, Post.pictures, Post.feed_html, Person.name)

    def query() -> AnySelect:
        chosen = _chosen(shelf, down=down).subquery()
        shown = and_(is_public(), *LISTED)  # asked of what was found: see shelves
        whole = select(shown, lists.count_column(shelf), *SUMMARY_COLUMNS, *columns).join(
            chosen, chosen.c.id == Post.id
        )
        return whole.outerjoin(Person, Person.id == Post.author_id)

    return CompiledQuery(query, lambda shown, total, *cells: (bool(shown), total, FeedPost(*cells)))


@cache
def _tags(shelf: PostList, *, down: bool) -> CompiledQuery[tuple[int, str]]:
    def query() -> AnySelect:
        chosen = _chosen(shelf, down=down).subquery()
        tagged = select(post_tag.c.post_id, Tag.name).join(chosen, chosen.c.id == post_tag.c.post_id)
        return tagged.join(Tag, Tag.id == post_tag.c.tag_id).order_by(post_tag.c.position)

    return CompiledQuery(query, lambda post, name: (post, name))
