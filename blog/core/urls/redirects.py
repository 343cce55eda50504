"""List, add and remove redirects, for the owner. `core.urls.permalinks` says where an address leads."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, delete, literal, select, tuple_
from sqlalchemy.orm import Session

from blog import clock
from blog.core.db import keyset
from blog.core.db.keyset import KeysetPage
from blog.core.db.transaction import write_transaction
from blog.core.errors import Invalid, InvalidFields, NotFound
from blog.core.text import validate
from blog.core.urls import permalinks
from blog.core.urls.lookup import AddressBook
from blog.extensions import db
from blog.models import Post, Redirect
from blog.models.types import Instant

PAGE_SIZE = 50
MAX_LENGTH = 1000
MAX_HOPS = 20
# One slash: two, or a backslash, would lead to another host.
PATH = re.compile(r"/(?![/\\])[^\\?#\s]*")


@dataclass(frozen=True)
class RedirectRow:
    """An old address, and the address it leads to (None: gone for good). `title` is that of the post it leads to."""

    path: str
    target: str | None
    title: str | None
    created_at: datetime


def page(prefix: str = "", after: str = "", size: int = PAGE_SIZE) -> KeysetPage[RedirectRow]:
    """Return redirects after a key, newest first; with a prefix, those whose paths begin with it, by path.

    Raises NotFound for a text that is no key.
    """
    position = keyset.decode_key(after) if after else None
    query = _by_prefix(prefix, position) if prefix else _newest_first(position)
    size = min(size, PAGE_SIZE)
    rows = [_redirect_row(*cells) for cells in db.session.execute(query.limit(size + 1))]
    return keyset.cut_page(rows, size, lambda row: (row.created_at, row.path))


def add(path: str, target: str | None) -> None:
    """Let a path lead to a target: a path of this site, a URL, or None for a page that is gone for good.

    The path of a post stands for the post: the redirect follows the post to its later addresses. Raises InvalidFields.
    """
    errors: list[Invalid] = []
    source = _validated(errors, _source, path)
    destination = None if target is None else _validated(errors, _target, target)
    if errors:
        raise InvalidFields(errors)
    with write_transaction() as session:
        old = permalinks.redirect_key(source)
        _refuse_taken(session, old)
        _refuse_loop(old, destination)
        post = None if destination is None else _post_at(session, destination)
        columns = {"post_id": post.id} if post else {"target": destination}
        session.add(Redirect(path=old, created_at=clock.now(), **columns))


def remove(path: str) -> RedirectRow:
    """Delete the redirect of a path, and return it. Raises NotFound."""
    with write_transaction() as session:
        row = session.execute(_query().where(Redirect.path == path)).first()
        if row is None:
            raise NotFound("There is no such redirect.")
        session.execute(delete(Redirect).where(Redirect.path == path))
        return _redirect_row(*row)


# -- the rules for new redirects ----------------------------------------------------------------------------


def _validated(errors: list[Invalid], rule: Callable[[str], str], text: str) -> str:
    try:
        return rule(text)
    except Invalid as error:
        errors.append(error)
        return ""


def _source(text: str) -> str:
    """Return the decoded path of an old address."""
    value = validate.one_line(text)
    if not PATH.fullmatch(value) or len(value) > MAX_LENGTH:
        raise Invalid("source", "An old address is a path that begins with one slash, like /2019/old-title/.")
    return permalinks.decoded_path(value)


def _target(text: str) -> str:
    value = validate.one_line(text)
    if PATH.match(value) and " " not in value and len(value) <= MAX_LENGTH:
        return value
    return validate.http_url(value, "target")


def _refuse_taken(session: Session, old: str) -> None:
    """Raise InvalidFields if a redirect or a post has this path."""
    row = session.execute(_query().where(Redirect.path == old)).first()
    if row:
        raise InvalidFields([Invalid("source", f"{old} {_in_words(_redirect_row(*row))} already. Remove that first.")])
    post = permalinks.post_at(AddressBook(session), old)
    if post:
        state = " (deleted)" if post.deleted_at else ""
        raise InvalidFields([Invalid("source", f"{old} is the address of “{post.title}”{state}.")])


def _refuse_loop(old: str, target: str | None) -> None:
    """Raise InvalidFields if the redirects from the target lead back to the old address."""
    for hop in range(MAX_HOPS):
        if target is None or not target.startswith("/"):
            return
        if permalinks.redirect_key(permalinks.decoded_path(target)) == old:
            message = "The address would lead to itself." if hop == 0 else "The address would lead back to itself."
            raise InvalidFields([Invalid("target", message)])
        redirect = permalinks.find_redirect(permalinks.decoded_path(target))
        target = redirect.target if redirect else None


def _post_at(session: Session, target: str) -> Post | None:
    """Return the post at a target that is a plain path, without a query or fragment."""
    if not target.startswith("/") or not PATH.fullmatch(target):
        return None
    return permalinks.post_at(AddressBook(session), permalinks.decoded_path(target))


def _in_words(row: RedirectRow) -> str:
    if row.title is not None:
        return f"leads to “{row.title}”"
    return f"leads to {row.target}" if row.target else "says that it is gone"


# -- the queries --------------------------------------------------------------------------------------------


def _query() -> Select[Any]:
    columns: tuple[Any, ...] = (
        Redirect.path, Redirect.target, Redirect.created_at, Post.title, Post.kind, Post.slug,
    )  # fmt: skip
    return select(*columns).outerjoin(Post, Post.id == Redirect.post_id)


def _newest_first(after: tuple[datetime, str] | None) -> Select[Any]:
    order = Redirect.created_at, Redirect.path
    query = _query().order_by(*(column.desc() for column in order))
    return query.where(tuple_(*order) < tuple_(literal(after[0], Instant), literal(after[1]))) if after else query


def _by_prefix(prefix: str, after: tuple[datetime, str] | None) -> Select[Any]:
    query = _query().where(Redirect.path >= prefix, Redirect.path < prefix + chr(0x10FFFF))
    return (query.where(Redirect.path > after[1]) if after else query).order_by(Redirect.path)


def _redirect_row(
    path: str, target: str | None, created_at: datetime, title: str | None, kind: str | None, slug: str | None
) -> RedirectRow:
    return RedirectRow(path, permalinks.path(kind, slug) if kind and slug else target, title, created_at)
