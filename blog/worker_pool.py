"""Work for many items in worker processes, with the results in order."""

import multiprocessing
import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from itertools import islice
from typing import TypeVar

from blog.processes import block_interrupt, exit_with_parent

Job = TypeVar("Job")
Result = TypeVar("Result")
MAX_WORKERS = 8
# Batches that wait for each worker: they bound the memory.
BATCHES_PER_WORKER = 4


def map_in_order(
    work: Callable[[Job], Result], jobs: Iterable[Job | None], *, batch_size: int, alone: int
) -> Iterator[Result | None]:
    """Yield the result of each job, in order; that of None is None. `work` is a function of a module.

    The first `alone` jobs are done in this process: starting a worker takes longer. The workers end with this process.
    Raises BrokenProcessPool if one of them is ended from outside.
    """
    jobs, count, pool = iter(jobs), 0, None
    workers = min(os.cpu_count() or 1, MAX_WORKERS)
    pending: deque[Future[list[Result | None]]] = deque()
    try:
        while batch := list(islice(jobs, batch_size)):
            count += sum(job is not None for job in batch)
            if pool is None and count <= alone:
                yield from (_do(work, job) for job in batch)
                continue
            # It starts processes when there is work for them.
            pool = pool or ProcessPoolExecutor(
                workers, mp_context=multiprocessing.get_context("spawn"), initializer=exit_with_parent
            )
            with block_interrupt():
                pending.append(pool.submit(_do_batch, work, batch))
            if len(pending) > workers * BATCHES_PER_WORKER:
                yield from pending.popleft().result()
        while pending:
            yield from pending.popleft().result()
    finally:
        if pool:
            pool.shutdown(cancel_futures=True)


def _do_batch(work: Callable[[Job], Result], batch: list[Job | None]) -> list[Result | None]:
    return [_do(work, job) for job in batch]


def _do(work: Callable[[Job], Result], job: Job | None) -> Result | None:
    return None if job is None else work(job)
