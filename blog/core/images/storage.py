"""Stored pictures: the files in the media folder and the rows in the database.

Files are written first, the row last: if the process is killed in between, no row lacks its files. Code that moves
files according to a row runs within a writing transaction, so that two processes never move the same files at once.
"""

import hashlib
import re
import unicodedata
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from blog import clock, files
from blog.core.db.batches import batches
from blog.core.errors import Invalid
from blog.core.images import encode, variants
from blog.core.images.variants import ImageFile
from blog.core.text import validate
from blog.extensions import db
from blog.models import Media

FILE_BYTES = 40 * 1024 * 1024
FILENAME_LENGTH = 200
# The files of deleted pictures wait in this folder until they are removed or restored.
DELETED_FOLDER = "deleted"
# The kind of the scratch folders in which an import keeps pictures until its posts are stored.
STAGING = "import"


@dataclass(frozen=True, kw_only=True)
class StoredImage(ImageFile):
    """A picture whose files are in the media folder; `save_row` adds it to the database. `hash` is its full hash."""

    hash: str
    bytes: int
    filename: str = ""

    @property
    def type(self) -> str:
        return variants.TYPES[self.name.rpartition(".")[2]]


def image_files_in(*texts: str) -> dict[str, ImageFile]:
    """Return the stored pictures that these texts name, by hash prefix."""
    return image_files_by_prefix(variants.hash_prefixes("\n".join(texts)))


def image_files_by_prefix(prefixes: Iterable[str]) -> dict[str, ImageFile]:
    """Return the stored pictures with these hash prefixes, without missing and deleted ones."""
    images: dict[str, ImageFile] = {}
    columns = Media.name, Media.width, Media.height, Media.widths
    for batch in batches(prefixes, 100):
        names = [name for prefix in batch for name in variants.base_names(prefix)]
        for row in db.session.execute(select(*columns).where(Media.name.in_(names), Media.deleted_at.is_(None))):
            images[row.name[:24]] = ImageFile(*row)
    return images


def store(data: bytes, folder: Path | None, filename: str = "") -> StoredImage:
    """Encode a picture anew and write its files, named by the hash of `data`, to the folder.

    Each file is written under another name, synced, then renamed: a file is always complete. Without a folder nothing
    is written. Raises Invalid with a half sentence about "it", the picture.
    """
    if len(data) > FILE_BYTES:
        raise Invalid("file", f"it has {len(data) // 2**20} MB; {FILE_BYTES // 2**20} are allowed")
    digest = hashlib.sha256(data).hexdigest()
    encoded = encode.encode(data, digest[:24])
    if folder:
        folder.mkdir(exist_ok=True)
        files.write_files(folder, encoded.files)
    image, size = encoded.image_file, len(encoded.files[encoded.image_file.name])
    return StoredImage(
        image.name, image.width, image.height, image.widths, hash=digest, bytes=size, filename=clean_name(filename)
    )


def clean_name(filename: str) -> str:
    """Return a file's original name, safe to show: without folders and without characters that reverse a line."""
    name = re.split(r"[/\\]", filename)[-1]
    visible = "".join(char for char in name if unicodedata.category(char) != "Cf")
    return validate.one_line(visible[: 2 * FILENAME_LENGTH])[:FILENAME_LENGTH]


def by_hash(digest: str) -> StoredImage | None:
    """Return the stored picture made from the bytes with this SHA-256 (hexadecimal), if any."""
    row = db.session.scalars(select(Media).where(Media.hash == digest, Media.deleted_at.is_(None))).first()
    return StoredImage(row.name, row.width, row.height, row.widths, hash=row.hash, bytes=row.bytes) if row else None


def move_staged(staging: Path, folder: Path) -> None:
    """Move stored pictures from one folder into another on the same disk."""
    if not staging.is_dir():
        return
    folder.mkdir(exist_ok=True)
    for file in staging.iterdir():
        file.replace(folder / file.name)
    files.sync_folder(folder)


def save_row(session: Session, stored: StoredImage) -> Media:
    """Add a stored picture to the database, or update its row, within an open transaction. Undeletes a deleted one."""
    row = session.scalars(select(Media).where(Media.hash == stored.hash)).first()
    if row is None:
        row = Media(hash=stored.hash, alt="", filename=stored.filename, created_at=clock.now())
        session.add(row)
    row.deleted_at = None
    if stored.widths or not row.name:
        row.name, row.type, row.widths = stored.name, stored.type, list(stored.widths)
        row.width, row.height, row.bytes = stored.width, stored.height, stored.bytes
    row.filename = row.filename or stored.filename
    session.flush()
    return row


def has_all_files(stored: StoredImage, folder: Path) -> bool:
    return bool(stored.widths) and all((folder / name).is_file() for name in stored.file_names())


def restore_variants(image: ImageFile, missing: Collection[str], folder: Path) -> bool:
    """Make the missing files of a picture from its base file; return whether all could be made. Raises OSError."""
    try:
        encoded = encode.encode((folder / image.name).read_bytes(), image.name[:24])
    except Invalid:
        return False
    restored = {name: data for name, data in encoded.files.items() if name in missing}
    files.write_files(folder, restored)
    return len(restored) == len(missing)


def bin_files(folder: Path, prefix: str) -> None:
    """Move the files of a picture into DELETED_FOLDER, where readers cannot load them."""
    _move(folder, folder / DELETED_FOLDER, prefix)


def restore_files(folder: Path, prefix: str) -> None:
    """Move the files of a picture back from DELETED_FOLDER; existing files stay as they are."""
    _move(folder / DELETED_FOLDER, folder, prefix)


def remove_files(folder: Path, prefix: str) -> None:
    """Remove the files of a deleted picture for good."""
    for name in variants.file_names(prefix):
        (folder / DELETED_FOLDER / name).unlink(missing_ok=True)


def _move(source: Path, target: Path, prefix: str) -> None:
    names = [name for name in variants.file_names(prefix) if (source / name).is_file()]
    if not names:
        return
    target.mkdir(parents=True, exist_ok=True)
    for name in names:
        if (target / name).exists():  # the picture was uploaded again in the meantime
            (source / name).unlink()
        else:
            (source / name).replace(target / name)
    files.sync_folder(target)


def remove_stale(folder: Path) -> None:
    for file in files.stale_drafts(folder):
        file.unlink(missing_ok=True)
