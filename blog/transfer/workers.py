"""Render many texts at once, in worker processes that never outlive this one."""

import multiprocessing
import os
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from typing import NamedTuple

from blog.core import permalinks, rendering
from blog.core.errors import Invalid
from blog.core.rendering import Rendered, Sizes
from blog.processes import end_with_parent

MANY = 40


class Job(NamedTuple):
    """One text to render."""

    body: str
    kind: str
    cover: str
    sizes: Sizes
    foreign_media: bool


def render_all(jobs: list[Job]) -> Iterable[Rendered | Invalid]:
    """What becomes of each text, in order: the rendered text, or what is wrong with it."""
    if len(jobs) < MANY:
        yield from map(_render, jobs)
        return
    context = multiprocessing.get_context("spawn")
    workers = min(os.cpu_count() or 1, 8)
    with ProcessPoolExecutor(workers, mp_context=context, initializer=end_with_parent) as pool:
        yield from pool.map(_render, jobs, chunksize=8)


def _render(job: Job) -> Rendered | Invalid:
    base = permalinks.path(job.kind, "-")
    try:
        return rendering.render(job.body, base=base, cover=job.cover, sizes=job.sizes, foreign_media=job.foreign_media)
    except Invalid as error:
        return error
