"""The author's pictures: found, described, added, deleted and brought back.

A deleted picture is out of readers' sight at once, and removed for good a month later. Its row says first that it is
deleted, its files follow; on the way back the files come first. Each move is made while nobody else writes, and `tidy`
finishes what was killed on the way.
"""

import errno
import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from sqlalchemy import ColumnElement, exists, func, or_, select
from sqlalchemy.orm import Session

from blog import clock
from blog.core.db.transaction import write_transaction
from blog.core.errors import Conflict, DiskFull, Invalid, NotFound, Unavailable
from blog.core.images import storage, variants
from blog.core.images.variants import Plate
from blog.core.media import usage
from blog.core.text import validate
from blog.extensions import db
from blog.models import Media, MediaUse, Site

SIZE = 48
LAST_PAGE = 10**6
ALT_LENGTH = 1000
WORDS = 10
KEPT = timedelta(days=30)
FULL = (errno.ENOSPC, errno.EDQUOT)
TAKEN = "Somebody deleted it at this very moment. Nothing was stored; send it again."
NO_ROOM = "The disk is full. Nothing was stored; free some space and try again."


@dataclass(frozen=True)
class Listed:
    """A picture as the library lists it; `used` counts the posts that name it."""

    row: Media
    used: int

    @property
    def plate(self) -> Plate:
        """The same as markup knows it."""
        return plate(self.row)


