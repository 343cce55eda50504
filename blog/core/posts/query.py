"""Find posts. What is public is said once, in `visible()`: every public query starts there.

Where counts and long lists are asked for, see `core.posts.lists`.
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
# What lists and feeds show of all that is there. The kind is written out: given as a value, SQLite would plan the
# query anew each time, since an index of pages might serve it.
LISTED = (Post.kind == literal_column("'post'"), Post.unlisted.is_(False))


def is_public() -> ColumnElement[bool]:
    """True of a row that anyone may read at the time of asking."""
    return and_(Post.published_at <= now_parameter(), Post.deleted_at.is_(None))


def visible() -> Select[Post]:
    """All that anyone may read: posts and pages, published and not deleted."""
    return select(Post).where(is_public())


def pages() -> Select[Post]:
    """The pages that readers find named (About), by title."""
    # The kind is written out: a partial index serves only queries that say its condition themselves.
    return visible().where(Post.kind == literal_column("'page'"), Post.unlisted.is_(False)).order_by(Post.title)


# -- for authors --------------------------------------------------------------------------------------------


def find(name: str, *, whole: bool = False) -> Post:
    """Any post or page, whatever its status, by its slug or address. Raises Missing, or Conflict when two fit."""
    path = url_path(one_line(name))
    kinds = ("post",) if path.startswith("/posts/") else ("page",) if path.startswith("/") else ("post", "page")
    query = select(Post).where(Post.slug == path.strip("/").removeprefix("posts/"), Post.kind.in_(kinds))
    found = db.session.scalars(query.options(undefer_group("text")) if whole else query).all()
    if not found:
        raise NotFound(f"There is no post “{one_line(name)[:80]}”. `broadsheet list` names them all.")
    if len(found) > 1:
        raise Conflict(f"Both a post and a page are called “{path}”: say /posts/{path}/ or /{path}/.")
    return found[0]


def url_path(text: str) -> str:
    """The path of an address, or the text itself when it is none."""
    try:
        return urlsplit(text).path
    except ValueError:
        return text


def status_filter(status: str | None) -> ColumnElement[bool]:
    """True of a row of this status at the time of asking; without one, of all that are not deleted."""
    alive = Post.deleted_at.is_(None)
    return {
        None: alive,
        "draft": and_(alive, Post.published_at.is_(None)),
        "scheduled": and_(alive, Post.published_at > now_parameter()),
        "published": is_public(),
        "deleted": Post.deleted_at.is_not(None),
    }[status]


def posts_with_status(status: str | None) -> Sequence[Post]:
    """All posts and pages of one status, newest first; without one, all that are not deleted."""
    newest = func.coalesce(Post.published_at, Post.created_at).desc()
    query = select(Post).where(status_filter(status)).order_by(newest, Post.id.desc())
    return db.session.scalars(query.options(selectinload(Post.tags))).all()


def load_with_tags(post_id: int) -> Post:
    """A post as the database has it now, with its tags."""
    query = select(Post).where(Post.id == post_id).options(selectinload(Post.tags))
    return db.session.scalars(query.execution_options(populate_existing=True)).one()


def has_outdated_html() -> bool:
    """Whether an older renderer made the page of any post."""
    # Two ranges of an index; "not equal" reads all.
    other = or_(Post.renderer < RENDERER_VERSION, Post.renderer > RENDERER_VERSION)
    return bool(db.session.scalar(select(exists(select(Post.id).where(other)))))


def has_posts() -> bool:
    """Whether anything was ever written here."""
    return bool(db.session.scalar(select(exists(select(Post.id)))))
