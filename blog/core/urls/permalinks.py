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
from blog.core.urls.lookup import AddressBook
from blog.extensions import db
from blog.models import Post, Redirect

# Below it are lists of tags, and all that belongs to each: further pages, feeds.
TAGS_PATH = "/tags/"


class HasAddress(Protocol):
    """Whatever has an address: a post or page, loaded in whatever way."""

    @property
    def kind(self) -> str: ...
    @property
    def slug(self) -> str: ...


def path(kind: str, slug: str) -> str:
    """Where a post or page is read."""
    return f"/posts/{slug}/" if kind == "post" else f"/{slug}/"


def path_of(post: HasAddress) -> str:
    """Where this post or page is read."""
    return path(post.kind, post.slug)


def prefetch(addresses: AddressBook, wanted: Iterable[tuple[str, str, Iterable[str]]]) -> None:
    """Look up with few questions what `check_slug` and `check_old_addresses` will ask: kind, slug, old addresses."""
    read: set[tuple[str, str]] = set()
    old: set[str] = set()
    for kind, slug, aliases in wanted:
        read |= {(kind, slug), *map(_place, aliases)}
        old |= {redirect_key(path(kind, slug)), *map(redirect_key, aliases)}
    addresses.expect(read, old)


def is_reserved(first: str) -> bool:
    """Whether addresses that begin so are the blog's own."""
    return first in RESERVED


def other_post_at(addresses: AddressBook, kind: str, slug: str, but: Post | None = None) -> Post | None:
    """The other post at this address, or that this old address leads to."""
    found = (addresses.at(kind, slug), addresses.led(redirect_key(path(kind, slug))))
    return next((post for post in found if post is not None and post is not but), None)


def free_slug(addresses: AddressBook, kind: str, slug: str, but: Post | None = None) -> str:
    """The slug, or the first of slug-2, slug-3 ... that is free (or leads to `but`)."""
    reserved = RESERVED if kind == "page" else frozenset()
    return unique_slug(slug, lambda other: other in reserved or other_post_at(addresses, kind, other, but) is not None)


def check_slug(addresses: AddressBook, kind: str, slug: str, but: Post | None = None) -> str:
    """The slug that the author asked for. Raises Conflict when it leads to another post."""
    other = other_post_at(addresses, kind, slug, but)
    if other is None:
        return slug
    if other.deleted_at:
        raise Conflict(
            f"The address “{slug}” belongs to a deleted post, “{other.title}”: undelete it, or choose another."
        )
    raise Conflict(f"The address “{slug}” leads to another post, “{other.title}”: choose another.")


@lru_cache(4096)
def redirect_key(address: str) -> str:
    """An old address (its decoded path) as the table keeps it: without a slash or index.html at its end.

    Remembered for a while, because the rules ask for each address several times.
    """
    old = "/" + clean(address).strip().lstrip("/")
    return old.removesuffix("index.html").rstrip("/") or "/"


def decoded_path(address: str) -> str:
    """The decoded path of an address from another system, whole or without its host."""
    return unquote(urlsplit(address.strip()).path)


def redirect_to_post(addresses: AddressBook, post: Post, old: str) -> None:
    """Let an old address lead to a post; forget the one that the post itself has now."""
    own = redirect_key(path_of(post))
    if redirect_key(old) != own:
        addresses.forget(own)
        addresses.lead(redirect_key(old), post)


def check_old_addresses(addresses: AddressBook, old: Iterable[str], but: Post | None = None) -> None:
    """Nothing, if each old address from another system may lead to a new post, or to `but`. Raises Conflict."""
    for address in old:
        other = addresses.led(redirect_key(address))
        if other is not None and other is not but:
            raise Conflict(f"The old address {address} leads to “{other.title}” already. Name it in one text only.")
        reader = addresses.at(*_place(address))
        if reader is not None and reader is not but:
            raise Conflict(f"The old address {address} is where “{reader.title}” is read.")


def post_at(addresses: AddressBook, address: str) -> Post | None:
    """The post, in whatever state, whose own address this is."""
    return addresses.at(*_place(address))


def _place(address: str) -> tuple[str, str]:
    """The kind and slug of what would be read at an address; no kind where no post could be."""
    kind, _, slug = redirect_key(address).strip("/").rpartition("/")
    return {"posts": "post", "": "page"}.get(kind, ""), slug


def mark_gone(session: Session, address: str) -> None:
    """Let an address answer 410 from now on."""
    session.merge(Redirect(path=redirect_key(address), post_id=None, target=None, created_at=clock.now()))


@dataclass(frozen=True)
class RedirectTarget:
    """Where an old address leads; None when what was there is gone for good."""

    target: str | None


def find_redirect(address: str) -> RedirectTarget | None:
    """What became of an address that nothing answers. While its post is a draft, it leads nowhere."""
    redirect = db.session.get(Redirect, redirect_key(address))
    if redirect is None:
        return _of_tag(address)
    if redirect.post_id is None:
        return RedirectTarget(redirect.target)
    post = db.session.scalars(visible().where(Post.id == redirect.post_id)).first()
    if post is not None:
        return RedirectTarget(path_of(post))
    hidden = db.session.get_one(Post, redirect.post_id)
    return RedirectTarget(None) if hidden.deleted_at and hidden.was_public else None


def _of_tag(address: str) -> RedirectTarget | None:
    """Where something below the old address of a tag (a further page, a feed) leads: to the same of the new one."""
    slug, _, rest = address.removeprefix(TAGS_PATH).partition("/")
    if not address.startswith(TAGS_PATH) or not rest:
        return None
    redirect = db.session.get(Redirect, redirect_key(f"{TAGS_PATH}{slug}"))
    if redirect is None or redirect.post_id is not None:
        return None
    if redirect.target is None:
        return RedirectTarget(None)
    return (
        RedirectTarget(redirect.target + quote(rest)) if re.fullmatch(f"{TAGS_PATH}[^/]+/", redirect.target) else None
    )
