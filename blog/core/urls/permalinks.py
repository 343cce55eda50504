"""Addresses: how they are made, which are taken, and where old ones lead."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol
from urllib.parse import quote, unquote, urlsplit

from sqlalchemy.orm import Session

from blog import clock
from blog.core.errors import Conflict
from blog.core.posts.query import visible
from blog.core.text.slugs import RESERVED, unique_slug
from blog.core.text.validate import clean
from blog.core.urls.lookup import Addresses
from blog.extensions import db
from blog.models import Post, Redirect

# Below it are lists of tags, and all that belongs to each: further pages, feeds.
TAGS = "/tags/"


class Addressed(Protocol):
    """Whatever has an address: a post or page, loaded in whatever way."""

    @property
    def kind(self) -> str: ...
    @property
    def slug(self) -> str: ...


def path(kind: str, slug: str) -> str:
    """Where a post or page is read."""
    return f"/posts/{slug}/" if kind == "post" else f"/{slug}/"


def path_of(post: Addressed) -> str:
    """Where this post or page is read."""
    return path(post.kind, post.slug)


def expect(addresses: Addresses, wanted: Iterable[tuple[str, str, Iterable[str]]]) -> None:
    """Look up with few questions what `claim` and `check_old` will ask for many posts: kind, slug, old addresses."""
    read: set[tuple[str, str]] = set()
    old: set[str] = set()
    for kind, slug, aliases in wanted:
        read |= {(kind, slug), *map(_place, aliases)}
        old |= {key(path(kind, slug)), *map(key, aliases)}
    addresses.expect(read, old)


def is_reserved(first: str) -> bool:
    """Whether addresses that begin so are the blog's own."""
    return first in RESERVED


def holder(addresses: Addresses, kind: str, slug: str, but: Post | None = None) -> Post | None:
    """The other post at this address, or that this old address leads to."""
    found = (addresses.at(kind, slug), addresses.led(key(path(kind, slug))))
    return next((post for post in found if post is not None and post is not but), None)


def free(addresses: Addresses, kind: str, slug: str, but: Post | None = None) -> str:
    """The slug, or the first of slug-2, slug-3 ... that is free (or leads to `but`)."""
    reserved = RESERVED if kind == "page" else frozenset()
    return unique_slug(slug, lambda other: other in reserved or holder(addresses, kind, other, but) is not None)


def claim(addresses: Addresses, kind: str, slug: str, but: Post | None = None) -> str:
    """The slug that the author asked for. Raises Conflict when it leads to another post."""
    other = holder(addresses, kind, slug, but)
    if other is None:
        return slug
    if other.deleted_at:
        raise Conflict(
            f"The address “{slug}” belongs to a deleted post, “{other.title}”: undelete it, or choose another."
        )
    raise Conflict(f"The address “{slug}” leads to another post, “{other.title}”: choose another.")


@lru_cache(4096)
def key(address: str) -> str:
    """An old address (its decoded path) as the table keeps it: without a slash or index.html at its end.

    Remembered for a while, because the rules ask for each address several times.
    """
    old = "/" + clean(address).strip().lstrip("/")
    return old.removesuffix("index.html").rstrip("/") or "/"


def old_path(address: str) -> str:
    """The decoded path of an address from another system, whole or without its host."""
    return unquote(urlsplit(address.strip()).path)


def moved(addresses: Addresses, post: Post, old: str) -> None:
    """Let an old address lead to a post; forget the one that the post itself has now."""
    own = key(path_of(post))
    if key(old) != own:
        addresses.forget(own)
        addresses.lead(key(old), post)


def check_old(addresses: Addresses, old: Iterable[str], but: Post | None = None) -> None:
    """Nothing, if each old address from another system may lead to a new post, or to `but`. Raises Conflict."""
    for address in old:
        other = addresses.led(key(address))
        if other is not None and other is not but:
            raise Conflict(f"The old address {address} leads to “{other.title}” already. Name it in one text only.")
        reader = addresses.at(*_place(address))
        if reader is not None and reader is not but:
            raise Conflict(f"The old address {address} is where “{reader.title}” is read.")


def reader_of(addresses: Addresses, address: str) -> Post | None:
    """The post, in whatever state, whose own address this is."""
    return addresses.at(*_place(address))


def _place(address: str) -> tuple[str, str]:
    """The kind and slug of what would be read at an address; no kind where no post could be."""
    kind, _, slug = key(address).strip("/").rpartition("/")
    return {"posts": "post", "": "page"}.get(kind, ""), slug


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
        return _of_tag(address)
    if redirect.post_id is None:
        return Moved(redirect.target)
    post = db.session.scalars(visible().where(Post.id == redirect.post_id)).first()
    if post is not None:
        return Moved(path_of(post))
    hidden = db.session.get_one(Post, redirect.post_id)
    return Moved(None) if hidden.deleted_at and hidden.was_public else None


def _of_tag(address: str) -> Moved | None:
    """Where something below the old address of a tag (a further page, a feed) leads: to the same of the new one."""
    slug, _, rest = address.removeprefix(TAGS).partition("/")
    if not address.startswith(TAGS) or not rest:
        return None
    redirect = db.session.get(Redirect, key(f"{TAGS}{slug}"))
    if redirect is None or redirect.post_id is not None:
        return None
    if redirect.target is None:
        return Moved(None)
    return Moved(redirect.target + quote(rest)) if re.fullmatch(f"{TAGS}[^/]+/", redirect.target) else None
