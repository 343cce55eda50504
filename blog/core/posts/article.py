"""The values of an article page: the post, its neighbours, related posts. Only public posts, as plain values."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import CTE, Select, and_, bindparam, func, literal_column, select, true, tuple_, union_all

from blog.core.db.compiled_query import AnySelect, CompiledQuery, now_parameter
from blog.core.db.cross_join import CrossJoin
from blog.core.errors import Gone, NotFound
from blog.core.posts import lists, taxonomy
from blog.core.posts.query import LISTED, is_listed, is_public, visible
from blog.core.posts.summaries import SUMMARY_COLUMNS, PostSummary, listed_posts, recent, take_newest
from blog.extensions import db
from blog.models import Person, Post, Tag, Tally, post_tag
from blog.models.json_types import Heading, Picture
from blog.models.tally import ALL_TIME
from blog.models.types import Instant

RELATED = 3
# Only the newest posts of each tag are compared: a tag may be on every post of the site.
CANDIDATES_PER_TAG = 20
NEIGHBOURS = 2
CONTENTS_MIN_WORDS = 1500


@dataclass(frozen=True)
class TagLabel:
    """A tag of a post."""

    name: str
    slug: str


@dataclass(frozen=True)
class Byline:
    """The author of a post; `has_page` tells whether the author's posts have a page of their own."""

    name: str
    slug: str
    has_page: bool


@dataclass(frozen=True)
class Article(PostSummary):
    """A whole post or page."""

    unlisted: bool
    canonical_url: str | None
    updated_at: datetime | None
    cover: str | None
    html: str
    contents: list[Heading]
    pictures: list[Picture]
    author: Byline | None
    tags: Sequence[TagLabel] = ()

    @property
    def contents_list(self) -> list[Heading]:
        """The contents that readers see: only long texts with several headings have a list."""
        return self.contents if self.words > CONTENTS_MIN_WORDS and len(self.contents) > 2 else []


@dataclass(frozen=True)
class MorePosts:
    """The posts that an article page offers: the one before it, the one after it, the newest others, related ones."""

    older: PostSummary | None
    newer: PostSummary | None
    recent: Sequence[PostSummary]
    related: Sequence[PostSummary] = ()


def load(kind: str, slug: str) -> Article:
    """Load the public post or page with this slug. Raises Gone or NotFound."""
    article = _article_query(kind).first(slug=slug)
    if article is None:
        raise _gone_or_missing(kind, slug)
    return replace(article, tags=TAGS_QUERY.all(post=article.id))


def check(kind: str, slug: str) -> None:
    """Raise Gone or NotFound if no public post or page has this slug."""
    query = visible().where(Post.kind == kind, Post.slug == slug)
    if db.session.scalar(query.with_only_columns(Post.id)) is None:
        raise _gone_or_missing(kind, slug)


def markdown_source(slug: str) -> tuple[str, str]:
    """Return title and Markdown text of a post, as its author wrote them. Raises Gone or NotFound."""
    row = MARKDOWN_QUERY.first(slug=slug)
    if row is None:
        raise _gone_or_missing("post", slug)
    return row


def _gone_or_missing(kind: str, slug: str) -> Gone | NotFound:
    """Return the error for an address without a public post."""
    post = db.session.scalars(select(Post).where(Post.kind == kind, Post.slug == slug)).first()
    if post and post.deleted_at and post.was_public:
        return Gone("This was here and has been taken away.")
    return NotFound("There is no such page here.")


def more_posts(post: Article, limit: int) -> MorePosts:
    """Return the neighbours of a post, up to three related posts, and the `limit` newest others.

    No post appears twice: the related posts exclude the neighbours, the newest posts exclude the related ones.
    """
    around = _neighbours(post, limit + RELATED)
    older, newer = (next(iter(around[place]), None) for place in ("older", "newer"))
    rows = RELATED_QUERY.all(post=post.id) if post.tags else []
    related = [other for is_shown, other in rows if is_shown and other not in (older, newer)][:RELATED]
    others = [other for other in around["recent"] if other not in related]
    return MorePosts(older, newer, others[:limit], related)


def _neighbours(post: Article, limit: int) -> dict[str, list[PostSummary]]:
    """Return the `older` and the `newer` post, if any, and the `limit` newest others, with one query."""
    posts: dict[str, list[PostSummary]] = {"older": [], "newer": [], "recent": []}
    if post.unlisted:
        return posts | {"recent": recent(limit, exclude=post.id)}
    for place, other in _neighbours_query(limit).all(id=post.id, at=post.published_at):
        posts[place].append(other)
    posts["recent"].sort(key=lambda other: (other.published_at, other.id), reverse=True)
    return posts


def load_cover(post: PostSummary) -> Picture | None:
    """Load the cover of a post in a list, if it is a picture of this site."""
    return COVER_QUERY.first(post=post.id)


# -- the queries, compiled once -----------------------------------------------------------------------------


def _public_at_slug(kind: str) -> Select[Post]:
    return select(Post).where(Post.kind == literal_column(f"'{kind}'"), Post.slug == bindparam("slug"), is_public())


