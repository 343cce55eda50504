"""Rename, merge and delete tags. SQL statements change the posts, however many there are.

If readers could open a tag's old address, it redirects to the new one or says that the tag is gone.
`core.urls.permalinks` does the same for the pages and feeds below it.
"""

import re
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, String, and_, cast, delete, exists, func, insert, literal, select, update
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

# The characters between the words of a name.
WORD_BORDER = re.compile(r"[^\w']+")


class NameTaken(Conflict):
    """Another tag has this name; the two can be merged. `other` is its id."""

    def __init__(self, other: int, message: str) -> None:
        super().__init__(message)
        self.other = other


@dataclass(frozen=True)
class TagUsage:
    """A tag, the number of its posts of any status, and the number of posts that its list shows to readers."""

    id: int
    name: str
    slug: str
    posts: int
    listed: int


def all_tags() -> list[TagUsage]:
    return [TagUsage(*cells) for cells in db.session.execute(_query().order_by(Tag.key))]


def tag(tag_id: int) -> TagUsage:
    """Return a tag. Raises NotFound."""
    row = db.session.execute(_query().where(Tag.id == tag_id)).first()
    if row is None:
        raise NotFound("There is no such tag.")
    return TagUsage(*row)


def suggest(text: str, limit: int = 8) -> list[str]:
    """Return names of tags for a text that an author begins to type; case and accents do not matter.

    Names that begin with the text come first, then names with a later word that does; both with the most used first.
    """
    start = " ".join(normalize.fold(validate.clean(text[: validate.TAG_LENGTH])).lstrip("#").split())
    matches = []
    for name, posts in NAMES.all() if start else ():
        folded = normalize.fold(name)
        if folded.startswith(start) or f" {start}" in WORD_BORDER.sub(" ", folded):
            matches.append((not folded.startswith(start), -posts, folded, name))
    return [name for *_, name in sorted(matches)[:limit]]


def _names_query() -> Select[str, int]:
    """Return a query for all names, and the number of listed posts of each tag."""
    total = and_(Tally.scope == literal("tag:") + cast(Tag.id, String), Tally.month == ALL_TIME)
    return select(Tag.name, func.coalesce(Tally.posts, 0)).outerjoin(Tally, total)


NAMES: CompiledQuery[tuple[str, int]] = CompiledQuery(_names_query, lambda name, posts: (name, posts))


def id_of_name(name: str) -> int:
    """Return the id of the tag with this name in upper or lower case. Raises Invalid."""
    key = validate.one_line(name).lstrip("#").strip().casefold()
    tag_id = db.session.scalar(select(Tag.id).where(Tag.key == key))
    if tag_id is None:
        raise Invalid("into", f"There is no tag “{validate.one_line(name)[:80]}”.")
    return tag_id


def rename(tag_id: int, name: str, slug: str = "") -> None:
    """Give a tag another name and slug (by default made from the name). Raises Invalid, NameTaken or NotFound."""
    name = _valid_name(name)
    slug = slugs.validate_slug(slug) if slug.strip() else ""
    with write_transaction() as session:
        tag = _load(session, tag_id)
        _refuse_taken(session, tag, name)
        old_key, old_slug = tag.key, tag.slug
        tag.slug = _free_slug(session, tag, slug or slugs.slug_of(name, "tag"), is_chosen=bool(slug))
        tag.name, tag.key = name, name.casefold()
        _rename_in_copies(session, old_key, name)
        if tag.slug != old_slug:
            _redirect(session, tag, old_slug, tag.slug)


def merge(tag_id: int, into: int) -> int:
    """Replace a tag with another on all its posts. Return their number. Raises Invalid or NotFound."""
    if tag_id == into:
        raise Invalid("into", "A tag cannot be merged into itself.")
    with write_transaction() as session:
        return _replace(session, _load(session, tag_id), _load(session, into))


def remove(tag_id: int) -> str:
    """Delete a tag, and remove it from all posts. Return its name. Raises NotFound."""
    with write_transaction() as session:
        tag = _load(session, tag_id)
        _replace(session, tag, None)
        return tag.name


# -- within a transaction -----------------------------------------------------------------------------------


def _replace(session: Session, old: Tag, new: Tag | None) -> int:
    """Delete a tag, or replace it by `new`: a post with both tags has `new` at the first of both positions.

    Return the number of its posts. They get other tags without being saved, so this updates the search index.
    """
    _redirect(session, old, old.slug, new.slug if new else None)
    _rename_in_copies(session, old.key, new.name if new else None)
    post_ids = session.scalars(select(post_tag.c.post_id).where(post_tag.c.tag_id == old.id)).all()
    if new is None:
        _close_gap(session, [old.id], 1)
    else:
        _close_gap(session, [old.id, new.id], 2)
        _insert_new(session, old, new)
    session.execute(delete(post_tag).where(post_tag.c.tag_id == old.id))
    index.index_posts(session, post_ids)
    session.delete(old)
    return len(post_ids)


