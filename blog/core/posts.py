"""Find posts. What is public is said once, in `visible()`: every public query starts there.

Where counts and long lists are asked for, see `core.shelves`.
"""

from collections.abc import Sequence
from datetime import datetime
from urllib.parse import urlsplit

from sqlalchemy import ColumnElement, Select, and_, exists, func, literal_column, select, tuple_
from sqlalchemy.orm import joinedload, selectinload, undefer_group

from blog import clock
from blog.core.errors import Conflict, Missing
from blog.core.values import line
from blog.extensions import db
from blog.models import Post

LIMIT = 1000
STATUSES = ("draft", "scheduled", "published", "deleted")
# What lists and feeds show of all that is there.
SHOWN = (Post.kind == "post", Post.unlisted.is_(False))
LAST_ID = 2**63 - 1


def public(before: tuple[datetime, int] | None = None) -> ColumnElement[bool]:
    """True of a row that anyone may read now; of those before a (date, id), if given.

    That is one bound, not two: of two, SQLite may search its index by the one that finds more.
    """
    come = Post.published_at <= clock.now()
    if before:
        come = tuple_(Post.published_at, Post.id) < min(before, (clock.now(), LAST_ID))
    return and_(come, Post.deleted_at.is_(None))


def visible(before: tuple[datetime, int] | None = None) -> Select[Post]:
    """All that anyone may read: posts and pages, published and not deleted."""
    return select(Post).where(public(before))


def listed(before: tuple[datetime, int] | None = None) -> Select[Post]:
    """The posts that lists and feeds show, newest first."""
    return visible(before).where(*SHOWN).order_by(Post.published_at.desc(), Post.id.desc())


def pages() -> Select[Post]:
    """The pages that readers find named (About), by title."""
    # The kind is written out: a partial index serves only queries that say its condition themselves.
    return visible().where(Post.kind == literal_column("'page'"), Post.unlisted.is_(False)).order_by(Post.title)


def recent(limit: int, *, but: int | None = None, whole: bool = False) -> Sequence[Post]:
    """The newest listed posts; `whole` loads texts, authors and tags, for feeds."""
    query = listed().where(Post.id != (but or 0)).limit(min(limit, LIMIT))
    if whole:
        query = query.options(undefer_group("text"), joinedload(Post.author), selectinload(Post.tags))
    return db.session.scalars(query).all()


# -- for authors --------------------------------------------------------------------------------------------


def find(name: str, *, whole: bool = False) -> Post:
    """Any post or page, whatever its status, by its slug or address. Raises Missing, or Conflict when two fit."""
    path = address_path(line(name))
    kinds = ("post",) if path.startswith("/posts/") else ("page",) if path.startswith("/") else ("post", "page")
    query = select(Post).where(Post.slug == path.strip("/").removeprefix("posts/"), Post.kind.in_(kinds))
    found = db.session.scalars(query.options(undefer_group("text")) if whole else query).all()
    if not found:
        raise Missing(f"There is no post “{line(name)[:80]}”. `broadsheet list` names them all.")
    if len(found) > 1:
        raise Conflict(f"Both a post and a page are called “{path}”: say /posts/{path}/ or /{path}/.")
    return found[0]


def address_path(text: str) -> str:
    """The path of an address, or the text itself when it is none."""
    try:
        return urlsplit(text).path
    except ValueError:
        return text


def with_status(status: str | None) -> Sequence[Post]:
    """All posts and pages of one status, newest first; without one, all that are not deleted."""
    now = clock.now()
    alive = Post.deleted_at.is_(None)
    conditions = {
        None: alive,
        "draft": and_(alive, Post.published_at.is_(None)),
        "scheduled": and_(alive, Post.published_at > now),
        "published": public(),
        "deleted": Post.deleted_at.is_not(None),
    }
    newest = func.coalesce(Post.published_at, Post.created_at).desc()
    query = select(Post).where(conditions[status]).order_by(newest, Post.id.desc())
    return db.session.scalars(query.options(selectinload(Post.tags))).all()


def with_tags(post_id: int) -> Post:
    """A post as the database has it now, with its tags."""
    query = select(Post).where(Post.id == post_id).options(selectinload(Post.tags))
    return db.session.scalars(query.execution_options(populate_existing=True)).one()


def any_post() -> bool:
    """Whether anything was ever written here."""
    return bool(db.session.scalar(select(exists(select(Post.id)))))
