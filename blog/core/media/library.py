"""The author's pictures: list, describe, add, delete and restore them.

A deleted picture disappears for readers at once, and is removed for good a month later. On delete the row is marked
first and the files follow; on undelete the files come first. Files move only within a writing transaction, and
`purge_deleted` finishes what a killed process left.
"""

import hashlib
from collections.abc import Sequence
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import ColumnElement, exists, func, or_, select
from sqlalchemy.orm import Session

from blog import clock
from blog.core.db.pager import Pager, make_pager
from blog.core.db.transaction import write_transaction
from blog.core.errors import Conflict, Invalid, NotFound, Unavailable, disk_errors
from blog.core.images import storage, variants
from blog.core.images.variants import ImageFile
from blog.core.media import usage
from blog.core.text import validate
from blog.extensions import db
from blog.models import Media, MediaUse, Site
from blog.models.media import KEEP_DELETED

PAGE_SIZE = 48
ALT_LENGTH = 1000
MAX_WORDS = 10
DELETED_MEANWHILE = "Somebody deleted it at this very moment. Nothing was stored; send it again."


@dataclass(frozen=True)
class LibraryItem:
    """A picture in a list; `used` is the number of posts that show it. macros/pictures.html reads these fields."""

    row: Media
    used: int

    @property
    def plate(self) -> ImageFile:
        return image_file(self.row)


@dataclass(frozen=True)
class ImagePage:
    """One page of a list of pictures, newest first."""

    pictures: Sequence[LibraryItem]
    pager: Pager


def image_file(row: Media) -> ImageFile:
    return ImageFile(row.name, row.width, row.height, row.widths)


def hash_prefix(row: Media) -> str:
    """Return the beginning of the names of a picture's files."""
    return row.hash[:24]


NOT_DELETED = Media.deleted_at.is_(None)
USED = exists().where(MediaUse.stem == func.substr(Media.hash, 1, 24))
# The lists by their name in the page's address.
LISTS: dict[str, tuple[ColumnElement[bool], ...]] = {
    "": (NOT_DELETED,),
    "unused": (NOT_DELETED, ~USED),
    "silent": (NOT_DELETED, Media.alt == ""),
    "deleted": (Media.deleted_at.is_not(None),),
}


def list_images(list_name: str = "", words: str = "", number: int = 1) -> ImagePage:
    """Return a page of a list, of pictures whose name or alt text contains all `words`. Raises NotFound."""
    if list_name not in LISTS or number < 1:
        raise NotFound("There is no such page of pictures.")
    filters = (*LISTS[list_name], *map(_holds, validate.one_line(words).split()[:MAX_WORDS]))
    total = db.session.scalar(select(func.count()).select_from(Media).where(*filters)) or 0
    pager = make_pager(number, total, PAGE_SIZE)
    query = select(Media).where(*filters).order_by(Media.id.desc()).limit(PAGE_SIZE).offset(pager.start)
    rows = db.session.scalars(query).all()
    counts = usage.use_counts(map(hash_prefix, rows))
    return ImagePage([LibraryItem(row, counts.get(hash_prefix(row), 0)) for row in rows], pager)


def newest_images() -> Sequence[Media]:
    """Return the newest pictures, one page at most."""
    return db.session.scalars(select(Media).where(*LISTS[""]).order_by(Media.id.desc()).limit(PAGE_SIZE)).all()


def _holds(word: str) -> ColumnElement[bool]:
    return or_(Media.alt.icontains(word, autoescape=True), Media.filename.icontains(word, autoescape=True))


def list_counts() -> dict[str, int]:
    parts = (select(func.count()).select_from(Media).where(*filters).scalar_subquery() for filters in LISTS.values())
    return dict(zip(LISTS, db.session.execute(select(*parts)).one(), strict=True))


def get_image(picture_id: int, session: Session | None = None) -> Media:
    """Return a picture, deleted or not. Raises NotFound."""
    row = (session or db.session()).get(Media, picture_id)
    if row is None:
        raise NotFound("There is no such picture.")
    return row


def file_sizes(row: Media, folder: Path) -> list[tuple[int, str, int]]:
    """Return width, extension and bytes of each existing file of a picture, widest first."""
    location = folder / storage.DELETED_FOLDER if row.deleted_at else folder
    sizes = []
    for width in sorted(row.widths or [row.width], reverse=True):
        for extension in dict.fromkeys((row.name.rpartition(".")[2], "webp")):
            with suppress(OSError):
                name = image_file(row).variant_url(width, extension).removeprefix(variants.URL_PREFIX)
                sizes.append((width, extension, (location / name).stat().st_size))
    return sizes


def is_logo(row: Media) -> bool:
    logos = db.session.execute(select(Site.logo, Site.logo_dark)).one()
    return any(logo and variants.hash_prefixes(logo["src"]) == [hash_prefix(row)] for logo in logos)


