"""Render many texts in worker processes."""

from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures.process import BrokenProcessPool
from typing import NamedTuple, TypeVar

from blog.core.errors import Invalid, Unavailable
from blog.core.images.variants import ImageFiles
from blog.core.markdown import render as markdown_render
from blog.core.markdown.render import RenderedText
from blog.core.urls import permalinks
from blog.worker_pool import map_in_order

T = TypeVar("T")
# Starting a worker takes longer than rendering fewer texts than this.
POOL_THRESHOLD = 40
# Texts sent to a worker at once.
BATCH_SIZE = 8


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
    waiting: deque[T] = deque()

    def jobs() -> Iterator[RenderJob | None]:
        for item, job in items:
            waiting.append(item)
            yield job

    try:
        for result in map_in_order(render, jobs(), batch_size=BATCH_SIZE, alone=POOL_THRESHOLD):
            yield waiting.popleft(), result
    except BrokenProcessPool as error:
        raise Unavailable("A process that renders texts was ended from outside. Nothing was imported.") from error
