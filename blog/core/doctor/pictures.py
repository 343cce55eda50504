"""Pictures: what the library knows of and is not there, and what is there and nobody knows of."""

import json
import os
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from blog import clock
from blog.config import Settings
from blog.core.doctor.findings import Findings, Run, count_of, join_names, megabytes, note, ok, problem
from blog.core.images import variants
from blog.core.images.storage import DELETED_FOLDER
from blog.core.images.variants import ImageFile

ROWS = "SELECT name, width, height, widths FROM media WHERE deleted_at IS NULL ORDER BY id"
STEMS = "SELECT substr(hash, 1, 24) FROM media"
# Files are written before the library knows of them.
LATELY = timedelta(hours=1)


@dataclass(frozen=True)
class IncompletePicture:
    """A picture of the library, and which of its files are not there."""

    plate: ImageFile
    files: list[str]

    @property
    def base(self) -> bool:
        """Whether the file is missing that all others could be made from."""
        return self.plate.name in self.files


def examine(run: Run, settings: Settings) -> Findings:
    """Compare the library with the media folder."""
    folder = settings.media
    if folder.exists() and not folder.is_dir():
        return  # told where folders are looked at
    missing = list(incomplete_pictures(run, folder))
    lost = [one.plate.name for one in missing if one.base]
    if lost:
        yield problem(
            f"{len(lost)} pictures lack their files, among them {', '.join(lost[:3])}.",
            "Put them back into media/ from a backup, or upload them again.",
        )
    twins = [one.plate.name for one in missing if not one.base]
    if twins:
        yield problem(
            f"{count_of(len(twins), 'picture lacks', 'pictures lack')} narrower or WebP files: {join_names(twins)}.",
            "`broadsheet doctor --fix` makes them again from the picture itself.",
        )
    yield from _orphans(run, folder)
    known = run("SELECT count(*) FROM media WHERE deleted_at IS NULL").fetchone()[0]
    if known and not missing:
        yield ok(f"All files of {count_of(known, 'picture')} are there.")


def incomplete_pictures(run: Run, folder: Path) -> Iterator[IncompletePicture]:
    """The pictures that lack any file."""
    lying = {entry.name for entry in _entries(folder)}
    for name, width, height, widths in run(ROWS):
        plate = ImageFile(name, width, height, json.loads(widths or "[]"))
        missing = [each for each in file_names(plate) if each not in lying]
        if missing:
            yield IncompletePicture(plate, missing)


def file_names(plate: ImageFile) -> list[str]:
    """The names of all files of a picture, the base first."""
    twins = (plate.variant_url(width, ending) for width in plate.widths for ending in ("", "webp"))
    return list(dict.fromkeys([plate.name, *(twin.removeprefix(variants.URL_PREFIX) for twin in twins)]))


def _entries(folder: Path) -> "Iterator[os.DirEntry[str]]":
    """The files of a folder that are whole; none when there is no folder."""
    with suppress(FileNotFoundError, NotADirectoryError), os.scandir(folder) as entries:
        yield from (entry for entry in entries if not entry.name.startswith(".") and not entry.is_dir())


def _orphans(run: Run, folder: Path) -> Findings:
    stems = {stem for (stem,) in run(STEMS)}
    for place in (folder, folder / DELETED_FOLDER):
        names, size = _unknown(_entries(place), stems)
        if names:
            yield note(
                f"{count_of(len(names), 'file')} in {place} ({megabytes(size)}) belong to no picture of the library:"
                f" {join_names(sorted(names))}.",
                "Nothing is removed by itself: look at them, and delete what you do not miss.",
            )


def _unknown(entries: "Iterable[os.DirEntry[str]]", stems: set[str]) -> tuple[list[str], int]:
    """The names and bytes of files that are no picture's of these stems, and not of the last hour."""
    names, size, lately = [], 0, (clock.now() - LATELY).timestamp()
    for entry in entries:
        stem = variants.hash_prefix_of(variants.URL_PREFIX + entry.name)
        if stem not in stems:
            state = entry.stat(follow_symlinks=False)
            if state.st_mtime < lately:
                names.append(entry.name)
                size += state.st_size
    return names, size