@cache
def _article_query(kind: str) -> CompiledQuery[Article]:
    posts = _public_at_slug(kind).outerjoin(Person, Person.id == Post.author_id)
    columns = (
        *SUMMARY_COLUMNS, Post.unlisted, Post.canonical_url, Post.updated_at, Post.cover, Post.html, Post.contents,
        Post.pictures, Person.name, Person.slug, taxonomy.has_page(Person.id),
    )  # fmt: skip

    def article(*cells: Any) -> Article:
        *values, name, slug, has_page = cells
        return Article(*values, Byline(name, slug, bool(has_page)) if name else None)  # type: ignore[call-arg]

    return CompiledQuery(lambda: posts.with_only_columns(*columns), article)


@cache
def _neighbours_query(limit: int) -> CompiledQuery[tuple[str, PostSummary]]:
    # The date is that of a public post: older posts are public, too.
    order, position = tuple_(Post.published_at, Post.id), tuple_(bindparam("at", type_=Instant), bindparam("id"))
    before = select(Post).where(order < position, Post.deleted_at.is_(None), *LISTED)
    after = listed_posts().where(order > position).order_by(Post.published_at, Post.id)
    queries: dict[str, Select[Post]] = {
        "recent": take_newest(listed_posts().where(Post.id != bindparam("id")), limit),
        "older": take_newest(before, 1),
        "newer": after.limit(literal_column("1")),
    }

    def query() -> AnySelect:
        parts: list[AnySelect] = []
        for place, posts in queries.items():
            label: Any = literal_column(f"'{place}'").label("place")
            parts.append(select(posts.with_only_columns(label, *SUMMARY_COLUMNS).subquery()))
        return select(*union_all(*parts).subquery().c)

    return CompiledQuery(query, lambda place, *cells: (place, PostSummary(*cells)))


def _tags_query() -> AnySelect:
    tags = select(Tag.name, Tag.slug).join(post_tag, post_tag.c.tag_id == Tag.id)
    return tags.where(post_tag.c.post_id == bindparam("post")).order_by(post_tag.c.position)


def _cover_query() -> AnySelect:
    return select(Post.pictures[0]).where(Post.id == bindparam("post"), Post.cover.startswith("/media/"))


TAGS_QUERY = CompiledQuery(_tags_query, TagLabel)
COVER_QUERY: CompiledQuery[Picture | None] = CompiledQuery(_cover_query, lambda picture: picture)
MARKDOWN_QUERY: CompiledQuery[tuple[str, str]] = CompiledQuery(
    lambda: _public_at_slug("post").with_only_columns(Post.title, Post.body), lambda title, body: (title, body)
)


# -- the query of related posts -----------------------------------------------------------------------------


def _own_tags() -> CTE:
    """Return the tags of the post, with the number of posts that have each tag."""
    scope = lists.posts_with_tag(post_tag.c.tag_id).scope
    posts = select(Tally.posts).where(Tally.scope == scope, Tally.month == ALL_TIME).scalar_subquery()
    tags = select(post_tag.c.tag_id, posts.label("posts")).where(post_tag.c.post_id == bindparam("post"))
    return tags.cte("own").prefix_with("MATERIALIZED")  # computed once, not for each candidate


def _candidates(own: CTE) -> CTE:
    """Return the newest other posts of each of these tags."""
    newest, candidate = post_tag.alias("newest"), post_tag.alias("found")
    newest_ids = select(newest.c.post_id).where(newest.c.tag_id == own.c.tag_id, newest.c.listed_at <= now_parameter())
    newest_ids = newest_ids.order_by(newest.c.listed_at.desc(), newest.c.post_id.desc())
    newest_ids = newest_ids.limit(literal_column(str(CANDIDATES_PER_TAG))).correlate(own)
    # The join names the post alone: if it named the tag, too, SQLite would read all posts of the tag.
    others = select(candidate.c.post_id.label("id")).select_from(
        CrossJoin(own, candidate, candidate.c.post_id.in_(newest_ids))
    )
    return others.where(candidate.c.post_id != bindparam("post")).distinct().cte("others")


def _related_query() -> AnySelect:
    """Return the query of the posts that share most tags with a post: whether each is listed, and its summary.

    Posts with equal numbers of shared tags: those that share its rarest tag come first, then the newest.
    """
    own, post_tags = _own_tags(), post_tag.alias("carried")
    others = _candidates(own)
    shared, rarest, date = func.count(), func.min(own.c.posts), func.max(post_tags.c.listed_at)
    is_shared = and_(post_tags.c.post_id == others.c.id, post_tags.c.tag_id == own.c.tag_id)
    # All tags of a candidate are compared: among the newest posts of one tag, it may be too old to be so for another.
    alike = (
        select(others.c.id, shared.label("shared"), rarest.label("rarest"))
        .select_from(CrossJoin(CrossJoin(others, own, true()), post_tags, is_shared))
        .group_by(others.c.id)
        .order_by(shared.desc(), rarest, date.desc(), others.c.id.desc())
        .limit(literal_column(str(RELATED + NEIGHBOURS)))
        .subquery("alike")
    )
    order = alike.c.shared.desc(), alike.c.rarest, Post.published_at.desc(), Post.id.desc()
    query = select(is_listed(), *SUMMARY_COLUMNS).select_from(CrossJoin(alike, Post.__table__, Post.id == alike.c.id))
    return query.order_by(*order)


RELATED_QUERY: CompiledQuery[tuple[bool, PostSummary]] = CompiledQuery(
    _related_query, lambda is_shown, *cells: (is_shown, PostSummary(*cells))
)