@dataclass(frozen=True)
class Page:
    """Some pictures of a list, the newest first; how many it holds, and on how many pages."""

    pictures: Sequence[Listed]
    number: int
    total: int

    @property
    def pages(self) -> int:
        """How many pages there are, at least one."""
        return max(1, -(-self.total // SIZE))


def plate(row: Media) -> Plate:
    """A picture as markup knows it."""
    return Plate(row.name, row.width, row.height, row.widths)


def stem(row: Media) -> str:
    """What the names of its files begin with."""
    return row.hash[:24]


# -- finding ------------------------------------------------------------------------------------------------

HERE = Media.deleted_at.is_(None)
USED = exists().where(MediaUse.stem == func.substr(Media.hash, 1, 24))
LISTS: dict[str, tuple[ColumnElement[bool], ...]] = {
    "": (HERE,),
    "unused": (HERE, ~USED),
    "silent": (HERE, Media.alt == ""),
    "deleted": (Media.deleted_at.is_not(None),),
}


def page(show: str = "", words: str = "", number: int = 1) -> Page:
    """A page of a list, or of what is called by, or described with, all these words. Raises Missing."""
    if show not in LISTS or not 1 <= number <= LAST_PAGE:
        raise NotFound("There is no such page of pictures.")
    wanted = (*LISTS[show], *map(_holds, validate.one_line(words).split()[:WORDS]))
    total = db.session.scalar(select(func.count()).select_from(Media).where(*wanted)) or 0
    if number > 1 and total <= SIZE * (number - 1):
        raise NotFound("There is no such page of pictures.")
    query = select(Media).where(*wanted).order_by(Media.id.desc()).limit(SIZE).offset(SIZE * (number - 1))
    rows = db.session.scalars(query).all()
    used = usage.counts(map(stem, rows))
    return Page([Listed(row, used.get(stem(row), 0)) for row in rows], number, total)


def newest() -> Sequence[Media]:
    """The pictures that came in last, to choose one from: a page of them at most."""
    return db.session.scalars(select(Media).where(*LISTS[""]).order_by(Media.id.desc()).limit(SIZE)).all()


def _holds(word: str) -> ColumnElement[bool]:
    return or_(Media.alt.icontains(word, autoescape=True), Media.filename.icontains(word, autoescape=True))


def counts() -> dict[str, int]:
    """How many pictures each list holds, in one question."""
    parts = (select(func.count()).select_from(Media).where(*wanted).scalar_subquery() for wanted in LISTS.values())
    return dict(zip(LISTS, db.session.execute(select(*parts)).one(), strict=True))


def picture(picture_id: int) -> Media:
    """One picture, deleted or not. Raises Missing."""
    return _row(db.session(), picture_id)


def weights(row: Media, folder: Path) -> list[tuple[int, str, int]]:
    """Width, format and bytes of each file of a picture that lies there, the widest first."""
    lying = folder / storage.DELETED if row.deleted_at else folder
    found = []
    for width in sorted(row.widths or [row.width], reverse=True):
        for ending in dict.fromkeys((row.name.rpartition(".")[2], "webp")):
            with suppress(OSError):
                name = plate(row).twin(width, ending).removeprefix(variants.FOLDER)
                found.append((width, ending, (lying / name).stat().st_size))
    return found


def is_logo(row: Media) -> bool:
    """Whether the blog shows a picture in the place of its name."""
    logos = db.session.execute(select(Site.logo, Site.logo_dark)).one()
    return any(logo and variants.stems(logo["src"]) == [stem(row)] for logo in logos)


# -- changing -----------------------------------------------------------------------------------------------


def add(data: bytes, folder: Path, filename: str = "", alt: str = "") -> Media:
    """Store a picture; one that is here already is found again, a deleted one is back.

    Raises Invalid with a sentence that names the file, NoRoom or Unavailable; nothing of it is stored then.
    """
    words, digest = _words(alt), hashlib.sha256(data).hexdigest()
    with _naming(storage.clean_name(filename)), disk(folder):
        known = storage.known(digest)
        stored = known if known and storage.is_whole(known, folder) else storage.store(data, folder, filename)
    db.session.rollback()
    try:
        with write_transaction() as session, disk(folder):
            storage.bring_files(folder, digest[:24])
            if not storage.is_whole(stored, folder):
                raise Unavailable(TAKEN)
            row = storage.keep(session, stored)
            row.alt = row.alt or words
    except Unavailable:
        _forget(digest, folder)
        raise
    return row


def _forget(digest: str, folder: Path) -> None:
    """Remove the files of a picture that could not be put into the database."""
    with suppress(Unavailable, OSError), write_transaction() as session:
        if session.scalar(select(Media.id).where(Media.hash == digest)) is None:
            storage.bin_files(folder, digest[:24])
            storage.remove_files(folder, digest[:24])


def describe(picture_id: int, alt: str) -> Media:
    """Change what a picture is described with. Texts that show it keep their own words. Raises Invalid or Missing."""
    words = _words(alt)
    with write_transaction() as session:
        row = _row(session, picture_id)
        row.alt = words
    return row


def delete(picture_id: int, folder: Path) -> Media:
    """Take a picture away; `undelete` brings it back. Raises Conflict while a post names it, or Missing."""
    with write_transaction() as session:
        row = _row(session, picture_id)
        if row.deleted_at is None and (users := usage.of(stem(row))):
            raise Conflict(f"It is used in {_named(users)}. Take it out there first; nothing was deleted.")
        if is_logo(row):
            raise Conflict("It is the blog’s logo. Choose another in the settings first; nothing was deleted.")
        row.deleted_at = row.deleted_at or clock.now()
    with write_transaction() as session, suppress(OSError):  # what cannot be moved now, `tidy` moves
        row = _row(session, picture_id)
        if row.deleted_at:
            storage.bin_files(folder, stem(row))
    return row


def undelete(picture_id: int, folder: Path) -> Media:
    """Bring a deleted picture back. Raises Missing, Unavailable, or Conflict when its files are gone."""
    with write_transaction() as session, disk(folder):
        row = _row(session, picture_id)
        storage.bring_files(folder, stem(row))
        if not (folder / row.name).is_file():
            raise Conflict("Its files are gone. Upload it again: it will be found under its old addresses.")
        row.deleted_at = None
    return row


def tidy(folder: Path) -> int:
    """Finish what was killed on the way, and remove for good what was deleted a month ago; how many it removed.

    What a post names nevertheless (one that was saved at the same moment, or whose words of long ago are back) stays.
    """
    storage.sweep(folder)
    if not db.session.scalar(select(exists().where(Media.deleted_at.is_not(None)))):
        return 0
    removed = 0
    with write_transaction() as session, disk(folder):
        for row in session.scalars(select(Media).where(Media.deleted_at.is_not(None)).order_by(Media.id)).all():
            storage.bin_files(folder, stem(row))
            if row.deleted_at and row.deleted_at <= clock.now() - KEPT and not usage.of(stem(row)):
                storage.remove_files(folder, stem(row))
                session.delete(row)
                removed += 1
    return removed


def due() -> bool:
    """Whether anything is to be removed for good."""
    old = Media.deleted_at.is_not(None), Media.deleted_at <= clock.now() - KEPT, ~USED
    return bool(db.session.scalar(select(exists().where(*old))))


# -- what may go wrong --------------------------------------------------------------------------------------


@contextmanager
def disk(folder: Path) -> Iterator[None]:
    """What keeps files from being written becomes a sentence."""
    try:
        yield
    except OSError as error:
        if error.errno in FULL:
            raise DiskFull(NO_ROOM) from error
        raise Unavailable(f"Pictures cannot be stored in {folder}: {error.strerror}. Nothing was stored.") from error


@contextmanager
def _naming(name: str) -> Iterator[None]:
    """Sentences about a picture name it."""
    try:
        yield
    except Invalid as error:
        raise Invalid("file", f"{name or 'The picture'}: {error}.") from error


def _words(alt: str) -> str:
    words = validate.one_line(alt)
    if len(words) > ALT_LENGTH:
        raise Invalid("alt", f"The description has {len(words)} characters; {ALT_LENGTH} are allowed.")
    return words


def _named(users: Sequence[usage.User]) -> str:
    first = f"“{users[0].post.title}”"
    if len(users) == 1:
        return first
    return f"{first} and {'another post' if len(users) == 2 else f'{len(users) - 1} other posts'}"


def _row(session: Session, picture_id: int) -> Media:
    row = session.get(Media, picture_id)
    if row is None:
        raise NotFound("There is no such picture.")
    return row
