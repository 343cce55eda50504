"""The tags and authors by which posts are listed, and how many posts each has."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, SQLColumnExpression, bindparam, select

from blog.core.db.compiled_query import AnySelect, CompiledQuery
from blog.core.errors import NotFound
from blog.core.posts import lists
from blog.extensions import db
from blog.models import Person, Tag


@dataclass(frozen=True)
class TagRef:
    """A tag that has a page."""

    id: int
    name: str
    slug: str


@dataclass(frozen=True)
class PostCount:
    """The number of listed posts of a tag or a year."""

    name: str
    slug: str
    posts: int


def tags() -> list[PostCount]:
    """Return all tags that have listed posts, by name."""
    query = select(Tag.name, Tag.slug, lists.count_column(lists.posts_with_tag(Tag.id))).order_by(Tag.key)
    return [PostCount(name, slug, posts) for name, slug, posts in db.session.execute(query) if posts]


def tag(slug: str) -> TagRef:
    """Return the tag with this slug. Raises NotFound if it has no listed posts."""
    row = TAG_QUERY.first(slug=slug)
    if row is None:
        raise NotFound("No post carries this tag.")
    return row


def _tag_has_page() -> ColumnElement[bool]:
    return lists.count_column(lists.posts_with_tag(Tag.id)) > 0


def _tag_query() -> AnySelect:
    return select(Tag.id, Tag.name, Tag.slug).where(Tag.slug == bindparam("slug"), _tag_has_page())


TAG_QUERY = CompiledQuery(_tag_query, TagRef)


def has_page(person_id: SQLColumnExpression[int]) -> ColumnElement[bool]:
    """Return a condition: the author's posts have a page of their own. They do if others have listed posts, too."""
    all_posts = lists.count_column(lists.ALL)
    return lists.count_column(lists.posts_by_author(person_id)).between(1, all_posts - 1)


def slug_by_id(kind: str, number: int) -> str | None:
    """Return the slug of the `tag` or `author` with this id, or None if it does not exist or has no page."""
    if kind == "tag":
        return db.session.scalars(select(Tag.slug).where(Tag.id == number, _tag_has_page())).first()
    return db.session.scalars(select(Person.slug).where(Person.id == number, has_page(Person.id))).first()


def authors() -> Sequence[Person]:
    """Return all authors who have a page."""
    return db.session.scalars(select(Person).where(has_page(Person.id)).order_by(Person.slug)).all()


def author(slug: str) -> Person:
    """Return the author with this slug. Raises NotFound if the author has no page."""
    person = db.session.scalars(select(Person).where(Person.slug == slug, has_page(Person.id))).first()
    if person is None:
        raise NotFound("Nobody of this name has a page here.")
    return person
