"""Stored pictures: their files lie in the media folder, what is known of them in the database.

Files are written first, the row last: whatever is killed on the way, no row is without its files. All that moves
files while a row says where they should be does so within a writing transaction, so that no two do it at once.
"""

import errno
import hashlib
import os
import re
import secrets
import shutil
import stat
import unicodedata
from collections.abc import Collection, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from blog import clock
from blog.core.db.batches import batches
from blog.core.errors import Invalid
from blog.core.images import encode, variants
from blog.core.images.variants import Plate
from blog.core.text import validate
from blog.extensions import db
from blog.models import Media

FILE_BYTES = 40 * 1024 * 1024
FILENAME_LENGTH = 200
# Where the files of deleted pictures wait to be removed, or brought back.
DELETED = "deleted"
# How a file is called until it is whole, and after how long nobody can be writing it any more.
DRAFT, LONG_AGO = re.compile(rf"\.{variants.NAME}-\d+-[0-9a-f]{{8}}"), timedelta(days=1)


@dataclass(frozen=True)
class Stored:
    """A picture whose files lie in the media folder; `keep` puts it into the database."""

    hash: str
    name: str
    type: str
    width: int
    height: int
    bytes: int
    widths: list[int] = field(default_factory=list)
    filename: str = ""

    @property
    def plate(self) -> Plate:
        """The same as markup knows it."""
        return Plate(self.name, self.width, self.height, self.widths)

    @property
    def path(self) -> str:
        """The address readers load it from."""
        return self.plate.address


def plates_of(*texts: str) -> dict[str, Plate]:
    """The stored pictures that texts name, by their stems."""
    return plates_at(variants.stems("\n".join(texts)))


def plates_at(stems: Iterable[str]) -> dict[str, Plate]:
    """The stored pictures of some stems; without those that are not there, or are deleted."""
    found: dict[str, Plate] = {}
    columns = Media.name, Media.width, Media.height, Media.widths
    for some in batches(stems, 100):
        names = [name for stem in some for name in variants.bases(stem)]
        for row in db.session.execute(select(*columns).where(Media.name.in_(names), Media.deleted_at.is_(None))):
            found[row.name[:24]] = Plate(*row)
    return found


def store(data: bytes, folder: Path | None, filename: str = "") -> Stored:
    """Encode a picture anew and write its files to the folder, named by the hash of its bytes.

    Written beside, synced, renamed: a file is always whole. Raises Invalid with a half sentence about "it", the
    picture. Without a folder nothing is written, all else is done.
    """
    if len(data) > FILE_BYTES:
        raise Invalid("file", f"it has {len(data) // 2**20} MB; {FILE_BYTES // 2**20} are allowed")
    digest = hashlib.sha256(data).hexdigest()
    made = encode.encode(data, digest[:24])
    if folder:
        folder.mkdir(exist_ok=True)
        _write(folder, made.files)
    plate, kind = made.plate, variants.TYPES[made.plate.name.rpartition(".")[2]]
    weight = len(made.files[plate.name])
    return Stored(
        digest, plate.name, kind, plate.width, plate.height, weight, list(plate.widths), clean_name(filename)
    )  # fmt: skip


def clean_name(filename: str) -> str:
    """What a picture was called, as it may be shown: without folders, and without what turns a line round."""
    name = re.split(r"[/\\]", filename)[-1]
    bare = "".join(char for char in name if unicodedata.category(char) != "Cf")
    return validate.one_line(bare[: 2 * FILENAME_LENGTH])[:FILENAME_LENGTH]


def known(digest: str) -> Stored | None:
    """The stored picture that came of the bytes with this SHA-256 (in hexadecimal), if any."""
    found = db.session.scalars(select(Media).where(Media.hash == digest, Media.deleted_at.is_(None))).first()
    if found is None:
        return None
    return Stored(found.hash, found.name, found.type, found.width, found.height, found.bytes, found.widths)


def settle(staging: Path, folder: Path) -> None:
    """Move pictures that were stored in one folder into another on the same disk."""
    if not staging.is_dir():
        return
    folder.mkdir(exist_ok=True)
    for file in staging.iterdir():
        file.replace(folder / file.name)
    sync(folder)


