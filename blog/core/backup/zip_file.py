"""The file of a backup: a zip with everything of a blog and a manifest that counts, weighs and names it.

It is written beside its place, synced, read again whole and compared, and only then renamed. Whoever opens one trusts
nothing in it: names, sizes and checksums are judged before anything is written anywhere.
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
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO, Any

from blog.core.errors import Invalid

FORMAT = 1
MANIFEST, DATABASE = "manifest.json", "blog.db"
# All that a backup may hold: these files, and files in these folders, at most so deep.
FILES = (DATABASE, "secret_key", "config.toml", "custom.css")
FOLDERS = ("media", "cards", "templates")
DEEPEST = 12
# Pictures are compressed already.
STORED = ("media", "cards")
PIECE = 2**20
MANIFEST_BYTES = 64 * 2**20
MOST_FILES = MANIFEST_BYTES // 150  # a manifest says more of each
# A file that unpacks to more than this is no backup but a bomb: `write` does not compress what would come near it.
ROOM, RATIO = 64 * 2**20, 100
# Of what a file says of itself, so many characters are shown.
SAID = 500
# What a zip file says that its members are: nothing, a file, a folder. Links and devices are refused.
KINDS = (0, stat.S_IFREG, stat.S_IFDIR)

# Is told how many more bytes were read.
Progress = Callable[[int], None]


def unseen(_: int) -> None:
    """Tells nobody."""


@dataclass(frozen=True)
class Entry:
    """One file in a backup: its name, size in bytes, and SHA-256 in hexadecimal."""

    name: str
    bytes: int
    sha256: str


@dataclass(frozen=True)
class Manifest:
    """What a backup says of itself. `scope` is all, or database: that and the settings, without pictures and cards."""

    format: int
    made_at: datetime
    reason: str
    scope: str
    broadsheet: str
    schema: str
    counts: Mapping[str, int]
    entries: tuple[Entry, ...] = field(repr=False)

    @property
    def bytes(self) -> int:
        """How much it unpacks to."""
        return sum(entry.bytes for entry in self.entries)


def write(
    target: Path,
    members: Mapping[str, Path],
    about: Callable[[tuple[Entry, ...]], Manifest],
    progress: Progress = lambda _: None,
) -> Manifest:
    """Write files, by the names they get, into a new archive, and sync it; what it says is `about` them.

    Raises OSError.
    """
    for compression in (zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED):
        with target.open("wb") as out:
            with suppress(PermissionError):  # disks without such rights refuse it
                target.chmod(0o600)  # there are passwords' hashes and a key in it
            with zipfile.ZipFile(out, "w", compression) as box:
                manifest = about(tuple(_add(box, name, members[name], progress) for name in sorted(members)))
                box.writestr(MANIFEST, json.dumps(asdict(manifest), indent=1, default=str))
            out.flush()
            os.fsync(out.fileno())
        if manifest.bytes <= most(target.stat().st_size):
            break
    return manifest


def most(size: int) -> int:
    """How many bytes an archive of this size may unpack to."""
    return ROOM + RATIO * size


def _add(box: zipfile.ZipFile, name: str, file: Path, progress: Progress) -> Entry:
    digest, size = hashlib.sha256(), 0
    with file.open("rb") as source:
        info = zipfile.ZipInfo(name, _date(os.fstat(source.fileno()).st_mtime))
        info.external_attr = (stat.S_IFREG | 0o600) << 16
        stored = name.partition("/")[0] in STORED
        info.compress_type = zipfile.ZIP_STORED if stored else box.compression
        with box.open(info, "w", force_zip64=True) as out:
            while piece := source.read(PIECE):
                digest.update(piece)
                size += len(piece)
                out.write(piece)
                progress(len(piece))
    return Entry(name, size, digest.hexdigest())


def _date(seconds: float) -> tuple[int, int, int, int, int, int]:
    """A time as zip files can tell it, which know no year before 1980."""
    moment = datetime.fromtimestamp(min(max(seconds, 0), 2**32))  # noqa: DTZ006, zip files have no zone
    year = max(moment.year, 1980)
    return year, moment.month, moment.day, moment.hour, moment.minute, moment.second


def digest(file: Path) -> str:
    """The SHA-256 of a file, in hexadecimal. Raises OSError."""
    with file.open("rb") as source:
        return hashlib.file_digest(source, "sha256").hexdigest()


def files(instance: Path, folders: Iterable[str] = FOLDERS) -> Iterator[tuple[str, Path]]:
    """The files of an instance folder that belong into a backup, and their names there; the database is not among them.

    What is hidden (half-written files are) or has a name that no archive may hold is left out.
    """
    for name in FILES[1:]:
        if (instance / name).is_file():
            yield name, instance / name
    for top in folders:
        for folder, below, names in os.walk(instance / top):
            below[:] = [name for name in below if _plain(name)]
            for file in (Path(folder, name) for name in names):
                name = f"{top}/{file.relative_to(instance / top).as_posix()}"
                if allowed(name) and file.is_file():
                    yield name, file


def allowed(name: str) -> bool:
    """Whether a backup may hold a file of this name."""
    parts = name.split("/")
    return name in FILES or (parts[0] in FOLDERS and 2 <= len(parts) <= DEEPEST and all(map(_plain, parts)))


def _plain(part: str) -> bool:
    """Whether a part of a path is an ordinary name: nothing hidden, no way up, nothing that cannot be printed."""
    try:
        short = 0 < len(part.encode()) <= 255
    except UnicodeEncodeError:
        return False
    return short and part[0] != "." and part.isprintable() and not re.search(r"[\\/]", part)


class Archive:
    """A backup, opened and judged; its files can be read, each compared with its checksum while it is.

    Everything raises Invalid, with a sentence that names the file, and the place in it, that is wrong.
    """

    def __init__(self, file: Path, box: zipfile.ZipFile) -> None:
        self._file, self._box = file, box
        if len(box.infolist()) > MOST_FILES:
            raise self._wrong(f"it holds {len(box.infolist())} files, more than any backup")
        size, claimed = file.stat().st_size, sum(info.file_size for info in box.infolist())
        for info in box.infolist():
            self._judge(info)
        # Whoever unpacked a backup and packed it again may have the folders in it, too.
        names = [info.filename for info in box.infolist() if not info.is_dir()]
        if twice := [name for name, times in Counter(names).items() if times > 1]:
            raise self._wrong(f"it holds {twice[0]} twice")
        if claimed > most(size):
            raise self._wrong(f"it has {size} bytes and claims to unpack to {claimed}, which no backup does")
        self.manifest = self._manifest()
        self._compare(names)

    def _judge(self, info: zipfile.ZipInfo) -> None:
        name = info.orig_filename
        whole = f"{name}folder" if name.endswith("/") else name
        if name != info.filename or not (name == MANIFEST or allowed(whole)):
            raise self._wrong(f"it holds {name!r}, which no backup does")
        if info.create_system == 3 and stat.S_IFMT(info.external_attr >> 16) not in KINDS:
            raise self._wrong(f"{name} in it is a link or a device, not a file")
        if info.flag_bits & 0x1:
            raise self._wrong(f"{name} in it is encrypted")
        if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise self._wrong(f"{name} in it is compressed in a way that no backup is")

    def _manifest(self) -> Manifest:
        try:
            info = self._box.getinfo(MANIFEST)
        except KeyError:
            raise self._wrong(f"it holds no {MANIFEST}: it is no backup of Broadsheet") from None
        if info.file_size > MANIFEST_BYTES:
            raise self._wrong(f"its {MANIFEST} is too large")
        with self._told(MANIFEST):
            said = self._box.read(info)
        try:
            told = json.loads(said)
            if int(told["format"]) > FORMAT:
                raise self._wrong(f"a newer Broadsheet ({told['broadsheet']}) made it: install that one")
            return _understood(told)
        except (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError) as error:
            raise self._wrong(f"its {MANIFEST} cannot be understood") from error

    def _compare(self, names: list[str]) -> None:
        listed = {entry.name: entry for entry in self.manifest.entries}
        lost, foreign = sorted(listed.keys() - {*names}), sorted({*names} - listed.keys() - {MANIFEST})
        if DATABASE not in listed:
            raise self._wrong("it holds no database")
        if lost or len(listed) != len(self.manifest.entries):
            raise self._wrong(f"{(lost or ['something'])[0]} is missing in it")
        if foreign:
            raise self._wrong(f"it holds {foreign[0]}, which its {MANIFEST} does not name")
        for name, entry in listed.items():
            if self._box.getinfo(name).file_size != entry.bytes:
                raise self._wrong(f"{name} in it has another size than its {MANIFEST} says")
        folders = {"/".join(parts[:end]) for parts in (name.split("/") for name in names) for end in range(len(parts))}
        if clash := sorted(folders & {*names}):
            raise self._wrong(f"{clash[0]} in it is a file and a folder")

    def read(self, entry: Entry, out: IO[bytes] | None = None, progress: Progress = lambda _: None) -> None:
        """Read a file through, into `out` if there is one, and compare it with its checksum."""
        digest = hashlib.sha256()
        for piece in self._pieces(entry.name):
            digest.update(piece)
            if out:
                out.write(piece)
            progress(len(piece))
        if digest.hexdigest() != entry.sha256:
            raise self._wrong(f"{entry.name} in it was altered")

    def _pieces(self, name: str) -> Iterator[bytes]:
        with self._told(name), self._box.open(name) as source:
            while piece := source.read(PIECE):
                yield piece

    @contextmanager
    def _told(self, name: str) -> Iterator[None]:
        try:
            yield
        except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, ValueError, OverflowError) as error:
            raise self._wrong(f"{name} in it is damaged") from error
        except OSError as error:
            raise self._wrong(f"{name} in it cannot be read ({error.strerror})") from error

    def _wrong(self, what: str) -> Invalid:
        return wrong(self._file, what)


def wrong(file: Path, what: str) -> Invalid:
    """What is said of a file that is no good backup."""
    return Invalid("file", f"{file} cannot be used: {tame(what)}. Nothing was changed.")


def tame(said: str) -> str:
    """What a file says, as a terminal may show it: short, in one line, with no commands to the terminal in it."""
    return "".join(char if char.isprintable() else "\ufffd" for char in said[:SAID])


@contextmanager
def opened(file: Path) -> Iterator[Archive]:
    """A backup to read from. Raises Invalid when it is none, or is not as it was written."""
    try:
        size = file.stat().st_size
        if not file.is_file():
            raise wrong(file, "it is not a file")
        box = zipfile.ZipFile(file)
    except FileNotFoundError:
        raise wrong(file, "there is no such file") from None
    except OSError as error:
        raise wrong(file, f"it cannot be read ({error.strerror})") from error
    except (zipfile.BadZipFile, RuntimeError, ValueError, OverflowError) as error:
        reason = "it is empty" if not size else f"it is no zip file, or was cut off after its {size} bytes"
        raise wrong(file, reason) from error
    with box:
        yield Archive(file, box)


def _understood(said: Any) -> Manifest:
    """A manifest as it was read. Raises ValueError, KeyError, TypeError, AttributeError or OverflowError."""
    entries = tuple(Entry(str(one["name"]), int(one["bytes"]), str(one["sha256"])) for one in said["entries"])
    made_at = datetime.fromisoformat(said["made_at"])
    if made_at.utcoffset() != timedelta(0) or said["scope"] not in ("all", "database"):
        raise ValueError(said["scope"])
    counts = {str(name): int(number) for name, number in said["counts"].items()}
    reason, scope, broadsheet, schema = (str(said[name]) for name in ("reason", "scope", "broadsheet", "schema"))
    return Manifest(int(said["format"]), made_at, reason, scope, broadsheet, schema, counts, entries)
