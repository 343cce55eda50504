"""Posts and pages as they are shared: what a card shows of them, without their texts."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from blog.core.posts.query import visible
from blog.extensions import db
from blog.models import Person, Post, Tag, post_tag
from blog.models.json_types import Picture, PostProperties

# So many rows are held at a time.
CHUNK = 500


@dataclass(frozen=True)
class ShareItem(PostProperties):
    """What a card shows of a post or page; `author_name` is its author's name, if it has one of its own."""

    kind: str
    slug: str
    title: str
    language: str | None
    published_at: datetime
    cover: str | None
    pictures: list[Picture]
    author_name: str | None


COLUMNS = (Post.kind, Post.slug, Post.title, Post.language, Post.published_at, Post.cover, Post.pictures, Person.name)


def all_items(most: int | None = None) -> Iterator[ShareItem]:
    """All that anyone may read, newest first; at most so many."""
    query = _query().order_by(Post.published_at.desc(), Post.id.desc()).limit(most)
    for cells in db.session.execute(query.execution_options(yield_per=CHUNK)):
        yield ShareItem(*cells)


def share_item(post_id: int) -> ShareItem | None:
    """A post or page; None if nobody may read it."""
    cells = db.session.execute(_query().where(Post.id == post_id)).first()
    return ShareItem(*cells) if cells else None


def tags(post_id: int) -> list[tuple[str, str]]:
    """Name and slug of each tag of a post that lists show."""
    carried = select(Tag.name, Tag.slug).join(post_tag, post_tag.c.tag_id == Tag.id)
    rows = db.session.execute(carried.where(post_tag.c.post_id == post_id, post_tag.c.listed_at.is_not(None)))
    return [(name, slug) for name, slug in rows]


def author_name(post: Post) -> str | None:
    """The name of the author whom a post has of its own."""
    return db.session.scalar(select(Person.name).where(Person.id == post.author_id))


def _query() -> Any:
    return visible().outerjoin(Person, Person.id == Post.author_id).with_only_columns(*COLUMNS)
