"""The items that all readers yield, whatever system a text comes from."""

import hashlib
import json
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from pathlib import Path

DateValue = datetime | date | str | None


@dataclass(frozen=True)
class LocalImage:
    """An image file that a text shows: its address as the text has it, and the line there."""

    address: str
    file: Path
    line: int


@dataclass
class Document:
    """One text of a library, not yet validated. Dates are as the file has them; without a zone, the site's applies."""

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
    images: list[LocalImage] = field(default_factory=list)
    notes: list["Problem"] = field(default_factory=list)
    first_line: int = 1

    def digest(self) -> str:
        """Return a hash of field names and values, without paths and lines; posts keep it as `origin_digest`."""
        content = asdict(self)
        for name in ("source", "images", "notes", "first_line"):
            del content[name]
        return hashlib.sha256(json.dumps(content, sort_keys=True, default=str).encode()).hexdigest()


@dataclass(frozen=True)
class Problem:
    """A problem with a text, in words for its author."""

    source: str
    message: str
    line: int | None = None

    def __str__(self) -> str:
        place = f"{self.source}:{self.line}" if self.line else self.source
        return f"{place}: {self.message}"


@dataclass(frozen=True)
class SkippedFile:
    """A file that is not a post; `message` is the reason."""

    source: str
    message: str
