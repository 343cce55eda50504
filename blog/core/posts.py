"""Find posts. What is public is said once, in `visible()`: every public query starts there."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, and_, exists, func, literal, or_, select, union_all
from sqlalchemy.orm import aliased, joinedload, selectinload, undefer_group

from blog import clock
from blog.core.errors import Conflict, Gone, Missing
from blog.core.values import YEARS, line
from blog.extensions import db
from blog.models import Person, Post, Site, Tag, post_tag

LIMIT = 1000
STATUSES = ("draft", "scheduled", "published", "deleted")


@dataclass(frozen=True)
class Slice:
    """Some of many posts, newest first."""

    posts: Sequence[Post]
    total: int


@dataclass(frozen=True)
class Counted:
    """A tag, or a year, with the number of posts a reader finds there."""

    name: str
    slug: str
    posts: int


def public() -> ColumnElement[bool]:
    """True of a row that anyone may read now."""
    return and_(Post.published_at <= clock.now(), Post.deleted_at.is_(None))


def visible() -> Select[Post]:
    """All that anyone may read: posts and pages, published and not deleted."""
    return select(Post).where(public())


def listed() -> Select[Post]:
    """The posts that lists, feeds and counts show, newest first."""
    return _listed(visible()).order_by(Post.published_at.desc(), Post.id.desc())


def _listed(query: Select[Post]) -> Select[Post]:
    return query.where(Post.kind == "post", Post.unlisted.is_(False))


def readable(kind: str, slug: str) -> Post:
    """The post or page that readers find at this slug, whole. Raises Gone or Missing."""
    whole = (undefer_group("text"), joinedload(Post.author), selectinload(Post.tags))
    here = (Post.kind == kind, Post.slug == slug)
    post = db.session.scalars(visible().where(*here).options(*whole)).first()
    if post is not None:
        return post
    deleted = db.session.scalars(select(Post).where(*here, Post.deleted_at.is_not(None))).first()
    if deleted and deleted.was_public:
        raise Gone("This was here and has been taken away.")
    raise Missing("There is no such page here.")


def recent(limit: int, *, but: int | None = None, whole: bool = False) -> Sequence[Post]:
    """The newest listed posts; `whole` loads texts, authors and tags, for feeds."""
    query = listed().where(Post.id != (but or 0)).limit(min(limit, LIMIT))
    if whole:
        query = query.options(undefer_group("text"), joinedload(Post.author), selectinload(Post.tags))
    return db.session.scalars(query).all()


def page_of(start: int, size: int, *, tag: Tag | None = None, author: Person | None = None) -> Slice:
    """`size` listed posts from the `start`th (0 is the newest), of one tag or author if given."""
    query = listed()
    if tag:
        query = query.join(post_tag, post_tag.c.post_id == Post.id).where(post_tag.c.tag_id == tag.id)
    if author:
        query = query.where(Post.author_id == author.id)
    total = db.session.scalar(
        select(func.count()).select_from(query.order_by(None).with_only_columns(Post.id).subquery())
    )
    return Slice(db.session.scalars(query.offset(start).limit(min(size, LIMIT))).all(), total or 0)


@dataclass(frozen=True)
class Around:
    """What a reader of a post may read next: the one before it, the one after it, the newest others."""

    older: Post | None
    newer: Post | None
    recent: Sequence[Post]


def around(post: Post, limit: int) -> Around:
    """The neighbours of a post and at most `limit` of the newest others, in one query."""
    here = (post.published_at, post.id)
    older = or_(Post.published_at < here[0], and_(Post.published_at == here[0], Post.id < here[1]))
    newer = or_(Post.published_at > here[0], and_(Post.published_at == here[0], Post.id > here[1]))
    wanted = {"recent": listed().where(Post.id != post.id).limit(limit)}
    if post.kind == "post" and not post.unlisted:
        wanted["older"] = listed().where(older).limit(1)
        wanted["newer"] = listed().where(newer).order_by(None).order_by(Post.published_at, Post.id).limit(1)
    parts = [select(query.add_columns(literal(place).label("place")).subquery()) for place, query in wanted.items()]
    rows = union_all(*parts).subquery()
    found: dict[str, list[Post]] = {"older": [], "newer": [], "recent": []}
    for other, place in db.session.execute(select(aliased(Post, rows), rows.c.place)):
        found[place].append(other)
    found["recent"].sort(key=lambda other: (other.published_at, other.id), reverse=True)
    return Around(next(iter(found["older"]), None), next(iter(found["newer"]), None), found["recent"])


def pages() -> Sequence[Post]:
    """The pages that the navigation names (About), by title."""
    query = visible().where(Post.kind == "page", Post.unlisted.is_(False))
    return db.session.scalars(query.order_by(Post.title).limit(8)).all()


def everything() -> Sequence[Post]:
    """All that search engines should know: listed posts and pages, newest first."""
    return db.session.scalars(
        visible().where(Post.unlisted.is_(False)).order_by(Post.published_at.desc(), Post.id.desc())
    ).all()


# -- tags, authors, years -----------------------------------------------------------------------------------


def tag(slug: str) -> Tag:
    """A tag that some listed post carries. Raises Missing."""
    carrying = _listed(visible()).join(post_tag, post_tag.c.post_id == Post.id).where(post_tag.c.tag_id == Tag.id)
    carried = carrying.with_only_columns(Post.id)
    found = db.session.scalars(select(Tag).where(Tag.slug == slug, carried.correlate(Tag).exists())).first()
    if found is None:
        raise Missing("No post carries this tag.")
    return found


def tags() -> list[Counted]:
    """All tags that listed posts carry, by name."""
    counted = (
        _listed(visible())
        .join(post_tag, post_tag.c.post_id == Post.id)
        .join(Tag, Tag.id == post_tag.c.tag_id)
        .with_only_columns(Tag.name, Tag.slug, func.count())
        .group_by(Tag.id)
        .order_by(Tag.key)
    )
    return [Counted(name, slug, posts) for name, slug, posts in db.session.execute(counted)]


def authors() -> Sequence[Person]:
    """Those whose listed posts have a page of their own: everybody who signs, where several do."""
    signed = _listed(visible()).with_only_columns(func.count(func.coalesce(Post.author_id, 0).distinct()))
    mine = _listed(visible()).where(Post.author_id == Person.id).with_only_columns(Post.id).correlate(Person)
    several = select(Person).where(mine.exists(), signed.scalar_subquery() > 1)
    return db.session.scalars(several.order_by(Person.slug)).all()


def author(slug: str) -> Person:
    """An author who has a page. Raises Missing."""
    found = next((person for person in authors() if person.slug == slug), None)
    if found is None:
        raise Missing("Nobody of this name has a page here.")
    return found


def year_bounds(year: int, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """A year of the site's calendar, as two instants."""
    first, last = (datetime(number, 1, 1, tzinfo=zone).astimezone(UTC) for number in (year, year + 1))
    return first, last


