"""What posts said before: kept whenever a save replaces it, so that no word is ever lost."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from blog import clock
from blog.core.errors import NotFound
from blog.extensions import db
from blog.models import Draft, Person, Post, Revision

# What the editor saved by itself is kept once in this time, unless much of it is gone.
AUTOSAVE_INTERVAL = timedelta(minutes=10)
MIN_SHRINK_LENGTH = 200
# So many are listed at once, before a number that none will have.
PAGE_SIZE, NEWEST = 50, 2**62


@dataclass(frozen=True)
class Saver:
    """Who saves (nobody, on the command line), and whether the editor does it by itself."""

    person: int | None = None
    auto: bool = False


@dataclass(frozen=True)
class PostText:
    """What is kept of a post."""

    title: str
    summary: str
    body: str


@dataclass(frozen=True)
class SavedText:
    """Words, when and by whom they were saved."""

    words: PostText
    at: datetime
    by: int | None = None
    auto: bool = False


@dataclass(frozen=True)
class RevisionSummary:
    """One line of a post's history; `size` counts the characters of its text. What it says now has no number."""

    number: int | None
    at: datetime
    by: str | None
    note: str
    title: str
    size: int


@dataclass(frozen=True)
class RevisionText:
    """Words of a post, now or then. What it says now has no number, nor a note."""

    number: int | None
    at: datetime
    by: str | None
    note: str
    words: PostText


def text_of(row: Post | Draft) -> SavedText:
    """What a post or its working copy says now; its text must be loaded."""
    words = PostText(row.title, row.summary, row.body)
    return SavedText(words, row.saved_at or clock.now(), row.saved_by, row.saved_auto)


def save_revision(session: Session, post_id: int, saved: SavedText, note: str = "") -> None:
    """Keep words; those with a note always."""
    words = saved.words
    session.add(
        Revision(
            post_id=post_id, saved_at=saved.at, saved_by=saved.by, note=note,
            title=words.title, summary=words.summary, body=words.body,
        )
    )  # fmt: skip


def save_revision_once(session: Session, post_id: int, saved: SavedText, note: str) -> None:
    """Keep words with a note, unless they are kept with it already: a form may be sent again and again."""
    words = saved.words
    said = (Revision.title == words.title, Revision.summary == words.summary, Revision.body == words.body)
    known = select(Revision.id).where(Revision.post_id == post_id, Revision.note == note, *said).limit(1)
    if session.scalar(known) is None:
        save_revision(session, post_id, saved, note)


def record_replaced(session: Session, post_id: int, old: SavedText, new: PostText, note: str = "") -> None:
    """Keep words that others take the place of, unless they are the same, or one step of many by the editor itself."""
    if old.words == new:
        return
    if note or not old.auto or _shrinks(old.words, new) or not _recent(session, post_id, old.at):
        save_revision(session, post_id, old, note)


def _shrinks(old: PostText, new: PostText) -> bool:
    return len(old.body) > MIN_SHRINK_LENGTH and len(new.body) < len(old.body) / 2


def _recent(session: Session, post_id: int, at: datetime) -> bool:
    """Whether something was kept, or the post begun, shortly before."""
    kept = select(Revision.saved_at).where(Revision.post_id == post_id).order_by(Revision.id.desc()).limit(1)
    last = session.scalar(kept) or session.scalar(select(Post.created_at).where(Post.id == post_id))
    return last is not None and abs(at - last) < AUTOSAVE_INTERVAL  # the clock may have been set back since


def history(post_id: int, before: int = NEWEST, limit: int = PAGE_SIZE) -> Sequence[RevisionSummary]:
    """What a post said before the revision of a number, the newest first, without the texts."""
    size = func.length(Revision.body)
    columns = Revision.id, Revision.saved_at, Person.name, Revision.note, Revision.title, size
    query = select(*columns).outerjoin(Person, Person.id == Revision.saved_by)
    here = query.where(Revision.post_id == post_id, Revision.id < before)
    return [RevisionSummary(*cells) for cells in db.session.execute(here.order_by(Revision.id.desc()).limit(limit))]


def count(post_id: int) -> int:
    """How many are kept of a post."""
    return db.session.scalar(select(func.count()).where(Revision.post_id == post_id)) or 0


def revision(post_id: int, number: int) -> RevisionText:
    """One of them. Raises Missing."""
    query = select(Revision, Person.name).outerjoin(Person, Person.id == Revision.saved_by)
    found = db.session.execute(query.where(Revision.id == number, Revision.post_id == post_id)).first()
    if found is None:
        raise NotFound("There is no such revision.")
    return _entry(*found)


def _entry(row: Revision, name: str | None) -> RevisionText:
    return RevisionText(row.id, row.saved_at, name, row.note, PostText(row.title, row.summary, row.body))
