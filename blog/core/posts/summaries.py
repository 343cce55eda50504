"""Posts as lists show them: title, date, summary. Plain values, from queries that are compiled once."""

from dataclasses import dataclass
from datetime import datetime
from functools import cache

from sqlalchemy import Select, bindparam, literal_column, select

from blog.core.db.compiled_query import CompiledQuery
from blog.core.posts.query import LIMIT, is_listed
from blog.models import Post
from blog.models.json_types import PostProperties

# So many of the newest posts stand below an article, and on error pages.
RECENT_POSTS = 3


@dataclass(frozen=True)
class PostSummary(PostProperties):
    """A post or page as lists show it; `extract` is the beginning of its text, `words` the number of its words."""

    id: int
    kind: str
    slug: str
    title: str
    summary: str
    extract: str
    language: str | None
    words: int
    published_at: datetime


SUMMARY_COLUMNS = (
    Post.id, Post.kind, Post.slug, Post.title, Post.summary, Post.extract, Post.language, Post.words, Post.published_at,
)  # fmt: skip


def recent(limit: int, *, exclude: int = 0) -> list[PostSummary]:
    """Return the newest listed posts, without the post whose id is `exclude`."""
    return _recent(min(limit, LIMIT)).all(id=exclude)


def listed_posts() -> Select[Post]:
    """Return a query for the posts that lists and feeds show."""
    return select(Post).where(is_listed())


def take_newest(query: Select[Post], limit: int) -> Select[Post]:
    return query.order_by(Post.published_at.desc(), Post.id.desc()).limit(literal_column(str(limit)))


@cache
def _recent(limit: int) -> CompiledQuery[PostSummary]:
    others = listed_posts().where(Post.id != bindparam("id"))
    return CompiledQuery(lambda: take_newest(others, limit).with_only_columns(*SUMMARY_COLUMNS), PostSummary)
