"""Check the pictures: files that are missing, and files that belong to no picture of the library."""

import json
import os
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from blog import clock
from blog.config import Settings
from blog.core.doctor.findings import Execute, Findings, join_names, note, ok, problem
from blog.core.images import storage, variants
from blog.core.images.storage import DELETED_FOLDER
from blog.core.images.variants import ImageFile
from blog.core.text.amounts import count_of, megabytes, noun

ROWS = "SELECT name, width, height, widths FROM media WHERE deleted_at IS NULL ORDER BY id"
HASH_PREFIXES = "SELECT substr(hash, 1, 24) FROM media"
# A new file is stored before its row in the library.
RECENT = timedelta(hours=1)


@dataclass(frozen=True)
class IncompletePicture:
    """A picture of the library with missing files."""

    image: ImageFile
    missing_files: list[str]

    @property
    def lacks_base(self) -> bool:
        """Whether the picture itself is missing, from which all other files can be made."""
        return self.image.name in self.missing_files

    def restore_files(self, folder: Path) -> bool:
        return storage.restore_variants(self.image, self.missing_files, folder)


def examine(execute: Execute, settings: Settings) -> Findings:
    """Compare the library with the media folder."""
    folder = settings.media
    if folder.exists() and not folder.is_dir():
        return  # `files.examine` reports this
    incomplete = list(incomplete_pictures(execute, folder))
    lost = [picture.image.name for picture in incomplete if picture.lacks_base]
    if lost:
        yield problem(
            f"{count_of(len(lost), 'picture lacks its files', 'pictures lack their files')},"
            f" among them {', '.join(lost[:3])}.",
            "Put them back into media/ from a backup, or upload them again.",
        )
    fixable = [picture.image.name for picture in incomplete if not picture.lacks_base]
    if fixable:
        count = count_of(len(fixable), "picture lacks", "pictures lack")
        yield problem(
            f"{count} narrower or WebP files: {join_names(fixable)}.",
            "`broadsheet doctor --fix` makes them again from the picture itself.",
        )
    yield from _examine_unknown_files(execute, folder)
    total = execute("SELECT count(*) FROM media WHERE deleted_at IS NULL").fetchone()[0]
    if total and not incomplete:
        yield ok(f"All files of {count_of(total, 'picture')} are there.")


def incomplete_pictures(execute: Execute, folder: Path) -> Iterator[IncompletePicture]:
    present = {entry.name for entry in _scan(folder)}
    for name, width, height, widths in execute(ROWS):
        image = ImageFile(name, width, height, json.loads(widths or "[]"))
        missing_files = [file_name for file_name in image.file_names() if file_name not in present]
        if missing_files:
            yield IncompletePicture(image, missing_files)


def _scan(folder: Path) -> "Iterator[os.DirEntry[str]]":
    """Yield the finished files of a folder; none if there is no folder."""
    with suppress(FileNotFoundError, NotADirectoryError), os.scandir(folder) as entries:
        yield from (entry for entry in entries if not entry.name.startswith(".") and not entry.is_dir())


def _examine_unknown_files(execute: Execute, media: Path) -> Findings:
    prefixes = {prefix for (prefix,) in execute(HASH_PREFIXES)}
    for folder in (media, media / DELETED_FOLDER):
        names, size = _unknown_files(_scan(folder), prefixes)
        if names:
            yield note(
                f"{count_of(len(names), 'file')} in {folder} ({megabytes(size)})"
                f" {noun(len(names), 'belongs', 'belong')} to no picture of the library:"
                f" {join_names(sorted(names))}.",
                "Nothing is removed by itself: look at them, and delete what you do not miss.",
            )


def _unknown_files(entries: "Iterable[os.DirEntry[str]]", prefixes: set[str]) -> tuple[list[str], int]:
    """Return the names and the total size of files that belong to no picture. New files are left out."""
    names, total, recent = [], 0, (clock.now() - RECENT).timestamp()
    for entry in entries:
        if variants.hash_prefix_of(variants.URL_PREFIX + entry.name) not in prefixes:
            status = entry.stat(follow_symlinks=False)
            if status.st_mtime < recent:
                names.append(entry.name)
                total += status.st_size
    return names, total
