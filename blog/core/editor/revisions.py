"""What posts said before: kept whenever a save replaces it, so that no word is ever lost."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from blog import clock
from blog.core.errors import Missing
from blog.extensions import db
from blog.models import Draft, Person, Post, Revision

# What the editor saved by itself is kept once in this time, unless much of it is gone.
SPAN = timedelta(minutes=10)
SHORT = 200
# So many are listed at once, before a number that none will have.
SIZE, NEWEST = 50, 2**62


@dataclass(frozen=True)
class By:
    """Who saves (nobody, on the command line), and whether the editor does it by itself."""

    person: int | None = None
    auto: bool = False


@dataclass(frozen=True)
class Words:
    """What is kept of a post."""

    title: str
    summary: str
    body: str


@dataclass(frozen=True)
class Saved:
    """Words, when and by whom they were saved."""

    words: Words
    at: datetime
    by: int | None = None
    auto: bool = False


@dataclass(frozen=True)
class Line:
    """One line of a post's history; `size` counts the characters of its text. What it says now has no number."""

    number: int | None
    at: datetime
    by: str | None
    note: str
    title: str
    size: int


@dataclass(frozen=True)
class Entry:
    """Words of a post, now or then. What it says now has no number, nor a note."""

    number: int | None
    at: datetime
    by: str | None
    note: str
    words: Words


def of(row: Post | Draft) -> Saved:
    """What a post or its working copy says now; its text must be loaded."""
    words = Words(row.title, row.summary, row.body)
    return Saved(words, row.saved_at or clock.now(), row.saved_by, row.saved_auto)


def keep(session: Session, post_id: int, saved: Saved, note: str = "") -> None:
    """Keep words; those with a note always."""
    words = saved.words
    session.add(
        Revision(
            post_id=post_id, saved_at=saved.at, saved_by=saved.by, note=note,
            title=words.title, summary=words.summary, body=words.body,
        )
    )  # fmt: skip


def keep_once(session: Session, post_id: int, saved: Saved, note: str) -> None:
    """Keep words with a note, unless they are kept with it already: a form may be sent again and again."""
    words = saved.words
    said = (Revision.title == words.title, Revision.summary == words.summary, Revision.body == words.body)
    known = select(Revision.id).where(Revision.post_id == post_id, Revision.note == note, *said).limit(1)
    if session.scalar(known) is None:
        keep(session, post_id, saved, note)


def replaced(session: Session, post_id: int, old: Saved, new: Words, note: str = "") -> None:
    """Keep words that others take the place of, unless they are the same, or one step of many by the editor itself."""
    if old.words == new:
        return
    if note or not old.auto or _shrinks(old.words, new) or not _recent(session, post_id, old.at):
        keep(session, post_id, old, note)


def _shrinks(old: Words, new: Words) -> bool:
    return len(old.body) > SHORT and len(new.body) < len(old.body) / 2


def _recent(session: Session, post_id: int, at: datetime) -> bool:
    """Whether something was kept, or the post begun, shortly before."""
    kept = select(Revision.saved_at).where(Revision.post_id == post_id).order_by(Revision.id.desc()).limit(1)
    last = session.scalar(kept) or session.scalar(select(Post.created_at).where(Post.id == post_id))
    return last is not None and abs(at - last) < SPAN  # the clock may have been set back since


def history(post_id: int, before: int = NEWEST, limit: int = SIZE) -> Sequence[Line]:
    """What a post said before the revision of a number, the newest first, without the texts."""
    size = func.length(Revision.body)
    columns = Revision.id, Revision.saved_at, Person.name, Revision.note, Revision.title, size
    query = select(*columns).outerjoin(Person, Person.id == Revision.saved_by)
    here = query.where(Revision.post_id == post_id, Revision.id < before)
    return [Line(*cells) for cells in db.session.execute(here.order_by(Revision.id.desc()).limit(limit))]


def count(post_id: int) -> int:
    """How many are kept of a post."""
    return db.session.scalar(select(func.count()).where(Revision.post_id == post_id)) or 0


def entry(post_id: int, number: int) -> Entry:
    """One of them. Raises Missing."""
    query = select(Revision, Person.name).outerjoin(Person, Person.id == Revision.saved_by)
    found = db.session.execute(query.where(Revision.id == number, Revision.post_id == post_id)).first()
    if found is None:
        raise Missing("There is no such revision.")
    return _entry(*found)


def _entry(row: Revision, name: str | None) -> Entry:
    return Entry(row.id, row.saved_at, name, row.note, Words(row.title, row.summary, row.body))
