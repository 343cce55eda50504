"""Render many texts in worker processes, which end with this process."""

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
from blog.core.markdown.render import RenderedText
from blog.core.urls import permalinks
from blog.processes import block_interrupt, process_pool

T = TypeVar("T")
# Starting a worker takes longer than rendering fewer texts than this.
POOL_THRESHOLD = 40
# Texts sent to a worker at once, and batches that wait for each worker: together they bound the memory.
BATCH_SIZE = 8
BATCHES_PER_WORKER = 4


class RenderJob(NamedTuple):
    """One text to render; `image_files` are those that it shows."""

    body: str
    kind: str
    cover: str
    image_files: ImageFiles
    foreign_media: bool


RenderResult = RenderedText | Invalid | None


def render(job: RenderJob) -> RenderedText | Invalid:
    """Return the rendered text, or the error that says why it cannot be rendered."""
    base = permalinks.path(job.kind, "-")
    try:
        return markdown_render.render(
            job.body, base=base, cover=job.cover, image_files=job.image_files, foreign_media=job.foreign_media
        )
    except Invalid as error:
        return error


def render_all(items: Iterable[tuple[T, RenderJob | None]]) -> Iterator[tuple[T, RenderResult]]:
    """Yield each item with the result of its job (None without a job), in order. Few items are in memory at once."""
    with _RenderPool() as renderers:
        pending: deque[tuple[list[T], Future[list[RenderResult]]]] = deque()
        for batch in batches(items, BATCH_SIZE):
            pending.append(([item for item, _ in batch], renderers.submit([job for _, job in batch])))
            while len(pending) > renderers.max_pending:
                yield from _results(*pending.popleft())
        while pending:
            yield from _results(*pending.popleft())


def _results(items: list[T], results: Future[list[RenderResult]]) -> Iterator[tuple[T, RenderResult]]:
    try:
        yield from zip(items, results.result(), strict=True)
    except BrokenProcessPool as error:
        raise Unavailable("A process that renders texts was ended from outside. Nothing was imported.") from error


class _RenderPool:
    """Renders the first texts in this process; starts worker processes once there are many."""

    def __init__(self) -> None:
        self._job_count = 0
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
    def max_pending(self) -> int:
        return self._workers * BATCHES_PER_WORKER if self._pool else 0

    def submit(self, jobs: list[RenderJob | None]) -> Future[list[RenderResult]]:
        self._job_count += sum(job is not None for job in jobs)
        if self._job_count > POOL_THRESHOLD and self._pool is None:
            self._pool = process_pool(self._workers)
        if self._pool and any(jobs):
            with block_interrupt():
                return self._pool.submit(_render_batch, jobs)
        results: Future[list[RenderResult]] = Future()
        results.set_result(_render_batch(jobs))
        return results


def _render_batch(jobs: list[RenderJob | None]) -> list[RenderResult]:
    return [job and render(job) for job in jobs]