def add(data: bytes, folder: Path, filename: str = "", alt: str = "") -> Media:
    """Store a picture and return its row. The same bytes give the same row; a deleted picture is restored.

    Raises Invalid (the message names the file), DiskFull or Unavailable; then nothing is stored.
    """
    alt_text, digest = _alt_text(alt), hashlib.sha256(data).hexdigest()
    try:
        with _storing_errors(folder):
            stored = storage.by_hash(digest)
            if stored is None or not storage.has_all_files(stored, folder):
                stored = storage.store(data, folder, filename)
    except Invalid as error:
        raise Invalid("file", f"{storage.clean_name(filename) or 'The picture'}: {error}.") from error
    db.session.rollback()
    try:
        with write_transaction() as session, _storing_errors(folder):
            storage.restore_files(folder, digest[:24])
            if not storage.has_all_files(stored, folder):
                raise Unavailable(DELETED_MEANWHILE)
            row = storage.save_row(session, stored)
            row.alt = row.alt or alt_text
    except Unavailable:
        _remove_without_row(digest, folder)
        raise
    return row


def _remove_without_row(digest: str, folder: Path) -> None:
    """Remove the files of a picture that could not be added to the database."""
    with suppress(Unavailable, OSError), write_transaction() as session:
        if session.scalar(select(Media.id).where(Media.hash == digest)) is None:
            storage.bin_files(folder, digest[:24])
            storage.remove_files(folder, digest[:24])


def describe(picture_id: int, alt: str) -> Media:
    """Change a picture's alt text. Posts that show it keep their own. Raises Invalid or NotFound."""
    alt_text = _alt_text(alt)
    with write_transaction() as session:
        row = get_image(picture_id, session)
        row.alt = alt_text
    return row


def delete(picture_id: int, folder: Path) -> Media:
    """Delete a picture; `undelete` restores it. Raises Conflict if a post or the site uses it, or NotFound."""
    with write_transaction() as session:
        row = get_image(picture_id, session)
        if row.deleted_at is None and (uses := usage.posts_using(hash_prefix(row))):
            raise Conflict(f"It is used in {_describe_uses(uses)}. Take it out there first; nothing was deleted.")
        if is_logo(row):
            raise Conflict("It is the blog’s logo. Choose another in the settings first; nothing was deleted.")
        row.deleted_at = row.deleted_at or clock.now()
    with write_transaction() as session, suppress(OSError):  # `purge_deleted` moves what cannot be moved now
        row = get_image(picture_id, session)
        if row.deleted_at:
            storage.bin_files(folder, hash_prefix(row))
    return row


def undelete(picture_id: int, folder: Path) -> Media:
    """Restore a deleted picture. Raises NotFound, Unavailable, or Conflict if its files are gone."""
    with write_transaction() as session, _storing_errors(folder):
        row = get_image(picture_id, session)
        storage.restore_files(folder, hash_prefix(row))
        if not (folder / row.name).is_file():
            raise Conflict("Its files are gone. Upload it again: it will be found under its old addresses.")
        row.deleted_at = None
    return row


def purge_deleted(folder: Path) -> int:
    """Remove pictures for good that were deleted a month ago, and finish interrupted moves; return the number removed.

    A picture that a post names again stays: the post may have been saved at the same moment, or an old revision
    restored.
    """
    storage.remove_stale(folder)
    if not db.session.scalar(select(exists().where(Media.deleted_at.is_not(None)))):
        return 0
    removed = 0
    with write_transaction() as session, _storing_errors(folder):
        for row in session.scalars(select(Media).where(Media.deleted_at.is_not(None)).order_by(Media.id)).all():
            prefix = hash_prefix(row)
            storage.bin_files(folder, prefix)
            if row.deleted_at and row.deleted_at <= clock.now() - KEEP_DELETED and not usage.posts_using(prefix):
                storage.remove_files(folder, prefix)
                session.delete(row)
                removed += 1
    return removed


def purge_due() -> bool:
    """Return whether any picture is to be removed for good."""
    old = Media.deleted_at.is_not(None), Media.deleted_at <= clock.now() - KEEP_DELETED, ~USED
    return bool(db.session.scalar(select(exists().where(*old))))


def _storing_errors(folder: Path) -> AbstractContextManager[None]:
    """Raise DiskFull or Unavailable, with a sentence for the author, for each OSError."""
    return disk_errors(f"Pictures cannot be stored in {folder}", "Nothing was stored")


def _alt_text(alt: str) -> str:
    return validate.check_length(validate.one_line(alt), "alt", "The description", ALT_LENGTH)


def _describe_uses(uses: Sequence[usage.ImageUse]) -> str:
    first = f"“{uses[0].post.title}”"
    if len(uses) == 1:
        return first
    return f"{first} and {'another post' if len(uses) == 2 else f'{len(uses) - 1} other posts'}"
