"""Posts and pages for social cards: the values that a card shows, without the texts."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from blog.core.posts.query import visible
from blog.extensions import db
from blog.models import Person, Post, Tag, post_tag
from blog.models.json_types import Picture, PostProperties

# Rows fetched from the database at a time.
FETCH_SIZE = 500


@dataclass(frozen=True)
class ShareItem(PostProperties):
    """The values of a post or page that its card shows; `author_name` is None if the post names no author."""

    kind: str
    slug: str
    title: str
    language: str | None
    published_at: datetime
    cover: str | None
    pictures: list[Picture]
    author_name: str | None


COLUMNS = (Post.kind, Post.slug, Post.title, Post.language, Post.published_at, Post.cover, Post.pictures, Person.name)


def all_items(limit: int | None = None) -> Iterator[ShareItem]:
    """Yield all public posts and pages, newest first, at most `limit`."""
    query = _query().order_by(Post.published_at.desc(), Post.id.desc()).limit(limit)
    for cells in db.session.execute(query.execution_options(yield_per=FETCH_SIZE)):
        yield ShareItem(*cells)


def share_item(post_id: int) -> ShareItem | None:
    """Return a post or page, or None if it is not public."""
    cells = db.session.execute(_query().where(Post.id == post_id)).first()
    return ShareItem(*cells) if cells else None


def tags(post_id: int) -> list[tuple[str, str]]:
    """Return name and slug of each tag of a listed post."""
    query = select(Tag.name, Tag.slug).join(post_tag, post_tag.c.tag_id == Tag.id)
    rows = db.session.execute(query.where(post_tag.c.post_id == post_id, post_tag.c.listed_at.is_not(None)))
    return [(name, slug) for name, slug in rows]


def author_name(post: Post) -> str | None:
    return db.session.scalar(select(Person.name).where(Person.id == post.author_id))


def _query() -> Any:
    return visible().outerjoin(Person, Person.id == Post.author_id).with_only_columns(*COLUMNS)
