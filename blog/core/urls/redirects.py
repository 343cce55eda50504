"""Old addresses as their keeper sees them: listed, added, taken away. `core.urls.permalinks` says where they lead."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, delete, literal, select, tuple_
from sqlalchemy.orm import Session

from blog import clock
from blog.core.db import keyset
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
    """An old address and where it leads: to a post (its title is given), to another address, or (None) nowhere."""

    path: str
    target: str | None
    title: str | None
    created_at: datetime


@dataclass(frozen=True)
class Page:
    """Some redirects, and the key with which the next ones are asked for, if there are more."""

    rows: Sequence[RedirectRow]
    after: str | None = None


def page(prefix: str = "", after: str = "", size: int = PAGE_SIZE) -> Page:
    """Redirects after a key, the newest first; with a prefix, those whose paths begin so, by path. Raises Missing."""
    place = keyset.decode_key(after) if after else None
    query = _beginning(prefix, place) if prefix else _newest(place)
    found = [_led(*cells) for cells in db.session.execute(query.limit(min(size, PAGE_SIZE) + 1))]
    shown = found[: min(size, PAGE_SIZE)]
    return Page(shown, keyset.encode_key(shown[-1].created_at, shown[-1].path) if len(found) > len(shown) else None)


def add(path: str, target: str | None) -> None:
    """Let a path lead to a target: a path of this site, a whole address, or None for what is gone for good.

    The path of a post stands for the post, wherever it moves. Raises Rejected.
    """
    wrong: list[Invalid] = []
    source = _judged(wrong, _source, path)
    leads = None if target is None else _judged(wrong, _target, target)
    if wrong:
        raise InvalidFields(wrong)
    with write_transaction() as session:
        old = permalinks.redirect_key(source)
        _refuse_taken(session, old)
        _refuse_loop(old, leads)
        post = None if leads is None else _post(session, leads)
        led = {"post_id": post.id} if post else {"target": leads}
        session.add(Redirect(path=old, created_at=clock.now(), **led))


def remove(path: str) -> RedirectRow:
    """Forget where a path leads. Returns where it did. Raises Missing."""
    with write_transaction() as session:
        row = session.execute(_query().where(Redirect.path == path)).first()
        if row is None:
            raise NotFound("There is no such redirect.")
        session.execute(delete(Redirect).where(Redirect.path == path))
        return _led(*row)


# -- what may be added --------------------------------------------------------------------------------------


def _judged(wrong: list[Invalid], rule: Any, text: str) -> str:
    try:
        return str(rule(text))
    except Invalid as error:
        wrong.append(error)
        return ""


def _source(text: str) -> str:
    """The decoded path of an old address."""
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
    """Nothing, if no redirect and no post has this path. Raises Rejected."""
    row = session.execute(_query().where(Redirect.path == old)).first()
    if row:
        raise InvalidFields([Invalid("source", f"{old} {_words(_led(*row))} already. Remove that first.")])
    post = permalinks.post_at(AddressBook(session), old)
    if post:
        state = " (deleted)" if post.deleted_at else ""
        raise InvalidFields([Invalid("source", f"{old} is the address of “{post.title}”{state}.")])


def _refuse_loop(old: str, target: str | None) -> None:
    """Nothing, if who follows an address does not come back to it. Raises Rejected."""
    for hop in range(MAX_HOPS):
        if target is None or not target.startswith("/"):
            return
        if permalinks.redirect_key(permalinks.decoded_path(target)) == old:
            itself = "The address would lead to itself." if hop == 0 else "The address would lead back to itself."
            raise InvalidFields([Invalid("target", itself)])
        led = permalinks.find_redirect(permalinks.decoded_path(target))
        target = led.target if led else None


def _post(session: Session, target: str) -> Post | None:
    """The post that is read at a path, which says nothing else."""
    if not target.startswith("/") or not PATH.fullmatch(target):
        return None
    return permalinks.post_at(AddressBook(session), permalinks.decoded_path(target))


def _words(led: RedirectRow) -> str:
    if led.title is not None:
        return f"leads to “{led.title}”"
    return f"leads to {led.target}" if led.target else "says that it is gone"


# -- how they are found -------------------------------------------------------------------------------------


def _query() -> Select[Any]:
    columns: tuple[Any, ...] = (
        Redirect.path, Redirect.target, Redirect.created_at, Post.title, Post.kind, Post.slug,
    )  # fmt: skip
    return select(*columns).outerjoin(Post, Post.id == Redirect.post_id)


def _newest(place: tuple[datetime, str] | None) -> Select[Any]:
    order = Redirect.created_at, Redirect.path
    query = _query().order_by(*(part.desc() for part in order))
    return query.where(tuple_(*order) < tuple_(literal(place[0], Instant), literal(place[1]))) if place else query


def _beginning(prefix: str, place: tuple[datetime, str] | None) -> Select[Any]:
    query = _query().where(Redirect.path >= prefix, Redirect.path < prefix + chr(0x10FFFF))
    return (query.where(Redirect.path > place[1]) if place else query).order_by(Redirect.path)


def _led(
    path: str, target: str | None, made: datetime, title: str | None, kind: str | None, slug: str | None
) -> RedirectRow:
    return RedirectRow(path, permalinks.path(kind, slug) if kind and slug else target, title, made)
