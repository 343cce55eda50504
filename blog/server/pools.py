"""Threads for the requests that take longer than the event loop may wait.

Pages, searches, files, authors' work and pictures have threads of their own: no reader waits for an author's save, and
nobody for a flood of searches. More threads would gain nothing, since they take turns at the interpreter's lock.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from blog.server.refusals import BUSY, Refused

T = TypeVar("T")
# Each of these paths may take seconds: it stores, fetches or draws pictures.
UPLOADS = "/admin/media/"
COPIES = "/copies/"
CARDS = "/cards/"


class Pool:
    """A few threads, and a limited number of requests that wait for them. All methods are for the event loop."""

    def __init__(self, name: str, threads: int, waiting: int) -> None:
        self._threads = ThreadPoolExecutor(threads, name)
        self._places = threads + waiting

    def submit(self, function: Callable[..., T], *arguments: object) -> "asyncio.Future[T]":
        """Run a function in a thread. Raises Refused if too many requests are waiting."""
        if not self._places:
            raise Refused(BUSY)
        self._places -= 1
        future = asyncio.get_running_loop().run_in_executor(self._threads, function, *arguments)
        future.add_done_callback(self._release)
        return future

    def _release(self, _future: "asyncio.Future[T]") -> None:
        self._places += 1

    def close(self) -> None:
        """Let the threads end; requests that still wait are dropped."""
        self._threads.shutdown(wait=False, cancel_futures=True)


class Pools:
    """The pools of a worker. Their numbers of waiting requests are work for about a second."""

    def __init__(self) -> None:
        self.pages = Pool("pages", 1, 256)
        self.searches = Pool("searches", 1, 64)
        self.files = Pool("files", 1, 256)
        # Two: a text may take seconds to render, and the editor renders it after every pause in writing.
        self.forms = Pool("forms", 2, 32)
        self.pictures = Pool("pictures", 1, 16)

    def for_form(self, path: str) -> Pool:
        return self.pictures if path == UPLOADS or path.endswith(COPIES) else self.forms

    def for_page(self, path: str) -> Pool:
        """Return the pool of a GET request. Authors' pages share that of the forms.

        /healthz is answered also while pages are asked for in floods: else the server might be started anew.
        """
        pools = {
            "/search/": self.searches,
            "/media/": self.files,
            "/healthz": self.files,
            CARDS: self.pictures,
            "/admin/": self.forms,
        }
        return next((pool for start, pool in pools.items() if path.startswith(start)), self.pages)

    def close(self) -> None:
        for pool in (self.pages, self.searches, self.files, self.forms, self.pictures):
            pool.close()
