"""What lists can be asked for: tags and authors, with how much stands under each."""

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
    """A tag, or a year, with the number of posts a reader finds there."""

    name: str
    slug: str
    posts: int


def tags() -> list[PostCount]:
    """All tags that listed posts carry, by name."""
    query = select(Tag.name, Tag.slug, lists.count_column(lists.posts_with_tag(Tag.id))).order_by(Tag.key)
    return [PostCount(name, slug, posts) for name, slug, posts in db.session.execute(query) if posts]


def tag(slug: str) -> TagRef:
    """A tag that some listed post carries. Raises Missing."""
    found = TAG_QUERY.first(slug=slug)
    if found is None:
        raise NotFound("No post carries this tag.")
    return found


def _tag() -> AnySelect:
    carried = lists.count_column(lists.posts_with_tag(Tag.id)) > 0
    return select(Tag.id, Tag.name, Tag.slug).where(Tag.slug == bindparam("slug"), carried)


TAG_QUERY = CompiledQuery(_tag, TagRef)


def has_page(person_id: SQLColumnExpression[int]) -> ColumnElement[bool]:
    """Whether somebody's listed posts have a page of their own: they do where others sign posts too."""
    everything = lists.count_column(lists.ALL)
    return lists.count_column(lists.posts_by_author(person_id)).between(1, everything - 1)


def slug_by_id(kind: str, number: int) -> str | None:
    """The slug of a `tag` or an `author` by its id; None if there is none, or no page of it."""
    if kind == "tag":
        carried = lists.count_column(lists.posts_with_tag(Tag.id)) > 0
        return db.session.scalars(select(Tag.slug).where(Tag.id == number, carried)).first()
    return db.session.scalars(select(Person.slug).where(Person.id == number, has_page(Person.id))).first()


def authors() -> Sequence[Person]:
    """Those who have a page of their own."""
    return db.session.scalars(select(Person).where(has_page(Person.id)).order_by(Person.slug)).all()


def author(slug: str) -> Person:
    """An author who has a page. Raises Missing."""
    found = db.session.scalars(select(Person).where(Person.slug == slug, has_page(Person.id))).first()
    if found is None:
        raise NotFound("Nobody of this name has a page here.")
    return found
