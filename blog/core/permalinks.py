"""Addresses: how they are made, which are taken, and where old ones lead."""

from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from blog import clock
from blog.core.errors import Conflict
from blog.core.posts import visible
from blog.core.slugs import RESERVED, numbered
from blog.core.values import clean
from blog.extensions import db
from blog.models import Post, Redirect


def path(kind: str, slug: str) -> str:
    """Where a post or page is read."""
    return f"/posts/{slug}/" if kind == "post" else f"/{slug}/"


def path_of(post: Post) -> str:
    """Where this post or page is read."""
    return path(post.kind, post.slug)


def holder(session: Session, kind: str, slug: str, but: int | None = None) -> Post | None:
    """The other post at this address, or that this old address leads to."""
    at = select(Post).where(Post.kind == kind, Post.slug == slug, Post.id != (but or 0))
    old = (
        select(Post)
        .join(Redirect, Redirect.post_id == Post.id)
        .where(Redirect.path == key(path(kind, slug)), Post.id != (but or 0))
    )
    return session.scalars(at).first() or session.scalars(old).first()


def free(session: Session, kind: str, slug: str) -> str:
    """The slug, or the first of slug-2, slug-3 ... that is free."""
    reserved = RESERVED if kind == "page" else frozenset()
    return numbered(slug, lambda candidate: candidate in reserved or holder(session, kind, candidate) is not None)


def claim(session: Session, kind: str, slug: str, but: int | None = None) -> str:
    """The slug that the author asked for. Raises Conflict when it leads to another post."""
    other = holder(session, kind, slug, but)
    if other is None:
        return slug
    if other.deleted_at:
        raise Conflict(
            f"The address “{slug}” belongs to a deleted post, “{other.title}”: undelete it, or choose another."
        )
    raise Conflict(f"The address “{slug}” leads to another post, “{other.title}”: choose another.")


def key(address: str) -> str:
    """An old address (its decoded path) as the table keeps it: without a slash or index.html at its end."""
    old = "/" + clean(address).strip().lstrip("/")
    return old.removesuffix("index.html").rstrip("/") or "/"


def old_path(address: str) -> str:
    """The decoded path of an address from another system, whole or without its host."""
    return unquote(urlsplit(address.strip()).path)


def moved(session: Session, post: Post, old: str) -> None:
    """Let an old address lead to a post; forget the one that the post itself has now."""
    if key(old) == key(path_of(post)):
        return
    session.execute(delete(Redirect).where(Redirect.path == key(path_of(post))))
    session.merge(Redirect(path=key(old), post_id=post.id, target=None, created_at=clock.now()))


def claim_old(session: Session, post: Post, address: str) -> None:
    """Let an old address from another system lead to a post. Raises Conflict when it leads elsewhere already."""
    taken = session.get(Redirect, key(address))
    if taken and taken.post_id not in (None, post.id):
        other = session.get_one(Post, taken.post_id)
        raise Conflict(f"The old address {address} leads to “{other.title}” already. Name it in one text only.")
    kind, _, slug = key(address).strip("/").rpartition("/")
    lives = select(Post).where(Post.slug == slug, Post.kind == {"posts": "post", "": "page"}.get(kind, ""))
    reader = session.scalars(lives.where(Post.id != post.id)).first()
    if reader:
        raise Conflict(f"The old address {address} is where “{reader.title}” is read.")
    moved(session, post, address)


def gone(session: Session, address: str) -> None:
    """Let an address answer 410 from now on."""
    session.merge(Redirect(path=key(address), post_id=None, target=None, created_at=clock.now()))


@dataclass(frozen=True)
class Moved:
    """Where an old address leads; None when what was there is gone for good."""

    target: str | None


def leads_to(address: str) -> Moved | None:
    """What became of an address that nothing answers. While its post is a draft, it leads nowhere."""
    redirect = db.session.get(Redirect, key(address))
    if redirect is None:
        return None
    if redirect.post_id is None:
        return Moved(redirect.target)
    post = db.session.scalars(visible().where(Post.id == redirect.post_id)).first()
    if post is not None:
        return Moved(path_of(post))
    hidden = db.session.get_one(Post, redirect.post_id)
    return Moved(None) if hidden.deleted_at and hidden.was_public else None
