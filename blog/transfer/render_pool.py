"""Render many texts at once, in worker processes that never outlive this one."""

import os
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from types import TracebackType
from typing import NamedTuple, Self, TypeVar

from blog.core.db.batches import batches
from blog.core.errors import Invalid, Unavailable
from blog.core.images.variants import ImageFiles
from blog.core.markdown import render as markdown_render
from blog.core.markdown.render import Rendered
from blog.core.urls import permalinks
from blog.processes import block_interrupt, process_pool

T = TypeVar("T")
# A worker takes longer to start than this many texts to render.
POOL_THRESHOLD = 40
# Texts that travel to a worker together, and such parts that wait for each worker: what is in memory at once.
BATCH_SIZE = 8
BATCHES_PER_WORKER = 4


class RenderJob(NamedTuple):
    """One text to render."""

    body: str
    kind: str
    cover: str
    plates: ImageFiles
    foreign_media: bool


RenderResult = Rendered | Invalid | None


def render(job: RenderJob) -> Rendered | Invalid:
    """The rendered text, or what is wrong with it."""
    base = permalinks.path(job.kind, "-")
    try:
        return markdown_render.render(
            job.body, base=base, cover=job.cover, image_files=job.plates, foreign_media=job.foreign_media
        )
    except Invalid as error:
        return error


def render_all(items: Iterable[tuple[T, RenderJob | None]]) -> Iterator[tuple[T, RenderResult]]:
    """Each item with what became of its text, in order; None for one without. Never holds more than some at once."""
    with _RenderPool() as renderers:
        waiting: deque[tuple[list[T], Future[list[RenderResult]]]] = deque()
        for part in batches(items, BATCH_SIZE):
            waiting.append(([item for item, _ in part], renderers.begin([job for _, job in part])))
            while len(waiting) > renderers.ahead:
                yield from _results(*waiting.popleft())
        while waiting:
            yield from _results(*waiting.popleft())


def _results(items: list[T], outcomes: Future[list[RenderResult]]) -> Iterator[tuple[T, RenderResult]]:
    try:
        yield from zip(items, outcomes.result(), strict=True)
    except BrokenProcessPool as error:
        raise Unavailable("A process that renders texts was ended from outside. Nothing was imported.") from error


class _RenderPool:
    """Renders here until there is much to do, then in worker processes."""

    def __init__(self) -> None:
        self._seen = 0
        self._pool: ProcessPoolExecutor | None = None
        self._workers = min(os.cpu_count() or 1, 8)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._pool:
            self._pool.shutdown(cancel_futures=True)

    @property
    def ahead(self) -> int:
        """How many parts may wait."""
        return self._workers * BATCHES_PER_WORKER if self._pool else 0

    def begin(self, jobs: list[RenderJob | None]) -> Future[list[RenderResult]]:
        """What will become of the texts."""
        self._seen += sum(job is not None for job in jobs)
        if self._seen > POOL_THRESHOLD and self._pool is None:
            self._pool = process_pool(self._workers)
        if self._pool and any(jobs):
            with block_interrupt():
                return self._pool.submit(_render_batch, jobs)
        done: Future[list[RenderResult]] = Future()
        done.set_result(_render_batch(jobs))
        return done


def _render_batch(jobs: list[RenderJob | None]) -> list[RenderResult]:
    return [job and render(job) for job in jobs]
