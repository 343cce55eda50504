"""Rename tags, let one take the place of another, take them away. Posts are changed by statements, however many.

An address that readers could open leads on, or says that what was there is gone; `core.urls.permalinks` takes care of
all that is below it.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import (
    Select,
    SQLColumnExpression,
    String,
    and_,
    cast,
    delete,
    exists,
    func,
    insert,
    literal,
    select,
    update,
)
from sqlalchemy.orm import Session

from blog import clock
from blog.core.db.compiled_query import CompiledQuery
from blog.core.db.transaction import write_transaction
from blog.core.errors import Conflict, Invalid, NotFound
from blog.core.posts import lists
from blog.core.search import index, normalize
from blog.core.text import slugs, validate
from blog.core.urls import permalinks
from blog.extensions import db
from blog.models import Draft, Redirect, Tag, Tally, post_tag
from blog.models.tally import ALL_TIME

# What stands between the words of a name.
WORD_BORDER = re.compile(r"[^\w']+")


class NameTaken(Conflict):
    """Another tag has this name; the two can be merged. `other` is its id."""

    def __init__(self, other: int, message: str) -> None:
        super().__init__(message)
        self.other = other


@dataclass(frozen=True)
class TagUsage:
    """A tag, the number of posts that carry it in whatever state, and of those that readers find in its list."""

    id: int
    name: str
    slug: str
    posts: int
    listed: int


def all_tags() -> list[TagUsage]:
    """All tags, by name."""
    rows = db.session.execute(select(Tag.id, Tag.name, Tag.slug, _carriers(), _listed()).order_by(Tag.key))
    return [TagUsage(*cells) for cells in rows]


def tag(tag_id: int) -> TagUsage:
    """A tag. Raises Missing."""
    row = db.session.execute(select(Tag.id, Tag.name, Tag.slug, _carriers(), _listed()).where(Tag.id == tag_id)).first()
    if row is None:
        raise NotFound("There is no such tag.")
    return TagUsage(*row)


def suggest(text: str, limit: int = 8) -> list[str]:
    """Names of tags for what somebody begins to type, cased and accented in whatever way.

    First those that begin so, then those of which a later word does; of either the most used first.
    """
    wanted = " ".join(normalize.fold(validate.clean(text[: validate.TAG_LENGTH])).lstrip("#").split())
    found = []
    for name, posts in NAMES.all() if wanted else ():
        said = normalize.fold(name)
        if said.startswith(wanted) or f" {wanted}" in WORD_BORDER.sub(" ", said):
            found.append((not said.startswith(wanted), -posts, said, name))
    return [name for *_, name in sorted(found)[:limit]]


def _names() -> Select[str, int]:
    """All names, and how many posts lists show of each."""
    ever = and_(Tally.scope == literal("tag:") + cast(Tag.id, String), Tally.month == ALL_TIME)
    return select(Tag.name, func.coalesce(Tally.posts, 0)).outerjoin(Tally, ever)


NAMES: CompiledQuery[tuple[str, int]] = CompiledQuery(_names, lambda name, posts: (name, posts))


def id_of_name(name: str) -> int:
    """The id of the tag of a name, however its letters are cased. Raises Invalid."""
    found = db.session.scalar(select(Tag.id).where(Tag.key == validate.one_line(name).lstrip("#").strip().casefold()))
    if found is None:
        raise Invalid("into", f"There is no tag “{validate.one_line(name)[:80]}”.")
    return found


def rename(tag_id: int, name: str, slug: str = "") -> None:
    """Give a tag another name and slug (one made of the name, if none is given). Raises Invalid, Taken or Missing."""
    name = _name(name)
    slug = slugs.validate_slug(slug) if slug.strip() else ""
    with write_transaction() as session:
        row = _row(session, tag_id)
        _refuse_taken(session, row, name)
        old_key, old_slug = row.key, row.slug
        row.slug = _slug(session, row, slug or slugs.slug_of(name, "tag"), chosen=bool(slug))
        row.name, row.key = name, name.casefold()
        _in_copies(session, old_key, name)
        if row.slug != old_slug:
            _lead(session, row, old_slug, row.slug)


def merge(tag_id: int, into: int) -> int:
    """Let one tag take the place of another on all its posts. Returns how many. Raises Invalid or Missing."""
    if tag_id == into:
        raise Invalid("into", "A tag cannot be merged into itself.")
    with write_transaction() as session:
        row, other = _row(session, tag_id), _row(session, into)
        _lead(session, row, row.slug, other.slug)
        _in_copies(session, row.key, other.name)
        posts = _replace(session, row, other)
        session.delete(row)
        return len(posts)


def remove(tag_id: int) -> str:
    """Take a tag away from all posts, for good. Returns its name. Raises Missing."""
    with write_transaction() as session:
        row = _row(session, tag_id)
        _lead(session, row, row.slug, None)
        _in_copies(session, row.key, None)
        _replace(session, row, None)
        session.delete(row)
        return row.name


# -- within a transaction -----------------------------------------------------------------------------------


def _replace(session: Session, old: Tag, new: Tag | None) -> Sequence[int]:
    """Take a tag off all posts, or put another in its place: each once, where the first of both stood.

    The ids of these posts. This is the one place where posts come to carry other tags without being saved, so search is
    told here.
    """
    posts = session.scalars(select(post_tag.c.post_id).where(post_tag.c.tag_id == old.id)).all()
    if new is None:
        _close_up(session, [old.id], 1)
    else:
        _close_up(session, [old.id, new.id], 2)
        _put(session, old, new)
    session.execute(delete(post_tag).where(post_tag.c.tag_id == old.id))
    index.index_posts(session, posts)
    return posts


def _close_up(session: Session, ids: list[int], number: int) -> None:
    """Move up what comes after the last of these tags, on posts that carry as many of them."""
    carried = post_tag.alias()
    several = select(carried.c.post_id).where(carried.c.tag_id.in_(ids)).group_by(carried.c.post_id)
    last = select(func.max(carried.c.position)).where(
        carried.c.post_id == post_tag.c.post_id, carried.c.tag_id.in_(ids)
    )
    after = and_(
        post_tag.c.post_id.in_(several.having(func.count() == number)), post_tag.c.position > last.scalar_subquery()
    )
    session.execute(update(post_tag).where(after).values(position=post_tag.c.position - 1))


def _put(session: Session, old: Tag, new: Tag) -> None:
    """Let posts carry a tag where they carry another, or where it stands already if that is before.

    Rows are put in, not changed: that is what asks for pings.
    """
    there = post_tag.alias()
    place = select(there.c.position).where(there.c.post_id == post_tag.c.post_id, there.c.tag_id == old.id)
    both = and_(post_tag.c.tag_id == new.id, post_tag.c.position > place.scalar_subquery())
    session.execute(update(post_tag).where(both).values(position=place.scalar_subquery()))
    known = exists().where(there.c.post_id == post_tag.c.post_id, there.c.tag_id == new.id)
    more = select(post_tag.c.post_id, literal(new.id), post_tag.c.position).where(post_tag.c.tag_id == old.id, ~known)
    session.execute(insert(post_tag).from_select(["post_id", "tag_id", "position"], more))


def _in_copies(session: Session, key: str, name: str | None) -> None:
    """Let working copies, which name their tags, say another name, or none."""
    for post_id, tags in session.execute(select(Draft.post_id, Draft.tags)).all():
        said = validate.tags([(name or "") if one.casefold() == key else one for one in tags])
        if said != tags:
            session.execute(update(Draft).where(Draft.post_id == post_id).values(tags=said))


def _lead(session: Session, row: Tag, old: str, new: str | None) -> None:
    """Let the old address lead to a new one, with all that led there, or be gone; if readers could open it."""
    source, target = _path(old), _path(new) if new else None
    if target:
        session.execute(delete(Redirect).where(Redirect.path == permalinks.redirect_key(target)))
    led = session.scalar(select(exists().where(Redirect.target == source)))
    session.execute(update(Redirect).where(Redirect.target == source).values(target=target))
    if led or session.scalar(select(_listed()).where(Tag.id == row.id)):
        here = {"post_id": None, "target": target, "created_at": clock.now()}
        session.merge(Redirect(path=permalinks.redirect_key(source), **here))


def _path(slug: str) -> str:
    return f"{permalinks.TAGS_PATH}{slug}/"


def _row(session: Session, tag_id: int) -> Tag:
    row = session.get(Tag, tag_id)
    if row is None:
        raise NotFound("There is no such tag.")
    return row


def _name(text: str) -> str:
    found = validate.tags([text])
    if not found:
        raise Invalid("name", "A tag needs a name.")
    return found[0]


def _refuse_taken(session: Session, row: Tag, name: str) -> None:
    other = session.scalars(select(Tag).where(Tag.key == name.casefold(), Tag.id != row.id)).first()
    if other:
        raise NameTaken(
            other.id, f"There is a tag “{other.name}” already. Merge “{row.name}” into it, or choose another."
        )


def _slug(session: Session, row: Tag, slug: str, *, chosen: bool) -> str:
    def taken(other: str) -> bool:
        return session.scalar(select(Tag.id).where(Tag.slug == other, Tag.id != row.id)) is not None

    if chosen and taken(slug):
        raise Invalid("slug", f"Another tag has the address {_path(slug)}. Choose another.")
    return slugs.unique_slug(slug, taken)


def _carriers() -> SQLColumnExpression[int]:
    return select(func.count()).where(post_tag.c.tag_id == Tag.id).correlate(Tag).scalar_subquery()


def _listed() -> SQLColumnExpression[int]:
    return lists.count_column(lists.posts_with_tag(Tag.id))
