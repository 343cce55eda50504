"""The zip file of a backup: a blog's files, and a manifest with their names, sizes and checksums.

A new one is written under another name, synced, read again and compared, and only then renamed. When one is opened,
nothing in it is trusted: names, sizes and checksums are checked before anything is written.
"""

import hashlib
import json
import os
import re
import stat
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO, Any

from blog.core.errors import Invalid
from blog.files import sync

FORMAT = 1
MANIFEST, DATABASE = "manifest.json", "blog.db"
# A backup may hold only these files, and files in these folders, at most this deep.
FILES = (DATABASE, "secret_key", "config.toml", "custom.css")
FOLDERS = ("media", "cards", "templates")
MAX_DEPTH = 12
# Pictures are compressed already.
STORED = ("media", "cards")
CHUNK_BYTES = 2**20
MANIFEST_BYTES = 64 * 2**20
MAX_FILES = MANIFEST_BYTES // 150  # a manifest needs more bytes for each
# A file that unpacks to more than this is a zip bomb: `write` does not compress a backup that would come near it.
MIN_UNPACKED_LIMIT, MAX_RATIO = 64 * 2**20, 100
# Messages show at most this many characters of the text in a backup.
MAX_MESSAGE = 500
# File types in a zip file: none, a file, a folder. Links and devices are refused.
FILE_TYPES = (0, stat.S_IFREG, stat.S_IFDIR)

# Called with the number of bytes that were read since the last call.
Progress = Callable[[int], None]


def no_progress(_: int) -> None:
    """Report no progress."""


@dataclass(frozen=True)
class Member:
    """A file in a backup: its name, size in bytes, and SHA-256 in hexadecimal. The manifest stores these fields."""

    name: str
    bytes: int
    sha256: str


@dataclass(frozen=True)
class Manifest:
    """A backup's description, stored in it as JSON. `reason` is as in `retention.StoredBackup`.

    `scope` is all, or database: the database, settings and templates, without pictures and cards.
    """

    format: int
    made_at: datetime
    reason: str
    scope: str
    broadsheet: str
    schema: str
    counts: Mapping[str, int]
    entries: tuple[Member, ...] = field(default=(), repr=False)

    @property
    def bytes(self) -> int:
        """The unpacked size."""
        return sum(entry.bytes for entry in self.entries)


def write(target: Path, members: Mapping[str, Path], manifest: Manifest, progress: Progress = no_progress) -> Manifest:
    """Write a new backup and sync it; return its manifest with all entries. `members` maps the names in it to files.

    Raises OSError.
    """
    for compression in (zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED):
        with target.open("wb") as out:
            with suppress(PermissionError):  # some disks have no such permissions
                target.chmod(0o600)  # it has password hashes and a key
            with zipfile.ZipFile(out, "w", compression) as archive:
                entries = tuple(_add(archive, name, members[name], progress) for name in sorted(members))
                manifest = replace(manifest, entries=entries)
                archive.writestr(MANIFEST, json.dumps(asdict(manifest), indent=1, default=str))
            sync(out)
        if manifest.bytes <= unpacked_limit(target.stat().st_size):
            break
    return manifest


def unpacked_limit(size: int) -> int:
    return MIN_UNPACKED_LIMIT + MAX_RATIO * size


def _add(archive: zipfile.ZipFile, name: str, file: Path, progress: Progress) -> Member:
    digest, size = hashlib.sha256(), 0
    with file.open("rb") as source:
        info = zipfile.ZipInfo(name, _zip_date(os.fstat(source.fileno()).st_mtime))
        info.external_attr = (stat.S_IFREG | 0o600) << 16
        stored = name.partition("/")[0] in STORED
        info.compress_type = zipfile.ZIP_STORED if stored else archive.compression
        with archive.open(info, "w", force_zip64=True) as out:
            while chunk := source.read(CHUNK_BYTES):
                digest.update(chunk)
                size += len(chunk)
                out.write(chunk)
                progress(len(chunk))
    return Member(name, size, digest.hexdigest())


