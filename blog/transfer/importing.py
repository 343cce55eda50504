"""Adopt a whole library of texts: all of it in one transaction, or nothing.

Texts are read, judged, rendered and their pictures staged before the transaction begins. A killed import leaves
no post behind, at most a folder of staged pictures, which the next import sweeps away.
"""

import os
import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, undefer_group

from blog.core import accounts, media, permalinks, publishing, rendering
from blog.core.errors import Conflict, Invalid, Unavailable
from blog.core.rendering import Rendered, Sizes
from blog.core.site import site, zone
from blog.core.transaction import writing
from blog.extensions import db
from blog.models import Post
from blog.transfer.document import Document, Problem, Skipped
from blog.transfer.judging import Judge, Ready, without_twins
from blog.transfer.readers.markdown import Found
from blog.transfer.workers import Job, render_all

STAGING = ".import-"
NOBODY = 0
Progress = Callable[[Iterable[object], str, int], Iterable[object]]


@dataclass
class Report:
    """What an import did (or would do), by the names of the files."""

    added: list[str] = field(default_factory=list)
    replaced: list[str] = field(default_factory=list)
    updated: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    deleted: list[str] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    notes: list[Problem] = field(default_factory=list)
    done: bool = False


class _NotForReal(Exception):
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

    def run(self, found: Iterable[Found]) -> Report:
        """Import what a reader found; all that is wrong is told at once."""
        report = Report()
        documents = _sorted(found, report)
        lacking = {problem.source for problem in report.problems}
        documents = without_twins(documents, report.problems)
        with self._staging() as staging:
            judge = Judge(self.origin, zone(), staging)
            watched: Iterable[Document] = self.progress(documents, "Reading", len(documents))  # type: ignore[assignment]
            judged = [ready for each in watched if (ready := judge.judge(each)) and each.source not in lacking]
            report.problems += judge.problems
            report.notes += [note for each in judged for note in each.document.notes]
            prepared = self._rendered(judged, report)
            try:
                with writing() as session:
                    for item in prepared:
                        self._adopt(session, item, report)
                    if self.dry_run or staging is None or (report.problems and not self.skip_bad):
                        raise _NotForReal
                    media.settle(staging, self.folder)
                report.done = True
            except OSError as error:
                place = f"The pictures cannot be stored in {self.folder}: {error.strerror}."
                raise Unavailable(f"{place} Nothing was imported.") from error
            except _NotForReal:
                if not self.dry_run:
                    report = Report(skipped=report.skipped, problems=report.problems)
        report.problems.sort(key=lambda problem: (problem.source, problem.line or 0))
        return report

    # -- before the transaction --------------------------------------------------------------------------

    @contextmanager
    def _staging(self) -> Iterator[Path | None]:
        """A folder beside the media folder for pictures that are not the blog's yet; none in a dry run."""
        if self.dry_run:
            yield None
            return
        for left in self.folder.parent.glob(f"{STAGING}*"):
            if not _runs(left.name.removeprefix(STAGING)):
                shutil.rmtree(left, ignore_errors=True)
        staging = self.folder.parent / f"{STAGING}{os.getpid()}"
        try:
            yield staging
        finally:
            shutil.rmtree(staging, ignore_errors=True)

    def _rendered(self, judged: list[Ready], report: Report) -> list[Ready]:
        """Those that can be shown, rendered; those that came before just like this need not be."""
        known = _known_digests()
        foreign = site().foreign_media
        db.session.rollback()
        todo = [item for item in judged if item.digest not in known]
        jobs = [Job(item.fields.body or "", item.kind, item.fields.cover or "", _sizes(item), foreign) for item in todo]
        texts: dict[str, Rendered] = {}
        for item, outcome in zip(todo, self.progress(render_all(jobs), "Rendering", len(jobs)), strict=True):
            if isinstance(outcome, Rendered):
                texts[item.document.source] = outcome
            else:
                report.problems.append(Problem(item.document.source, str(outcome), item.document.first_line))
        return [
            replace(item, text=texts.get(item.document.source))
            for item in judged
            if item.digest in known or item.document.source in texts
        ]

    # -- within the transaction --------------------------------------------------------------------------

    def _adopt(self, session: Session, item: Ready, report: Report) -> None:
        try:
            with session.begin_nested():
                outcome = self._outcome(session, item)
        except (Invalid, Conflict) as error:
            report.problems.append(Problem(item.document.source, str(error), 1))
            return
        getattr(report, outcome).append(item.document.source)

    def _outcome(self, session: Session, item: Ready) -> str:
        """What becomes of a document: the name of its list in the report. Raises Conflict."""
        post = self._match(session, item)
        if post is None:
            self._add(session, item)
            return "added"
        if self._replaceable(post, item):
            session.delete(post)
            session.flush()
            self._add(session, item)
            return "replaced"
        if post.origin != item.origin and post.guid != item.guid:
            raise Conflict(
                f"The address {permalinks.path_of(post)} belongs to another post, “{post.title}”."
                " Give one of them another slug."
            )
        if self._another(post, item):
            raise Conflict(
                f"{permalinks.path_of(post)} came of another text, “{post.title}”: file, title and date all differ."
                " Give one of them another slug, or both the same guid."
            )
        if post.deleted_at:
            return "deleted"
        if post.origin_digest == item.digest:
            return "unchanged"
        if post.version != post.origin_version:
            return "kept"
        self._update(session, post, item)
        return "updated"

    def _match(self, session: Session, item: Ready) -> Post | None:
        """The post that came of this document before, or that holds its address."""
        whole = select(Post).options(undefer_group("text"))
        same_id = or_(Post.guid == item.guid, Post.origin == item.origin) if item.guid else Post.origin == item.origin
        found = session.scalars(whole.where(same_id).order_by(Post.guid != item.guid)).first()
        there = whole.where(Post.kind == item.kind, Post.slug == item.slug)
        return found or session.scalars(there).first()

    def _replaceable(self, post: Post, item: Ready) -> bool:
        untouched = post.version == post.origin_version or post.deleted_at is not None
        return post.guid in self.samples and post.guid != item.guid and untouched

    def _another(self, post: Post, item: Ready) -> bool:
        """Whether a document of the same address is plainly not the one that the post came of."""
        if post.guid == item.guid or post.origin_source == item.document.source or post.version != post.origin_version:
            return False
        return post.title != item.fields.title and post.published_at != item.published_at

    def _add(self, session: Session, item: Ready) -> None:
        fields = self._with_belongings(session, item)
        post = publishing.add(session, fields, _text(item), published_at=item.published_at, guid=item.guid)
        post.updated_at = item.updated_at
        self._finish(session, post, item)

    def _update(self, session: Session, post: Post, item: Ready) -> None:
        fields = self._with_belongings(session, item)
        if item.published_at is None and post.published_at is not None:
            publishing.withdraw(post)
        publishing.change(session, post, fields, _text(item), published_at=item.published_at)
        post.updated_at = item.updated_at or post.updated_at
        self._finish(session, post, item)

    def _with_belongings(self, session: Session, item: Ready) -> publishing.Fields:
        """The fields with their author, once the pictures are known."""
        for picture in item.pictures:
            media.keep(session, picture)
        signed = item.author and item.author != site().author
        return replace(item.fields, author_id=accounts.byline(session, item.author) if signed else NOBODY)

    def _finish(self, session: Session, post: Post, item: Ready) -> None:
        session.flush()
        for alias in item.aliases:
            permalinks.claim_old(session, post, alias)
        session.flush()
        post.origin, post.origin_source = item.origin, item.document.source
        post.origin_digest, post.origin_version = item.digest, post.version


def _sorted(found: Iterable[Found], report: Report) -> list[Document]:
    """The documents; what is skipped or wrong goes into the report."""
    documents = []
    for item in found:
        if isinstance(item, Document):
            documents.append(item)
        elif isinstance(item, Skipped):
            report.skipped.append(item)
        else:
            report.problems.append(item)
    return documents


def _runs(pid: str) -> bool:
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
    return {digest for digest, renderer in rows if digest and renderer == rendering.VERSION}


def _sizes(item: Ready) -> Sizes:
    return {picture.path: (picture.width, picture.height) for picture in item.pictures}


def _text(item: Ready) -> Rendered:
    """The rendered text; rendered now in the rare case that another post came of the same words."""
    job = Job(item.fields.body or "", item.kind, item.fields.cover or "", _sizes(item), site().foreign_media)
    outcome = item.text or next(iter(render_all([job])))
    if isinstance(outcome, Invalid):
        raise outcome
    return outcome
