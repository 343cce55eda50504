"""Addresses of posts and pages: how they are made, which are taken, and where old ones lead."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol
from urllib.parse import quote, unquote, urlsplit

from sqlalchemy.orm import Session

from blog import clock
from blog.core.errors import AddressTaken, Conflict
from blog.core.posts.query import visible
from blog.core.text.slugs import RESERVED, unique_slug
from blog.core.text.validate import clean
from blog.core.urls.lookup import AddressBook
from blog.extensions import db
from blog.models import Post, Redirect

# Each tag has its list below this path, and the list's further pages and feeds.
TAGS_PATH = "/tags/"


class HasAddress(Protocol):
    """A post or page: a model, or one of the plain classes of `core.posts`."""

    @property
    def kind(self) -> str: ...
    @property
    def slug(self) -> str: ...


def path(kind: str, slug: str) -> str:
    return f"/posts/{slug}/" if kind == "post" else f"/{slug}/"


def path_of(post: HasAddress) -> str:
    return path(post.kind, post.slug)


def prefetch(addresses: AddressBook, posts: Iterable[tuple[str, str, Iterable[str]]]) -> None:
    """Look up with few queries what `check_slug` and `check_old_addresses` need: kind, slug, old addresses of posts."""
    slugs: set[tuple[str, str]] = set()
    old: set[str] = set()
    for kind, slug, aliases in posts:
        slugs |= {(kind, slug), *map(_kind_and_slug, aliases)}
        old |= {redirect_key(path(kind, slug)), *map(redirect_key, aliases)}
    addresses.prefetch(slugs, old)


def other_post_at(addresses: AddressBook, kind: str, slug: str, exclude: Post | None = None) -> Post | None:
    """Return another post that has this address, or that this old address leads to."""
    posts = (addresses.post_at(kind, slug), addresses.redirect_target(redirect_key(path(kind, slug))))
    return next((post for post in posts if post is not None and post is not exclude), None)


def free_slug(addresses: AddressBook, kind: str, slug: str, exclude: Post | None = None) -> str:
    """Return the slug, or the first of slug-2, slug-3 ... that is free or leads to `exclude`."""
    reserved = RESERVED if kind == "page" else frozenset()
    return unique_slug(
        slug, lambda other: other in reserved or other_post_at(addresses, kind, other, exclude) is not None
    )


def check_slug(addresses: AddressBook, kind: str, slug: str, exclude: Post | None = None) -> str:
    """Return the slug that the author chose. Raises AddressTaken if it leads to another post than `exclude`."""
    other = other_post_at(addresses, kind, slug, exclude)
    if other is None:
        return slug
    if other.deleted_at:
        raise AddressTaken(
            f"The address “{slug}” belongs to a deleted post, “{other.title}”: undelete it, or choose another."
        )
    raise AddressTaken(f"The address “{slug}” leads to another post, “{other.title}”: choose another.")


@lru_cache(4096)
def redirect_key(address: str) -> str:
    """Return a decoded path as the redirect table stores it: without a slash or index.html at its end.

    Cached, because the rules need the key of each address several times.
    """
    old = "/" + clean(address).strip().lstrip("/")
    return old.removesuffix("index.html").rstrip("/") or "/"


def decoded_path(address: str) -> str:
    """Return the decoded path of an address of another system, with or without a host."""
    return unquote(urlsplit(address.strip()).path)


def redirect_to_post(addresses: AddressBook, post: Post, old: str) -> None:
    """Let an old address lead to a post, and remove the redirect from the post's present address."""
    own = redirect_key(path_of(post))
    if redirect_key(old) != own:
        addresses.remove_redirect(own)
        addresses.redirect(redirect_key(old), post)


def check_old_addresses(addresses: AddressBook, old: Iterable[str], exclude: Post | None = None) -> None:
    """Raise Conflict if an old address of another system is in use by another post than `exclude`."""
    for address in old:
        other = addresses.redirect_target(redirect_key(address))
        if other is not None and other is not exclude:
            raise Conflict(f"The old address {address} leads to “{other.title}” already. Name it in one text only.")
        post = post_at(addresses, address)
        if post is not None and post is not exclude:
            raise Conflict(f"The old address {address} is where “{post.title}” is read.")


def post_at(addresses: AddressBook, address: str) -> Post | None:
    """Return the post that has this address as its own, whatever its status."""
    return addresses.post_at(*_kind_and_slug(address))


def _kind_and_slug(address: str) -> tuple[str, str]:
    """Return the kind and slug that an address stands for; the kind is empty if no post can have the address."""
    kind, _, slug = redirect_key(address).strip("/").rpartition("/")
    return {"posts": "post", "": "page"}.get(kind, ""), slug


def mark_gone(session: Session, address: str) -> None:
    """Let an address answer 410 from now on."""
    session.merge(Redirect(path=redirect_key(address), post_id=None, target=None, created_at=clock.now()))


@dataclass(frozen=True)
class RedirectTarget:
    """The address that an old address leads to; None if its content is gone for good."""

    target: str | None


def find_redirect(address: str) -> RedirectTarget | None:
    """Return where an address without a page leads. An address of a post that is a draft leads nowhere: None."""
    redirect = db.session.get(Redirect, redirect_key(address))
    if redirect is None:
        return _find_below_tag(address)
    if redirect.post_id is None:
        return RedirectTarget(redirect.target)
    post = db.session.scalars(visible().where(Post.id == redirect.post_id)).first()
    if post is not None:
        return RedirectTarget(path_of(post))
    hidden = db.session.get_one(Post, redirect.post_id)
    return RedirectTarget(None) if hidden.deleted_at and hidden.was_public else None


def _find_below_tag(address: str) -> RedirectTarget | None:
    """Return where a page or feed below a tag's old address leads: to the same page or feed of its new address."""
    slug, _, rest = address.removeprefix(TAGS_PATH).partition("/")
    if not address.startswith(TAGS_PATH) or not rest:
        return None
    redirect = db.session.get(Redirect, redirect_key(f"{TAGS_PATH}{slug}"))
    if redirect is None or redirect.post_id is not None:
        return None
    target = redirect.target
    if target is None:
        return RedirectTarget(None)
    return RedirectTarget(target + quote(rest)) if re.fullmatch(f"{TAGS_PATH}[^/]+/", target) else None
