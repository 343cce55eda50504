"""Which posts name which stored pictures: written with their words, within the same transaction.

A deleted post counts, too: Undelete brings all of it back. Whatever looks like the address of a picture of ours counts,
also where it is only shown as code: rather one picture too many is kept than one too few.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import delete, func, insert, select
from sqlalchemy.orm import Session, load_only

from blog.core.db.batches import batches
from blog.core.images import variants
from blog.extensions import db
from blog.models import Draft, MediaUse, Post


@dataclass(frozen=True)
class User:
    """A post that names a picture; `copied`, if what is not published of it does."""

    post: Post
    copied: bool


def put(session: Session, new: Iterable[Post], changed: Collection[Post]) -> None:
    """Note what posts name whose words are in the session."""
    for some in batches(post.id for post in changed):
        session.execute(delete(MediaUse).where(MediaUse.post_id.in_(some), MediaUse.copied.is_(False)))
    _note(session, [(post.id, False, _stems(post)) for post in (*new, *changed)])


def put_copy(session: Session, copy: Draft) -> None:
    """Note what a working copy names. What it used ends with it, by a trigger."""
    session.execute(delete(MediaUse).where(MediaUse.post_id == copy.post_id, MediaUse.copied.is_(True)))
    _note(session, [(copy.post_id, True, _stems(copy))])


def _stems(row: Post | Draft) -> list[str]:
    return variants.stems(f"{row.body}\n{row.cover or ''}")


def _note(session: Session, found: Iterable[tuple[int, bool, list[str]]]) -> None:
    rows = [{"post_id": post, "copied": copied, "stem": stem} for post, copied, stems in found for stem in stems]
    if rows:
        session.execute(insert(MediaUse), rows)


def of(stem: str) -> list[User]:
    """The posts that name a picture, the newest first; one whose working copy does, too, once."""
    columns = load_only(Post.id, Post.title, Post.slug, Post.kind, Post.language, Post.published_at, Post.deleted_at)
    copied = func.min(MediaUse.copied)
    query = select(Post, copied).join(MediaUse, MediaUse.post_id == Post.id).where(MediaUse.stem == stem)
    rows = db.session.execute(query.group_by(Post.id).order_by(Post.id.desc()).options(columns))
    return [User(post, bool(only)) for post, only in rows]


def counts(stems: Iterable[str]) -> Mapping[str, int]:
    """How many posts name each of some pictures."""
    number = func.count(MediaUse.post_id.distinct())
    query = select(MediaUse.stem, number).where(MediaUse.stem.in_(list(stems))).group_by(MediaUse.stem)
    return {row[0]: row[1] for row in db.session.execute(query)}
