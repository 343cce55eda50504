"""Judge a document on its way in: all that is wrong with it, or what may be stored."""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TypeVar
from zoneinfo import ZoneInfo

from blog.core.accounts import people
from blog.core.editor import publish
from blog.core.editor.fields import Fields, validate_fields
from blog.core.errors import Invalid, Unavailable
from blog.core.images import storage
from blog.core.images.storage import StoredImage
from blog.core.markdown.render import Rendered
from blog.core.text import slugs, validate
from blog.core.urls import permalinks
from blog.transfer.document import Document, LocalPicture, Problem
from blog.transfer.readers.markdown import replace_addresses
from blog.transfer.render_pool import RenderJob

T = TypeVar("T")


@dataclass(frozen=True)
class ValidDocument:
    """A document, judged; `text` is there once it is rendered (or None when nothing of it changed)."""

    source: str
    first_line: int
    fields: Fields
    author: str
    published_at: datetime | None
    updated_at: datetime | None
    guid: str | None
    aliases: Sequence[str]
    origin: str
    digest: str
    pictures: Sequence[StoredImage]
    text: Rendered | None = None

    @property
    def kind(self) -> str:
        """What it becomes: a post or a page."""
        return self.fields.kind or "post"

    @property
    def slug(self) -> str:
        """The last part of its address."""
        return self.fields.slug or ""

    def job(self, foreign_media: bool) -> RenderJob:
        """What there is to render."""
        plates = {picture.hash[:24]: picture.image_file for picture in self.pictures}
        return RenderJob(self.fields.body or "", self.kind, self.fields.cover or "", plates, foreign_media)


class Validator:
    """Judges documents one by one; `staging` is where their pictures are put, None to put them nowhere."""

    def __init__(self, origin: str, zone: ZoneInfo, staging: Path | None, problems: list[Problem]) -> None:
        self.origin, self.zone, self.staging, self.problems = origin, zone, staging, problems

    def judge(self, document: Document) -> ValidDocument | None:
        """What may be stored of a document; None when something is wrong, which is then in `problems`."""
        before = len(self.problems)
        pictures = [stored for picture in document.pictures if (stored := self._picture(document, picture))]
        written = {picture.written: stored.path for picture, stored in zip(document.pictures, pictures, strict=False)}
        fields, wrong = validate_fields(
            Fields(
                title=document.title,
                slug=document.slug,
                summary=document.summary,
                body=replace_addresses(document.body, written),
                tags=document.tags,
                language=document.language,
                cover=written.get(document.cover, document.cover),
                kind=document.kind,
                unlisted=document.unlisted,
                canonical_url=document.canonical_url,
            )
        )
        for error in wrong:
            self._tell(document, error)
        dated = None if document.draft else document.date
        published = self._try(document, lambda: validate.parse_instant(dated, self.zone)) if dated else None
        updated = document.updated
        revised = (
            self._try(document, lambda: validate.parse_instant(updated, self.zone, "updated")) if updated else None
        )
        guid = self._try(document, lambda: publish.parse_guid(document.guid)) if document.guid else None
        author = self._try(document, lambda: people.validate_name(document.author)) if document.author.strip() else ""
        if len(self.problems) > before:
            return None
        digest = replace(document, body=fields.body or "", cover=fields.cover or "").digest()
        origin = f"{self.origin}:{fields.kind}:{fields.slug}"
        aliases = [permalinks.decoded_path(alias) for alias in document.aliases]
        return ValidDocument(
            document.source, document.first_line, fields, author or "", published, revised, guid, aliases, origin,
            digest, pictures,
        )  # fmt: skip

    def _picture(self, document: Document, picture: LocalPicture) -> StoredImage | None:
        try:
            data = picture.file.read_bytes()
        except OSError as error:
            self._unusable(document, picture, str(error.strerror))
            return None
        try:
            return storage.by_hash(hashlib.sha256(data).hexdigest()) or storage.store(
                data, self.staging, picture.file.name
            )
        except Invalid as error:
            self._unusable(document, picture, str(error))
            return None
        except OSError as error:
            raise Unavailable(f"The pictures cannot be stored: {error.strerror}. Nothing was imported.") from error

    def _unusable(self, document: Document, picture: LocalPicture, why: str) -> None:
        sentence = f"The picture {picture.written} cannot be used: {why}."
        self.problems.append(Problem(document.source, sentence, picture.line))

    def _try(self, document: Document, read: Callable[[], T]) -> T | None:
        try:
            return read()
        except Invalid as error:
            self._tell(document, error)
            return None

    def _tell(self, document: Document, error: Invalid) -> None:
        line = document.first_line if error.field == "body" else 1
        self.problems.append(Problem(document.source, str(error), line))


def without_duplicates(documents: Iterable[Document], problems: list[Problem]) -> Iterator[Document]:
    """The documents without those that claim the address or id of one before them."""
    seen: dict[str, str] = {}
    for document in documents:
        names = {f"{document.kind}/{_slug(document)}": ("slug", f"the same address ({document.slug})")}
        if document.guid:
            names[_guid(document)] = ("guid", "the same id")
        twin = next((name for name in names if name in seen), None)
        if twin:
            what, same = names[twin]
            sentence = f"It has {same} as {seen[twin]}. Give one of them another {what}."
            problems.append(Problem(document.source, sentence, 1))
            continue
        seen.update(dict.fromkeys(names, document.source))
        yield document


def _slug(document: Document) -> str:
    try:
        return slugs.validate_slug(document.slug)
    except Invalid:
        return document.slug


def _guid(document: Document) -> str:
    try:
        return publish.parse_guid(document.guid)
    except Invalid:
        return document.guid
