"""What a reader of one article or page gets: the post, whole, and what may be read next."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import literal, select, tuple_, union_all
from sqlalchemy.orm import aliased, contains_eager, selectinload, undefer_group, with_expression

from blog.core import catalogue
from blog.core.errors import Gone, Missing
from blog.core.posts import listed, public
from blog.extensions import db
from blog.models import Person, Post


def readable(kind: str, slug: str) -> Post:
    """The post or page that readers find at this slug, whole. Raises Gone or Missing."""
    query = (
        select(Post, public())
        .outerjoin(Post.author)
        .where(Post.kind == kind, Post.slug == slug)
        .options(
            undefer_group("text"),
            contains_eager(Post.author),
            selectinload(Post.tags),
            with_expression(Post.author_has_page, catalogue.has_page(Person.id)),
        )
    )
    post, is_open = next(iter(db.session.execute(query)), (None, False))
    if post and is_open:
        return post
    if post and post.deleted_at and post.was_public:
        raise Gone("This was here and has been taken away.")
    raise Missing("There is no such page here.")


@dataclass(frozen=True)
class Around:
    """What a reader of a post may read next: the one before it, the one after it, the newest others."""

    older: Post | None
    newer: Post | None
    recent: Sequence[Post]


def around(post: Post, limit: int) -> Around:
    """The neighbours of a post that is public, and at most `limit` of the newest others, in one query."""
    wanted = {"recent": listed().where(Post.id != post.id).limit(limit)}
    if post.kind == "post" and not post.unlisted and post.published_at:
        here = (post.published_at, post.id)
        after = listed().where(tuple_(Post.published_at, Post.id) > here).order_by(None)
        wanted["older"] = listed(before=here).limit(1)
        wanted["newer"] = after.order_by(Post.published_at, Post.id).limit(1)
    parts = [select(query.add_columns(literal(place).label("place")).subquery()) for place, query in wanted.items()]
    rows = union_all(*parts).subquery()
    found: dict[str, list[Post]] = {"older": [], "newer": [], "recent": []}
    for other, place in db.session.execute(select(aliased(Post, rows), rows.c.place)):
        found[place].append(other)
    found["recent"].sort(key=lambda other: (other.published_at, other.id), reverse=True)
    return Around(next(iter(found["older"]), None), next(iter(found["newer"]), None), found["recent"])
