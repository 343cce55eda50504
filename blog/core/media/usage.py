"""Which posts use which stored pictures: recorded in the transaction that saves the text.

Deleted posts count, since Undelete restores them completely. Every text that looks like the URL of a stored picture
counts, also within code: it is better to keep one picture too many than one too few.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import Integer, bindparam, delete, func, insert, select
from sqlalchemy.orm import Session, load_only

from blog.core.db.batches import batches
from blog.core.images import variants
from blog.extensions import db
from blog.models import Draft, MediaUse, Post

IDS = bindparam("ids", expanding=True, type_=Integer)
DELETE_USES = delete(MediaUse).where(MediaUse.post_id.in_(IDS), MediaUse.copied.is_(False))


@dataclass(frozen=True)
class ImageUse:
    """A post that uses a picture; `copied` if only its working copy does."""

    post: Post
    copied: bool


def save_uses(session: Session, new: Iterable[Post], changed: Collection[Post]) -> None:
    for batch in batches(post.id for post in changed):
        session.connection().execute(DELETE_USES, {"ids": batch})
    _insert(session, [(post.id, False, _hash_prefixes(post)) for post in (*new, *changed)])


def save_draft_uses(session: Session, draft: Draft) -> None:
    """Record the pictures that a working copy uses. A trigger removes these rows together with the working copy."""
    session.execute(delete(MediaUse).where(MediaUse.post_id == draft.post_id, MediaUse.copied.is_(True)))
    _insert(session, [(draft.post_id, True, _hash_prefixes(draft))])


def _hash_prefixes(row: Post | Draft) -> list[str]:
    return variants.hash_prefixes(f"{row.body}\n{row.cover or ''}")


def _insert(session: Session, uses: Iterable[tuple[int, bool, list[str]]]) -> None:
    rows = [
        {"post_id": post, "copied": copied, "stem": prefix} for post, copied, prefixes in uses for prefix in prefixes
    ]
    if rows:
        session.execute(insert(MediaUse), rows)


def posts_using(prefix: str) -> list[ImageUse]:
    """Return the posts that use a picture, themselves or in a working copy, newest first."""
    columns = load_only(Post.id, Post.title, Post.slug, Post.kind, Post.language, Post.published_at, Post.deleted_at)
    copied = func.min(MediaUse.copied)
    query = select(Post, copied).join(MediaUse, MediaUse.post_id == Post.id).where(MediaUse.stem == prefix)
    rows = db.session.execute(query.group_by(Post.id).order_by(Post.id.desc()).options(columns))
    return [ImageUse(post, bool(only_copied)) for post, only_copied in rows]


def use_counts(prefixes: Iterable[str]) -> Mapping[str, int]:
    """Return how many posts use each of these pictures; unused ones are missing."""
    number = func.count(MediaUse.post_id.distinct())
    query = select(MediaUse.stem, number).where(MediaUse.stem.in_(list(prefixes))).group_by(MediaUse.stem)
    return {row[0]: row[1] for row in db.session.execute(query)}