def _close_gap(session: Session, ids: list[int], number: int) -> None:
    """On posts that have `number` of these tags, move the tags after the last of them up by one position."""
    other = post_tag.alias()
    posts = select(other.c.post_id).where(other.c.tag_id.in_(ids)).group_by(other.c.post_id)
    last = select(func.max(other.c.position)).where(other.c.post_id == post_tag.c.post_id, other.c.tag_id.in_(ids))
    after = and_(
        post_tag.c.post_id.in_(posts.having(func.count() == number)), post_tag.c.position > last.scalar_subquery()
    )
    session.execute(update(post_tag).where(after).values(position=post_tag.c.position - 1))


def _insert_new(session: Session, old: Tag, new: Tag) -> None:
    """Give the posts of the old tag the new one, at the old one's position or an earlier one that it has already.

    Rows are inserted, not changed: a trigger on inserted rows asks for pings.
    """
    other = post_tag.alias()
    position = select(other.c.position).where(other.c.post_id == post_tag.c.post_id, other.c.tag_id == old.id)
    later = and_(post_tag.c.tag_id == new.id, post_tag.c.position > position.scalar_subquery())
    session.execute(update(post_tag).where(later).values(position=position.scalar_subquery()))
    has_new = exists().where(other.c.post_id == post_tag.c.post_id, other.c.tag_id == new.id)
    rows = select(post_tag.c.post_id, literal(new.id), post_tag.c.position).where(post_tag.c.tag_id == old.id, ~has_new)
    session.execute(insert(post_tag).from_select(["post_id", "tag_id", "position"], rows))


def _rename_in_copies(session: Session, key: str, name: str | None) -> None:
    """Rename or remove a tag in working copies, which store the names of their tags."""
    for post_id, tags in session.execute(select(Draft.post_id, Draft.tags)).all():
        new_tags = validate.tags([(name or "") if tag.casefold() == key else tag for tag in tags])
        if new_tags != tags:
            session.execute(update(Draft).where(Draft.post_id == post_id).values(tags=new_tags))


def _redirect(session: Session, tag: Tag, old: str, new: str | None) -> None:
    """If readers could open the address of slug `old`, redirect it, and all that led to it, to `new` or to "gone"."""
    source, target = _path(old), _path(new) if new else None
    if target:
        session.execute(delete(Redirect).where(Redirect.path == permalinks.redirect_key(target)))
    is_target = session.scalar(select(exists().where(Redirect.target == source)))
    session.execute(update(Redirect).where(Redirect.target == source).values(target=target))
    if is_target or session.scalar(select(_listed_count()).where(Tag.id == tag.id)):
        columns = {"post_id": None, "target": target, "created_at": clock.now()}
        session.merge(Redirect(path=permalinks.redirect_key(source), **columns))


def _path(slug: str) -> str:
    return f"{permalinks.TAGS_PATH}{slug}/"


def _load(session: Session, tag_id: int) -> Tag:
    tag = session.get(Tag, tag_id)
    if tag is None:
        raise NotFound("There is no such tag.")
    return tag


def _valid_name(text: str) -> str:
    names = validate.tags([text])
    if not names:
        raise Invalid("name", "A tag needs a name.")
    return names[0]


def _refuse_taken(session: Session, tag: Tag, name: str) -> None:
    other = session.scalars(select(Tag).where(Tag.key == name.casefold(), Tag.id != tag.id)).first()
    if other:
        message = f"There is a tag “{other.name}” already. Merge “{tag.name}” into it, or choose another."
        raise NameTaken(other.id, message)


def _free_slug(session: Session, tag: Tag, slug: str, *, is_chosen: bool) -> str:
    def is_taken(other: str) -> bool:
        return session.scalar(select(Tag.id).where(Tag.slug == other, Tag.id != tag.id)) is not None

    if is_chosen and is_taken(slug):
        raise Invalid("slug", f"Another tag has the address {_path(slug)}. Choose another.")
    return slugs.unique_slug(slug, is_taken)


def _query() -> Select[int, str, str, int, int]:
    posts = select(func.count()).where(post_tag.c.tag_id == Tag.id).correlate(Tag).scalar_subquery()
    return select(Tag.id, Tag.name, Tag.slug, posts, _listed_count())


def _listed_count() -> ColumnElement[int]:
    return lists.count_column(lists.posts_with_tag(Tag.id))
