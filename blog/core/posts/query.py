"""Find posts. `is_public()` is the only definition of "public": every public query starts from it or `visible()`.

For counts and long lists see `core.posts.lists`.
"""

from collections.abc import Sequence
from urllib.parse import urlsplit

from sqlalchemy import ColumnElement, Select, and_, exists, func, literal_column, or_, select
from sqlalchemy.orm import selectinload, undefer_group

from blog.core.db.compiled_query import now_parameter
from blog.core.errors import Conflict, NotFound
from blog.core.text.validate import one_line
from blog.extensions import db
from blog.models import Post
from blog.models.json_types import RENDERER_VERSION

LIMIT = 1000
STATUSES = ("draft", "scheduled", "published", "deleted")
# The posts that lists and feeds show. The kind is part of the SQL text: with a parameter, SQLite would plan the query
# anew each time, because an index of pages might serve it.
LISTED = (Post.kind == literal_column("'post'"), Post.unlisted.is_(False))


def is_public() -> ColumnElement[bool]:
    """Return a condition: anyone may read the row when the query runs."""
    return and_(Post.published_at <= now_parameter(), Post.deleted_at.is_(None))


def is_listed() -> ColumnElement[bool]:
    """Return a condition: lists and feeds show the row when the query runs."""
    return and_(is_public(), *LISTED)


def visible() -> Select[Post]:
    """Return a query for everything that anyone may read: posts and pages, published and not deleted."""
    return select(Post).where(is_public())


def pages() -> Select[Post]:
    """Return a query for the listed pages (About), by title."""
    # The kind is part of the SQL text: a partial index serves only queries that contain its condition literally.
    return visible().where(Post.kind == literal_column("'page'"), Post.unlisted.is_(False)).order_by(Post.title)


# -- for authors --------------------------------------------------------------------------------------------


def find(name: str, *, whole: bool = False) -> Post:
    """Return the post or page with this slug or address, whatever its status; `whole` loads its text, too.

    Raises NotFound, or Conflict if both a post and a page match.
    """
    path = url_path(one_line(name))
    kinds = ("post",) if path.startswith("/posts/") else ("page",) if path.startswith("/") else ("post", "page")
    query = select(Post).where(Post.slug == path.strip("/").removeprefix("posts/"), Post.kind.in_(kinds))
    posts = db.session.scalars(query.options(undefer_group("text")) if whole else query).all()
    if not posts:
        raise NotFound(f"There is no post “{one_line(name)[:80]}”. `broadsheet list` names them all.")
    if len(posts) > 1:
        raise Conflict(f"Both a post and a page are called “{path}”: say /posts/{path}/ or /{path}/.")
    return posts[0]


def url_path(text: str) -> str:
    """Return the path of a URL, or the text itself if it is no URL."""
    try:
        return urlsplit(text).path
    except ValueError:
        return text


def status_filter(status: str | None) -> ColumnElement[bool]:
    """Return a condition: the row has this status when the query runs. None: any status except deleted."""
    not_deleted = Post.deleted_at.is_(None)
    return {
        None: not_deleted,
        "draft": and_(not_deleted, Post.published_at.is_(None)),
        "scheduled": and_(not_deleted, Post.published_at > now_parameter()),
        "published": is_public(),
        "deleted": Post.deleted_at.is_not(None),
    }[status]


def posts_with_status(status: str | None) -> Sequence[Post]:
    """Return all posts and pages of a status, newest first. None: all that are not deleted."""
    newest = func.coalesce(Post.published_at, Post.created_at).desc()
    query = select(Post).where(status_filter(status)).order_by(newest, Post.id.desc())
    return db.session.scalars(query.options(selectinload(Post.tags))).all()


def load_with_tags(post_id: int) -> Post:
    """Load a post from the database again, with its tags."""
    query = select(Post).where(Post.id == post_id).options(selectinload(Post.tags))
    return db.session.scalars(query.execution_options(populate_existing=True)).one()


def has_outdated_html() -> bool:
    """Return whether another version of the renderer produced the HTML of any post."""
    other = or_(
        Post.renderer < RENDERER_VERSION, Post.renderer > RENDERER_VERSION
    )  # two ranges of an index; "not equal" reads all
    return bool(db.session.scalar(select(exists(select(Post.id).where(other)))))


def has_posts() -> bool:
    """Return whether any post was ever written, deleted ones included."""
    return bool(db.session.scalar(select(exists(select(Post.id)))))
