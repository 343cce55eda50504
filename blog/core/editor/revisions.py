"""Versions and revisions: a save has a number, and the text that it replaces is stored: no word is ever lost."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import bindparam, func, select, update
from sqlalchemy.orm import Session

from blog import clock
from blog.core.errors import NotFound
from blog.extensions import db
from blog.models import Draft, Person, Post, Revision

# Of the texts that autosave replaces, one is stored in this time; all are if much of the text disappears.
AUTOSAVE_INTERVAL = timedelta(minutes=10)
MIN_SHRINK_LENGTH = 200
# A list has at most PAGE_SIZE revisions, all with numbers below NEWEST at first.
PAGE_SIZE, NEWEST = 50, 2**62
RAISE_COPY = update(Draft).where(Draft.post_id == bindparam("post")).values(version=Draft.version + 1)


@dataclass(frozen=True)
class Saver:
    """The person who saves (None: the command line). `auto` means that the editor saves by itself."""

    person_id: int | None = None
    auto: bool = False


@dataclass(frozen=True)
class PostText:
    """The parts of a post that a revision stores."""

    title: str
    summary: str
    body: str


@dataclass(frozen=True)
class SavedText:
    """A text, and when and by whom it was saved; `by` is the id of a person."""

    text: PostText
    at: datetime
    by: int | None = None
    auto: bool = False


@dataclass(frozen=True)
class RevisionSummary:
    """A revision in the list of a post. `size` is the length of its body; `number` is None for the present text."""

    number: int | None
    at: datetime
    by: str | None
    note: str
    title: str
    size: int


@dataclass(frozen=True)
class RevisionText:
    """A revision with its text. The present text has no number and no note."""

    number: int | None
    at: datetime
    by: str | None
    note: str
    text: PostText


def text_of(row: Post | Draft) -> SavedText:
    """Return the present text of a post or working copy, whose text columns must be loaded."""
    text = PostText(row.title, row.summary, row.body)
    return SavedText(text, row.saved_at or clock.now(), row.saved_by, row.saved_auto)


def record_save(
    session: Session,
    row: Post | Draft,
    *,
    saver: Saver | None = None,
    replaces: Iterable[tuple[SavedText, str]] = (),
    beside: Post | Draft | None = None,
) -> None:
    """Give a post or working copy that was changed its next version; only this function sets versions.

    One number counts the saves of a post and its working copy, so that an older form never has the present one: the
    version rises above that of the other row, if it is `beside`. `replaces` are the texts that the row's text replaces,
    with their notes: they become revisions. `saver` saved the text; None if it stays as it was.
    """
    for saved, note in replaces:
        _record_replaced(session, row, saved, note)
    row.version = max(row.version, beside.version if beside else 0) + 1
    if saver is None:
        return
    row.saved_at, row.saved_by, row.saved_auto = clock.now(), saver.person_id, saver.auto
    if isinstance(row, Post) and row.id and beside is None:
        # The editor of a working copy will see that the post changed.
        session.connection().execute(RAISE_COPY, {"post": row.id})


def save_revision(session: Session, post_id: int, saved: SavedText, note: str = "", *, once: bool = False) -> None:
    """Store a text; `once`: unless it is stored with this note already, as a form may be sent again and again."""
    columns = {"post_id": post_id, "note": note, **vars(saved.text)}
    if once and session.scalar(select(Revision.id).filter_by(**columns).limit(1)) is not None:
        return
    session.add(Revision(saved_at=saved.at, saved_by=saved.by, **columns))


def _record_replaced(session: Session, row: Post | Draft, old: SavedText, note: str) -> None:
    """Store the old text, unless the new one is the same or it is one of many autosaves."""
    post_id, new = row.id if isinstance(row, Post) else row.post_id, PostText(row.title, row.summary, row.body)
    if old.text == new:
        return
    if note or not old.auto or _shrinks(old.text, new) or not _is_recent(session, post_id, old.at):
        save_revision(session, post_id, old, note)


def _shrinks(old: PostText, new: PostText) -> bool:
    return len(old.body) > MIN_SHRINK_LENGTH and len(new.body) < len(old.body) / 2


def _is_recent(session: Session, post_id: int, at: datetime) -> bool:
    """Return whether the last revision was stored, or the post created, shortly before."""
    query = select(Revision.saved_at).where(Revision.post_id == post_id).order_by(Revision.id.desc()).limit(1)
    last = session.scalar(query) or session.scalar(select(Post.created_at).where(Post.id == post_id))
    return last is not None and abs(at - last) < AUTOSAVE_INTERVAL  # the clock may have been set back since


def history(post_id: int, before: int = NEWEST, limit: int = PAGE_SIZE) -> Sequence[RevisionSummary]:
    """Return the revisions of a post with numbers below `before`, newest first, without their texts."""
    size = func.length(Revision.body)
    columns = Revision.id, Revision.saved_at, Person.name, Revision.note, Revision.title, size
    query = select(*columns).outerjoin(Person, Person.id == Revision.saved_by)
    query = query.where(Revision.post_id == post_id, Revision.id < before).order_by(Revision.id.desc()).limit(limit)
    return [RevisionSummary(*cells) for cells in db.session.execute(query)]


def count(post_id: int) -> int:
    return db.session.scalar(select(func.count()).where(Revision.post_id == post_id)) or 0


def revision(post_id: int, number: int) -> RevisionText:
    """Return one revision with its text. Raises NotFound."""
    query = select(Revision, Person.name).outerjoin(Person, Person.id == Revision.saved_by)
    cells = db.session.execute(query.where(Revision.id == number, Revision.post_id == post_id)).first()
    if cells is None:
        raise NotFound("There is no such revision.")
    row, name = cells
    return RevisionText(row.id, row.saved_at, name, row.note, PostText(row.title, row.summary, row.body))