def keep(session: Session, stored: Stored) -> Media:
    """Put a stored picture into the database, once, within an open transaction. A deleted one is back."""
    row = session.scalars(select(Media).where(Media.hash == stored.hash)).first()
    if row is None:
        row = Media(hash=stored.hash, alt="", filename=stored.filename, created_at=clock.now())
        session.add(row)
    row.deleted_at = None
    if stored.widths or not row.name:
        row.name, row.type, row.widths = stored.name, stored.type, stored.widths
        row.width, row.height, row.bytes = stored.width, stored.height, stored.bytes
    row.filename = row.filename or stored.filename
    session.flush()
    return row


def is_whole(stored: Stored, folder: Path) -> bool:
    """Whether a picture has its twins, and all its files lie there."""
    plate = stored.plate
    addresses = (plate.twin(width, ending) for width in plate.widths for ending in ("", "webp"))
    return bool(plate.widths) and all((folder / at.removeprefix(variants.FOLDER)).is_file() for at in addresses)


def complete(plate: Plate, missing: Collection[str], folder: Path) -> bool:
    """Make missing twins of a picture again from its base file; whether they could be made. Raises OSError."""
    try:
        made = encode.encode((folder / plate.name).read_bytes(), plate.name[:24])
    except Invalid:
        return False
    files = {name: data for name, data in made.files.items() if name in missing}
    _write(folder, files)
    return len(files) == len(missing)


def bin_files(folder: Path, stem: str) -> None:
    """Take the files of a picture away from readers."""
    _move(folder, folder / DELETED, stem)


def bring_files(folder: Path, stem: str) -> None:
    """Give the files of a picture back to readers; those that lie there stay as they are."""
    _move(folder / DELETED, folder, stem)


def remove_files(folder: Path, stem: str) -> None:
    """Remove the files of a deleted picture for good."""
    for name in variants.files(stem):
        (folder / DELETED / name).unlink(missing_ok=True)


def _move(source: Path, target: Path, stem: str) -> None:
    lying = [name for name in variants.files(stem) if (source / name).is_file()]
    if not lying:
        return
    target.mkdir(parents=True, exist_ok=True)
    for name in lying:
        if (target / name).exists():  # it came in once more meanwhile
            (source / name).unlink()
        else:
            (source / name).replace(target / name)
    sync(target)


def _write(folder: Path, files: encode.Files) -> None:
    """Write files beside their places, and put all there once all are on the disk."""
    drafts: list[tuple[Path, Path]] = []
    try:
        for name, data in files.items():
            draft = folder / f".{name}-{os.getpid()}-{secrets.token_hex(4)}"
            drafts.append((draft, folder / name))
            with draft.open("xb") as out:
                out.write(data)
                out.flush()
                os.fsync(out.fileno())
        for draft, target in drafts:
            draft.replace(target)
        sync(folder)
    finally:
        for draft, _ in drafts:
            draft.unlink(missing_ok=True)


def move(file: Path, place: Path) -> None:
    """Put a file in its place, in one step, also when that is on another disk. Raises OSError."""
    try:
        file.replace(place)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        beside = place.with_name(f".{place.name}-{os.getpid()}-{secrets.token_hex(4)}")
        try:
            # Nobody is to read for a moment what only its owner may.
            descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, stat.S_IMODE(file.stat().st_mode))
            with os.fdopen(descriptor, "wb") as out, file.open("rb") as source:
                shutil.copyfileobj(source, out)
                out.flush()
                os.fsync(out.fileno())
            beside.replace(place)
        finally:
            beside.unlink(missing_ok=True)


def sweep(folder: Path) -> None:
    """Remove what was half written long ago: whoever wrote it was killed."""
    for draft in folder.glob(".*"):
        with suppress(OSError):
            written = datetime.fromtimestamp(draft.stat().st_mtime, UTC)
            if DRAFT.fullmatch(draft.name) and written < clock.now() - LONG_AGO:
                draft.unlink()


def sync(folder: Path) -> None:
    """Have the names in a folder on the disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