def _zip_date(seconds: float) -> tuple[int, int, int, int, int, int]:
    """Return a time in the form of zip files, which have no year before 1980."""
    moment = datetime.fromtimestamp(min(max(seconds, 0), 2**32))  # noqa: DTZ006, zip files have no zone
    year = max(moment.year, 1980)
    return year, moment.month, moment.day, moment.hour, moment.minute, moment.second


def digest(file: Path) -> str:
    """Return the SHA-256 of a file, in hexadecimal. Raises OSError."""
    with file.open("rb") as source:
        return hashlib.file_digest(source, "sha256").hexdigest()


def list_files(instance: Path, folders: Iterable[str] = FOLDERS) -> Iterator[tuple[str, Path]]:
    """Yield the files of an instance folder for a backup, with their names in it. The database is not one of them.

    Hidden files (half-written ones are hidden) and names that no backup may hold are left out.
    """
    for name in FILES[1:]:
        if (instance / name).is_file():
            yield name, instance / name
    for top in folders:
        for folder, subfolders, names in os.walk(instance / top):
            subfolders[:] = [name for name in subfolders if _is_plain(name)]
            for file in (Path(folder, name) for name in names):
                name = f"{top}/{file.relative_to(instance / top).as_posix()}"
                if allowed(name) and file.is_file():
                    yield name, file


def allowed(name: str) -> bool:
    parts = name.split("/")
    return name in FILES or (parts[0] in FOLDERS and 2 <= len(parts) <= MAX_DEPTH and all(map(_is_plain, parts)))


def _is_plain(part: str) -> bool:
    """Return whether a part of a path is an ordinary name: not hidden, not `..`, and printable."""
    try:
        short = 0 < len(part.encode()) <= 255
    except UnicodeEncodeError:
        return False
    return short and part[0] != "." and part.isprintable() and not re.search(r"[\\/]", part)


class BackupFile:
    """An open backup that was checked. Its files can be read; each is compared with its checksum.

    Everything raises Invalid, with a message that names the file and the wrong place in it.
    """

    def __init__(self, file: Path, archive: zipfile.ZipFile) -> None:
        self._file, self._archive = file, archive
        if len(archive.infolist()) > MAX_FILES:
            raise self._unusable(f"it holds {len(archive.infolist())} files, more than any backup")
        size, unpacked_size = file.stat().st_size, sum(info.file_size for info in archive.infolist())
        for info in archive.infolist():
            self._check_member(info)
        # A backup that somebody unpacked and packed again may have members for the folders, too.
        names = [info.filename for info in archive.infolist() if not info.is_dir()]
        if repeated := [name for name, count in Counter(names).items() if count > 1]:
            raise self._unusable(f"it holds {repeated[0]} twice")
        if unpacked_size > unpacked_limit(size):
            raise self._unusable(f"it has {size} bytes and claims to unpack to {unpacked_size}, which no backup does")
        self.manifest = self._read_manifest()
        self._compare_with_manifest(names)

    def _check_member(self, info: zipfile.ZipInfo) -> None:
        name = info.orig_filename
        file_name = f"{name}folder" if name.endswith("/") else name
        if name != info.filename or not (name == MANIFEST or allowed(file_name)):
            raise self._unusable(f"it holds {name!r}, which no backup does")
        if info.create_system == 3 and stat.S_IFMT(info.external_attr >> 16) not in FILE_TYPES:
            raise self._unusable(f"{name} in it is a link or a device, not a file")
        if info.flag_bits & 0x1:
            raise self._unusable(f"{name} in it is encrypted")
        if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise self._unusable(f"{name} in it is compressed in a way that no backup is")

    def _read_manifest(self) -> Manifest:
        try:
            info = self._archive.getinfo(MANIFEST)
        except KeyError:
            raise self._unusable(f"it holds no {MANIFEST}: it is no backup of Broadsheet") from None
        if info.file_size > MANIFEST_BYTES:
            raise self._unusable(f"its {MANIFEST} is too large")
        with self._explain_read_errors(MANIFEST):
            text = self._archive.read(info)
        try:
            data = json.loads(text)
            if int(data["format"]) > FORMAT:
                raise self._unusable(f"a newer Broadsheet ({data['broadsheet']}) made it: install that one")
            return _parse_manifest(data)
        except (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError) as error:
            raise self._unusable(f"its {MANIFEST} cannot be understood") from error

    def _compare_with_manifest(self, names: list[str]) -> None:
        listed = {member.name: member for member in self.manifest.entries}
        missing, unlisted = sorted(listed.keys() - {*names}), sorted({*names} - listed.keys() - {MANIFEST})
        if DATABASE not in listed:
            raise self._unusable("it holds no database")
        if missing or len(listed) != len(self.manifest.entries):
            raise self._unusable(f"{(missing or ['something'])[0]} is missing in it")
        if unlisted:
            raise self._unusable(f"it holds {unlisted[0]}, which its {MANIFEST} does not name")
        for name, member in listed.items():
            if self._archive.getinfo(name).file_size != member.bytes:
                raise self._unusable(f"{name} in it has another size than its {MANIFEST} says")
        folders = {"/".join(parts[:end]) for parts in (name.split("/") for name in names) for end in range(len(parts))}
        if clash := sorted(folders & {*names}):
            raise self._unusable(f"{clash[0]} in it is a file and a folder")

    def read(self, member: Member, out: IO[bytes] | None = None, progress: Progress = no_progress) -> None:
        """Read a file, copy it into `out` if there is one, and compare it with its checksum."""
        digest = hashlib.sha256()
        for chunk in self._chunks(member.name):
            digest.update(chunk)
            if out:
                out.write(chunk)
            progress(len(chunk))
        if digest.hexdigest() != member.sha256:
            raise self._unusable(f"{member.name} in it was altered")

    def _chunks(self, name: str) -> Iterator[bytes]:
        with self._explain_read_errors(name), self._archive.open(name) as source:
            while chunk := source.read(CHUNK_BYTES):
                yield chunk

    @contextmanager
    def _explain_read_errors(self, name: str) -> Iterator[None]:
        try:
            yield
        except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, ValueError, OverflowError) as error:
            raise self._unusable(f"{name} in it is damaged") from error
        except OSError as error:
            raise self._unusable(f"{name} in it cannot be read ({error.strerror})") from error

    def _unusable(self, reason: str) -> Invalid:
        return unusable_backup(self._file, reason)


