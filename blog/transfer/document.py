"""What every reader yields, whatever system a text comes from."""

import hashlib
import json
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from pathlib import Path

DateValue = datetime | date | str | None


@dataclass(frozen=True)
class LocalPicture:
    """A picture that a text shows and that lies in a file."""

    written: str
    file: Path
    line: int


@dataclass
class Document:
    """One text of a library, not yet judged. Times are as written; without a zone they are the site's."""

    source: str
    title: str
    body: str
    slug: str
    summary: str = ""
    tags: list[str] = field(default_factory=list)
    date: DateValue = None
    updated: DateValue = None
    draft: bool = False
    language: str = ""
    aliases: list[str] = field(default_factory=list)
    author: str = ""
    cover: str = ""
    canonical_url: str = ""
    unlisted: bool = False
    guid: str = ""
    kind: str = "post"
    pictures: list[LocalPicture] = field(default_factory=list)
    notes: list["Problem"] = field(default_factory=list)
    first_line: int = 1

    def digest(self) -> str:
        """Changes whenever the document does (its place does not count, nor where its pictures lie)."""
        told = {
            name: value
            for name, value in asdict(self).items()
            if name not in ("source", "pictures", "notes", "first_line")
        }
        return hashlib.sha256(json.dumps(told, sort_keys=True, default=str).encode()).hexdigest()


@dataclass(frozen=True)
class Problem:
    """What is wrong with a text, in words for its author."""

    source: str
    message: str
    line: int | None = None

    def __str__(self) -> str:
        place = f"{self.source}:{self.line}" if self.line else self.source
        return f"{place}: {self.message}"


@dataclass(frozen=True)
class SkippedFile:
    """A file that is no post, and why."""

    source: str
    message: str
