"""What a reader of an article gets: posts whole, as plain values. Never what is not public."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import (
    CTE,
    Select,
    and_,
    bindparam,
    func,
    literal_column,
    select,
    true,
    tuple_,
    union_all,
)  # fmt: skip

from blog.core.db.compiled_query import AnySelect, CompiledQuery, now_parameter
from blog.core.errors import Gone, NotFound
from blog.core.posts import lists, taxonomy
from blog.core.posts.query import LIMIT, LISTED, is_public
from blog.core.posts.summaries import SUMMARY_COLUMNS, PostSummary, listed_posts, recent, take_newest
from blog.extensions import db
from blog.models import Person, Post, Tag, Tally, post_tag
from blog.models.json_types import Heading, Picture
from blog.models.tally import ALL_TIME
from blog.models.types import Instant

RELATED = 3
# So many of the newest posts of each tag are looked at: a tag may stand on every post there is.
CANDIDATES_PER_TAG = 20
NEIGHBOURS = 2


@dataclass(frozen=True)
class TagLabel:
    """A tag of a post."""

    name: str
    slug: str


@dataclass(frozen=True)
class Byline:
    """Who signs a post, and whether their posts have a page of their own."""

    name: str
    slug: str
    has_page: bool


@dataclass(frozen=True)
class Article(PostSummary):
    """A post or page, whole."""

    unlisted: bool
    canonical_url: str | None
    updated_at: datetime | None
    cover: str | None
    html: str
    contents: list[Heading]
    pictures: list[Picture]
    author: Byline | None
    tags: Sequence[TagLabel] = ()


@dataclass(frozen=True)
class MorePosts:
    """What a reader of a post may read next: the one before it, the one after it, the newest others, related ones."""

    older: PostSummary | None
    newer: PostSummary | None
    recent: Sequence[PostSummary]
    related: Sequence[PostSummary] = ()


def load(kind: str, slug: str) -> Article:
    """The post or page that readers find at this slug, whole. Raises Gone or Missing."""
    found = _article(kind).first(slug=slug)
    if found is None:
        raise _absent(kind, slug)
    return replace(found, tags=TAGS_QUERY.all(post=found.id))


def markdown_source(slug: str) -> tuple[str, str]:
    """Title and text of an article as its author wrote them. Raises Gone or Missing."""
    found = MARKDOWN_QUERY.first(slug=slug)
    if found is None:
        raise _absent("post", slug)
    return found


def _absent(kind: str, slug: str) -> Gone | NotFound:
    """Why readers find nothing here."""
    post = db.session.scalars(select(Post).where(Post.kind == kind, Post.slug == slug)).first()
    if post and post.deleted_at and post.was_public:
        return Gone("This was here and has been taken away.")
    return NotFound("There is no such page here.")


def more_posts(post: Article, limit: int) -> MorePosts:
    """The neighbours of a post, up to three others that are related to it, and `limit` of the newest others.

    What is related is none of the neighbours, and what is newest, nothing that is related.
    """
    found = _neighbours(post, limit + RELATED)
    named = {other.id for other in (found.older, found.newer) if other}
    near = [other for other in related_posts(post) if other.id not in named][:RELATED]
    rest = [other for other in found.recent if other not in near]
    return replace(found, related=near, recent=rest[:limit])


def related_posts(post: Article) -> list[PostSummary]:
    """The listed posts that share most tags with a post: its neighbours may be among them.

    Among equals come first those that share its rarest tag, then the newest.
    """
    return [other for shown, other in RELATED_QUERY.all(post=post.id) if shown] if post.tags else []


def _neighbours(post: Article, limit: int) -> MorePosts:
    """The neighbours of a post, and at most `limit` of the newest others, in one query."""
    if post.kind != "post" or post.unlisted:
        return MorePosts(None, None, recent(limit, but=post.id))
    found: dict[str, list[PostSummary]] = {"older": [], "newer": [], "recent": []}
    for place, other in _around(min(limit, LIMIT)).all(id=post.id, at=post.published_at):
        found[place].append(other)
    latest = sorted(found["recent"], key=lambda other: (other.published_at, other.id), reverse=True)
    return MorePosts(next(iter(found["older"]), None), next(iter(found["newer"]), None), latest)


def load_cover(post: PostSummary) -> Picture | None:
    """The cover of a post in a list, when it is kept here."""
    return COVER_QUERY.first(post=post.id)


# -- the queries, made once ---------------------------------------------------------------------------------


def _here(kind: str) -> Select[Post]:
    """What is public at an address."""
    return select(Post).where(Post.kind == literal_column(f"'{kind}'"), Post.slug == bindparam("slug"), is_public())


@cache
def _article(kind: str) -> CompiledQuery[Article]:
    signed = _here(kind).outerjoin(Person, Person.id == Post.author_id)
    columns = (
        *SUMMARY_COLUMNS, Post.unlisted, Post.canonical_url, Post.updated_at, Post.cover, Post.html, Post.contents,
        Post.pictures, Person.name, Person.slug, taxonomy.has_page(Person.id),
    )  # fmt: skip

    def made(*cells: Any) -> Article:
        *own, name, slug, has_page = cells
        return Article(*own, Byline(name, slug, bool(has_page)) if name else None)  # type: ignore[call-arg]

    return CompiledQuery(lambda: signed.with_only_columns(*columns), made)


@cache
def _around(limit: int) -> CompiledQuery[tuple[str, PostSummary]]:
    # Their dates are those of a post that is public: what is older is public too.
    order, here = tuple_(Post.published_at, Post.id), tuple_(bindparam("at", type_=Instant), bindparam("id"))
    before = select(Post).where(order < here, Post.deleted_at.is_(None), *LISTED)
    after = listed_posts().where(order > here).order_by(Post.published_at, Post.id)
    wanted: dict[str, Select[Post]] = {
        "recent": take_newest(listed_posts().where(Post.id != bindparam("id")), limit),
        "older": take_newest(before, 1),
        "newer": after.limit(literal_column("1")),
    }

    def query() -> AnySelect:
        parts: list[AnySelect] = []
        for place, posts in wanted.items():
            named: Any = literal_column(f"'{place}'").label("place")
            parts.append(select(posts.with_only_columns(named, *SUMMARY_COLUMNS).subquery()))
        return select(*union_all(*parts).subquery().c)

    return CompiledQuery(query, lambda place, *cells: (place, PostSummary(*cells)))


def _tags() -> AnySelect:
    tagged = select(Tag.name, Tag.slug).join(post_tag, post_tag.c.tag_id == Tag.id)
    return tagged.where(post_tag.c.post_id == bindparam("post")).order_by(post_tag.c.position)


def _cover() -> AnySelect:
    return select(Post.pictures[0]).where(Post.id == bindparam("post"), Post.cover.startswith("/media/"))


TAGS_QUERY = CompiledQuery(_tags, TagLabel)
COVER_QUERY: CompiledQuery[Picture | None] = CompiledQuery(_cover, lambda picture: picture)
MARKDOWN_QUERY: CompiledQuery[tuple[str, str]] = CompiledQuery(
    lambda: _here("post").with_only_columns(Post.title, Post.body), lambda title, body: (title, body)
)


# -- what is related ---------------------------------------------------------------------------------------


def _own() -> CTE:
    """The tags of the post, with the number of posts that carry each."""
    scope = lists.posts_with_tag(post_tag.c.tag_id).scope
    posts = select(Tally.posts).where(Tally.scope == scope, Tally.month == ALL_TIME).scalar_subquery()
    tags = select(post_tag.c.tag_id, posts.label("posts")).where(post_tag.c.post_id == bindparam("post"))
    return tags.cte("own").prefix_with("MATERIALIZED")  # counted once, not for each post that is found


def _others(own: CTE) -> CTE:
    """The newest other posts of each of these tags."""
    newest, found = post_tag.alias("newest"), post_tag.alias("found")
    looked_at = select(newest.c.post_id).where(newest.c.tag_id == own.c.tag_id, newest.c.listed_at <= now_parameter())
    looked_at = looked_at.order_by(newest.c.listed_at.desc(), newest.c.post_id.desc())
    looked_at = looked_at.limit(literal_column(str(CANDIDATES_PER_TAG))).correlate(own)
    # Found by the post alone: by the tag, too, SQLite would go through all that carry it.
    others = select(found.c.post_id.label("id")).join_from(own, found, found.c.post_id.in_(looked_at))
    return others.where(found.c.post_id != bindparam("post")).distinct().cte("others")


def _near() -> AnySelect:
    own, carried = _own(), post_tag.alias("carried")
    others = _others(own)
    shared, rarest, date = func.count(), func.min(own.c.posts), func.max(carried.c.listed_at)
    # All tags are compared: a post that one tag finds may be too old for the newest of another.
    alike = (
        select(others.c.id, shared.label("shared"), rarest.label("rarest"))
        .join_from(others, own, true())
        .join(carried, and_(carried.c.post_id == others.c.id, carried.c.tag_id == own.c.tag_id))
        .group_by(others.c.id)
        .order_by(shared.desc(), rarest, date.desc(), others.c.id.desc())
        .limit(literal_column(str(RELATED + NEIGHBOURS)))
        .subquery("alike")
    )
    order = alike.c.shared.desc(), alike.c.rarest, Post.published_at.desc(), Post.id.desc()
    return (
        select(and_(is_public(), *LISTED), *SUMMARY_COLUMNS)
        .join_from(alike, Post, Post.id == alike.c.id)
        .order_by(*order)
    )


def related_query() -> CompiledQuery[tuple[bool, PostSummary]]:
    """The query of what is related.

    Tables are read in the order in which they are named: each row of one finds a few of the next by an index.
    """
    return CompiledQuery(_near, lambda shown, *cells: (shown, PostSummary(*cells)), hints={" JOIN ": " CROSS JOIN "})


RELATED_QUERY = related_query()