def unusable_backup(file: Path, reason: str) -> Invalid:
    """Return the error for a file that is no good backup."""
    return Invalid("file", f"{file} cannot be used: {printable(reason)}. Nothing was changed.")


def printable(text: str) -> str:
    """Make text from a file safe for a terminal: short, in one line, without control characters."""
    return "".join(char if char.isprintable() else "\ufffd" for char in text[:MAX_MESSAGE])


@contextmanager
def open_backup(file: Path) -> Iterator[BackupFile]:
    """Open a backup for reading. Raises Invalid if the file is no backup, or was changed since it was written."""
    try:
        size = file.stat().st_size
        if not file.is_file():
            raise unusable_backup(file, "it is not a file")
        archive = zipfile.ZipFile(file)
    except FileNotFoundError:
        raise unusable_backup(file, "there is no such file") from None
    except OSError as error:
        raise unusable_backup(file, f"it cannot be read ({error.strerror})") from error
    except (zipfile.BadZipFile, RuntimeError, ValueError, OverflowError) as error:
        reason = "it is empty" if not size else f"it is no zip file, or was cut off after its {size} bytes"
        raise unusable_backup(file, reason) from error
    with archive:
        yield BackupFile(file, archive)


def _parse_manifest(data: Any) -> Manifest:
    """Raises ValueError, KeyError, TypeError, AttributeError or OverflowError."""
    entries = tuple(Member(str(entry["name"]), int(entry["bytes"]), str(entry["sha256"])) for entry in data["entries"])
    made_at = datetime.fromisoformat(data["made_at"])
    if made_at.utcoffset() != timedelta(0) or data["scope"] not in ("all", "database"):
        raise ValueError(data["scope"])
    counts = {str(name): int(number) for name, number in data["counts"].items()}
    reason, scope, broadsheet, schema = (str(data[name]) for name in ("reason", "scope", "broadsheet", "schema"))
    return Manifest(int(data["format"]), made_at, reason, scope, broadsheet, schema, counts, entries)
