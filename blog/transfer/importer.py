"""Adopt a whole library of texts: all of it in one transaction, or nothing.

Texts are read, judged and rendered, and their pictures staged, before the transaction begins; meanwhile they lie in
a spool, so that a large library does not fill the memory. A killed import leaves no post behind, at most a folder of
staged pictures, which the next import sweeps away.
"""

import os
import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from operator import length_hint
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from blog.core.db.transaction import write_transaction
from blog.core.errors import Invalid, Unavailable
from blog.core.images import storage
from blog.core.site.settings import site, zone
from blog.extensions import db
from blog.models import Post
from blog.models.json_types import RENDERER_VERSION
from blog.transfer.document import Document, Problem, SkippedFile
from blog.transfer.readers.markdown import ReaderItem
from blog.transfer.render_pool import RenderJob, render_all
from blog.transfer.save import DocumentWriter
from blog.transfer.spool import Spool
from blog.transfer.validate import Validator, ValidDocument, without_duplicates

STAGING_PREFIX = ".import-"
Progress = Callable[[Iterable[object], str, int], Iterable[object]]


@dataclass
class ImportReport:
    """What an import did (or would do), by the names of the files."""

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
    """Ends the transaction of a dry run, or of an import that must not be."""


@dataclass(frozen=True)
class Import:
    """How one import goes.

    `folder` is where pictures are kept, `origin` the kind of library, `samples` the ids that may be replaced.
    """

    folder: Path
    origin: str = "markdown"
    samples: frozenset[str] = frozenset()
    dry_run: bool = False
    skip_bad: bool = False
    progress: Progress = lambda items, _label, _total: items

    def run(self, found: Iterable[ReaderItem]) -> ImportReport:
        """Import what a reader found; all that is wrong is told at once."""
        report = ImportReport()
        with self._staging() as staging, Spool[ValidDocument](self.folder.parent) as spool:
            for item in self._prepared(found, staging, report):
                spool.put(item)
            try:
                with write_transaction() as session:
                    self._adopt(session, spool, report)
                    if self.dry_run or staging is None or (report.problems and not self.skip_bad):
                        raise _Rollback
                    self._settle(staging)
                report.done = True
            except _Rollback:
                if not self.dry_run:
                    report = ImportReport(skipped=report.skipped, problems=report.problems)
        report.problems.sort(key=lambda problem: (problem.source, problem.line or 0))
        return report

    def _adopt(self, session: Session, spool: Spool[ValidDocument], report: ImportReport) -> None:
        watched: Iterable[ValidDocument] = self.progress(spool, "Writing", len(spool))  # type: ignore[assignment]
        for item, outcome in DocumentWriter(session, self.samples).adopt(watched):
            if isinstance(outcome, str):
                getattr(report, outcome).append(item.source)
            else:
                report.problems.append(Problem(item.source, str(outcome), 1))

    def _settle(self, staging: Path) -> None:
        try:
            storage.move_staged(staging, self.folder)
        except OSError as error:
            place = f"The pictures cannot be stored in {self.folder}: {error.strerror}."
            raise Unavailable(f"{place} Nothing was imported.") from error

    # -- before the transaction --------------------------------------------------------------------------

    @contextmanager
    def _staging(self) -> Iterator[Path | None]:
        """A folder beside the media folder for pictures that are not the blog's yet; none in a dry run."""
        if self.dry_run:
            yield None
            return
        for left in self.folder.parent.glob(f"{STAGING_PREFIX}*"):
            if not _is_running(left.name.removeprefix(STAGING_PREFIX)):
                shutil.rmtree(left, ignore_errors=True)
        staging = self.folder.parent / f"{STAGING_PREFIX}{os.getpid()}"
        try:
            yield staging
        finally:
            shutil.rmtree(staging, ignore_errors=True)

    def _prepared(
        self, found: Iterable[ReaderItem], staging: Path | None, report: ImportReport
    ) -> Iterator[ValidDocument]:
        """The documents that can be shown, rendered; those that came before just like this need not be."""
        judge = Validator(self.origin, zone(), staging, report.problems)
        known, foreign = _known_digests(), site().foreign_media
        db.session.rollback()

        def jobs() -> Iterator[tuple[ValidDocument, RenderJob | None]]:
            for item in self._judged(found, judge, report):
                yield item, None if item.digest in known else item.job(foreign)

        for item, outcome in render_all(jobs()):
            if isinstance(outcome, Invalid):
                report.problems.append(Problem(item.source, str(outcome), item.first_line))
            else:
                yield replace(item, text=outcome)

    def _judged(self, found: Iterable[ReaderItem], judge: Validator, report: ImportReport) -> Iterator[ValidDocument]:
        watched: Iterable[ReaderItem] = self.progress(found, "Reading", length_hint(found))  # type: ignore[assignment]
        lacking: set[str] = set()
        for document in without_duplicates(_documents(watched, report, lacking), report.problems):
            ready = judge.judge(document)
            db.session.rollback()  # reading may take long, and an open transaction would keep the WAL from ending
            if ready and document.source not in lacking:
                report.notes += document.notes
                yield ready


def _documents(found: Iterable[ReaderItem], report: ImportReport, lacking: set[str]) -> Iterator[Document]:
    """The documents; what is skipped or wrong goes into the report, and the name of what is wrong among the lacking."""
    for item in found:
        if isinstance(item, Document):
            yield item
        elif isinstance(item, SkippedFile):
            report.skipped.append(item)
        else:
            lacking.add(item.source)
            report.problems.append(item)


def _is_running(pid: str) -> bool:
    """Whether the process that staged there may still be at work."""
    try:
        os.kill(int(pid), 0)
    except (ProcessLookupError, ValueError):
        return False
    except PermissionError:
        return True
    return True


def _known_digests() -> set[str]:
    rows = db.session.execute(select(Post.origin_digest, Post.renderer).where(Post.origin_digest.is_not(None)))
    return {digest for digest, renderer in rows if digest and renderer == RENDERER_VERSION}