def years(zone: ZoneInfo) -> list[Counted]:
    """The years with listed posts, newest first."""
    ends = _listed(visible()).with_only_columns(func.min(Post.published_at), func.max(Post.published_at))
    oldest, newest = db.session.execute(ends).one()
    if oldest is None or newest is None:
        return []
    counts = []
    for year in range(newest.astimezone(zone).year, oldest.astimezone(zone).year - 1, -1):
        first, last = year_bounds(year, zone)
        within = _listed(visible()).where(Post.published_at >= first, Post.published_at < last)
        counts.append(within.with_only_columns(literal(year).label("year"), func.count().label("posts")))
    rows = [
        row
        for start in range(0, len(counts), 200)
        for row in db.session.execute(union_all(*counts[start : start + 200]))
    ]
    return [Counted(str(year), str(year), posts) for year, posts in rows if posts]


def of_year(year: int, zone: ZoneInfo) -> Sequence[Post]:
    """The listed posts of a year, newest first. Raises Missing when there is none."""
    if year not in YEARS:
        raise Missing("Nothing was published that year.")
    first, last = year_bounds(year, zone)
    found = db.session.scalars(listed().where(Post.published_at >= first, Post.published_at < last)).all()
    if not found:
        raise Missing("Nothing was published that year.")
    return found


@dataclass(frozen=True)
class Edition:
    """The site as it is now, and when readers last saw anything change: a write, or a scheduled post coming due."""

    site: Site
    changed_at: datetime


def edition() -> Edition:
    """The present edition, in one query."""
    due = visible().with_only_columns(func.max(Post.published_at)).scalar_subquery()
    site, newest = db.session.execute(select(Site, due)).one()
    return Edition(site, max(site.changed_at, newest) if newest else site.changed_at)


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
