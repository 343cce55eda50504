"""Import a whole library of texts in one transaction: all of it or nothing.

Before the transaction begins, texts are read, validated and rendered, and their images staged in a folder. A spool
holds them meanwhile, so that a large library does not fill the memory. A killed import leaves no post behind, at most
a scratch folder, which the next import removes.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from operator import length_hint
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from blog.core.db.transaction import write_transaction
from blog.core.errors import Invalid, disk_errors
from blog.core.images import storage
from blog.core.site.settings import site, zone
from blog.extensions import db
from blog.files import scratch_folder
from blog.models import Post
from blog.models.json_types import RENDERER_VERSION
from blog.transfer.document import Document, Problem, SkippedFile
from blog.transfer.readers.markdown import ReaderItem
from blog.transfer.render_pool import render_all
from blog.transfer.save import DocumentWriter
from blog.transfer.spool import Spool
from blog.transfer.validate import Validator, ValidDocument, without_duplicates

Progress = Callable[[Iterable[object], str, int], Iterable[object]]


@dataclass
class ImportReport:
    """The result of an import (or of a dry run): the names of the files in each list."""

    added: list[str] = field(default_factory=list)
    replaced: list[str] = field(default_factory=list)
    updated: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    deleted: list[str] = field(default_factory=list)
    skipped: list[SkippedFile] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    notes: list[Problem] = field(default_factory=list)
    done: bool = False


class _Rollback(Exception):
    """Raised to end the transaction of a dry run, or of an import with problems."""


@dataclass(frozen=True)
class Import:
    """One import and its options.

    `folder` is the media folder, `origin` the kind of library, `samples` the guids of posts that may be replaced.
    """

    folder: Path
    origin: str = "markdown"
    samples: frozenset[str] = frozenset()
    dry_run: bool = False
    skip_bad: bool = False
    progress: Progress = lambda items, _label, _total: items

    def run(self, items: Iterable[ReaderItem]) -> ImportReport:
        """Import the items of a reader; the report has all problems at once."""
        report = ImportReport()
        with self._staging() as staging, Spool[ValidDocument](self.folder.parent) as spool:
            for document in self._rendered(items, staging, report):
                spool.put(document)
            try:
                with write_transaction() as session:
                    self._save(session, spool, report)
                    if self.dry_run or staging is None or (report.problems and not self.skip_bad):
                        raise _Rollback
                    self._move_images(staging)
                report.done = True
            except _Rollback:
                if not self.dry_run:
                    report = ImportReport(skipped=report.skipped, problems=report.problems)
        report.problems.sort(key=lambda problem: (problem.source, problem.line or 0))
        return report

    def _save(self, session: Session, spool: Spool[ValidDocument], report: ImportReport) -> None:
        documents: Iterable[ValidDocument] = self.progress(spool, "Writing", len(spool))  # type: ignore[assignment]
        for document, outcome in DocumentWriter(session, self.samples).save(documents):
            if isinstance(outcome, str):
                getattr(report, outcome).append(document.source)
            else:
                report.problems.append(Problem(document.source, str(outcome), 1))

    def _move_images(self, staging: Path) -> None:
        with disk_errors(f"The pictures cannot be stored in {self.folder}", "Nothing was imported"):
            storage.move_staged(staging, self.folder)

    # -- before the transaction --------------------------------------------------------------------------

    @contextmanager
    def _staging(self) -> Iterator[Path | None]:
        """Create a folder beside the media folder for images until the transaction ends; None in a dry run."""
        if self.dry_run:
            yield None
            return
        parent = self.folder.parent
        with ExitStack() as stack:
            with disk_errors(f"Nothing can be stored in {parent}", "Nothing was imported"):
                staging = stack.enter_context(scratch_folder(parent, storage.STAGING))
            yield staging

    def _rendered(
        self, items: Iterable[ReaderItem], staging: Path | None, report: ImportReport
    ) -> Iterator[ValidDocument]:
        """Yield the valid documents with their rendered texts; with None for what an earlier import rendered."""
        validator = Validator(self.origin, zone(), staging, report.problems)
        known_digests, foreign_media = _known_digests(), site().foreign_media
        db.session.rollback()
        jobs = (
            (document, None if document.digest in known_digests else document.job(foreign_media))
            for document in self._read(items, validator, report)
        )
        for document, result in render_all(jobs):
            if isinstance(result, Invalid):
                report.problems.append(Problem(document.source, str(result), document.first_line))
            else:
                yield replace(document, text=result)

    def _read(self, items: Iterable[ReaderItem], validator: Validator, report: ImportReport) -> Iterator[ValidDocument]:
        items = self.progress(items, "Reading", length_hint(items))  # type: ignore[assignment]
        bad_sources: set[str] = set()
        for document in without_duplicates(_documents(items, report, bad_sources), report.problems):
            valid_document = validator.validate(document)
            db.session.rollback()  # reading may take long, and an open transaction would keep the WAL from ending
            if valid_document and document.source not in bad_sources:
                report.notes += document.notes
                yield valid_document


def _documents(items: Iterable[ReaderItem], report: ImportReport, bad_sources: set[str]) -> Iterator[Document]:
    """Yield the documents; put skipped files and problems into the report, and sources with problems in the set."""
    for item in items:
        if isinstance(item, Document):
            yield item
        elif isinstance(item, SkippedFile):
            report.skipped.append(item)
        else:
            bad_sources.add(item.source)
            report.problems.append(item)


def _known_digests() -> set[str]:
    rows = db.session.execute(select(Post.origin_digest, Post.renderer).where(Post.origin_digest.is_not(None)))
    return {digest for digest, renderer in rows if digest and renderer == RENDERER_VERSION}
