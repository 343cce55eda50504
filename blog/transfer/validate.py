"""Validate the documents of an import: report everything wrong with one, or return what may be stored."""

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
from blog.core.errors import Invalid, disk_errors
from blog.core.images import storage
from blog.core.images.storage import StoredImage
from blog.core.markdown.render import RenderedText
from blog.core.text import slugs, validate
from blog.core.urls import permalinks
from blog.transfer.document import DateValue, Document, LocalImage, Problem
from blog.transfer.readers.markdown import replace_addresses
from blog.transfer.render_pool import RenderJob

T = TypeVar("T")


@dataclass(frozen=True)
class ValidDocument:
    """A document that may be stored; `text` is None before rendering, and if an earlier import rendered it."""

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
    images: Sequence[StoredImage]
    text: RenderedText | None = None

    @property
    def kind(self) -> str:
        return self.fields.kind or "post"

    @property
    def slug(self) -> str:
        return self.fields.slug or ""

    def job(self, foreign_media: bool) -> RenderJob:
        image_files = {image.hash[:24]: image for image in self.images}
        return RenderJob(self.fields.body or "", self.kind, self.fields.cover or "", image_files, foreign_media)


class Validator:
    """Validates documents one by one; puts their images into the folder `staging`, or nowhere if it is None."""

    def __init__(self, origin: str, zone: ZoneInfo, staging: Path | None, problems: list[Problem]) -> None:
        self.origin, self.zone, self.staging, self.problems = origin, zone, staging, problems

    def validate(self, document: Document) -> ValidDocument | None:
        """Return what may be stored of a document; None if `problems` got something new about it."""
        problem_count = len(self.problems)
        images = [stored for image in document.images if (stored := self._store(document, image))]
        addresses = {image.address: stored.address for image, stored in zip(document.images, images, strict=False)}
        fields, errors = validate_fields(
            Fields(
                title=document.title,
                slug=document.slug,
                summary=document.summary,
                body=replace_addresses(document.body, addresses),
                tags=document.tags,
                language=document.language,
                cover=addresses.get(document.cover, document.cover),
                kind=document.kind,
                unlisted=document.unlisted,
                canonical_url=document.canonical_url,
            )
        )
        for error in errors:
            self._report(document, error)
        published = self._instant(document, None if document.draft else document.date, "date")
        revised = self._instant(document, document.updated, "updated")
        guid = self._try(document, lambda: publish.parse_guid(document.guid)) if document.guid else None
        author = self._try(document, lambda: people.validate_name(document.author)) if document.author.strip() else ""
        if len(self.problems) > problem_count:
            return None
        digest = replace(document, body=fields.body or "", cover=fields.cover or "").digest()
        origin = f"{self.origin}:{fields.kind}:{fields.slug}"
        aliases = [permalinks.decoded_path(alias) for alias in document.aliases]
        return ValidDocument(
            document.source, document.first_line, fields, author or "", published, revised, guid, aliases, origin,
            digest, images,
        )  # fmt: skip

    def _instant(self, document: Document, value: DateValue, field: str) -> datetime | None:
        return self._try(document, lambda: validate.parse_instant(value, self.zone, field)) if value else None

    def _store(self, document: Document, image: LocalImage) -> StoredImage | None:
        try:
            data = image.file.read_bytes()
            image_hash = hashlib.sha256(data).hexdigest()
            with disk_errors("The pictures cannot be stored", "Nothing was imported"):
                return storage.by_hash(image_hash) or storage.store(data, self.staging, image.file.name)
        except (OSError, Invalid) as error:
            reason = error.strerror if isinstance(error, OSError) else error
            message = f"The picture {image.address} cannot be used: {reason}."
            self.problems.append(Problem(document.source, message, image.line))
            return None

    def _try(self, document: Document, parse: Callable[[], T]) -> T | None:
        try:
            return parse()
        except Invalid as error:
            self._report(document, error)
            return None

    def _report(self, document: Document, error: Invalid) -> None:
        line = document.first_line if error.field == "body" else 1
        self.problems.append(Problem(document.source, str(error), line))


def without_duplicates(documents: Iterable[Document], problems: list[Problem]) -> Iterator[Document]:
    """Yield the documents; report those with the address or guid of an earlier one."""
    sources: dict[str, str] = {}
    for document in documents:
        slug = _normalized(slugs.validate_slug, document.slug)
        keys = {f"{document.kind}/{slug}": ("slug", f"the same address ({document.slug})")}
        if document.guid:
            keys[_normalized(publish.parse_guid, document.guid)] = ("guid", "the same id")
        duplicate = next((key for key in keys if key in sources), None)
        if duplicate:
            field, same = keys[duplicate]
            message = f"It has {same} as {sources[duplicate]}. Give one of them another {field}."
            problems.append(Problem(document.source, message, 1))
            continue
        sources.update(dict.fromkeys(keys, document.source))
        yield document


def _normalized(parse: Callable[[str], str], value: str) -> str:
    try:
        return parse(value)
    except Invalid:
        return value
