"""The backups that are kept in a folder: which there are, how old and how large, and which of them go."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

# What made a backup, and when, is in its name: whoever lists a folder opens none of its files.
NAME = re.compile(r"(daily|manual|before-upgrade|before-restore)-(\d{8}T\d{6}Z)\.zip")
STAMP = "%Y%m%dT%H%M%SZ"


@dataclass(frozen=True)
class Kept:
    """One backup: why it was made (daily, manual, before-upgrade, before-restore), when, and its size in bytes."""

    file: Path
    reason: str
    made_at: datetime
    bytes: int

    @property
    def whole(self) -> bool:
        """Whether pictures are in it, too, and not only what an upgrade or a restore replaces."""
        return self.reason in ("daily", "manual")


def kept(folder: Path) -> list[Kept]:
    """The backups of a folder by their names, newest first; none when it cannot be read."""
    found = []
    try:
        for file in folder.iterdir():
            if named := NAME.fullmatch(file.name):
                made_at = datetime.strptime(named[2], STAMP).replace(tzinfo=UTC)
                found.append(Kept(file, named[1], made_at, file.stat().st_size))
    except (OSError, ValueError):
        return []
    return sorted(found, key=lambda one: (one.made_at, one.file.name), reverse=True)
