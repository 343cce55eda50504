"""Lanes in a server process: what lies ready in memory passes, what must be made or waited for steps aside.

granian calls the application in one thread, which answers what is ready and never waits. All else is done by a few
other threads: no reader waits for an author's save, and quick answers need not take turns at the interpreter's lock.
granian takes an answer from any thread, whenever it comes. That it lets its caller be chosen is not documented: where
it does not, all requests are answered by equal threads.

A body can be read in the first lane only: what its caller has not read when it returns is lost. So forms come in
there, a few at a time, while other threads of the lane go on: half a form that never ends holds up nobody who reads.
"""

import logging
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import BoundedSemaphore
from typing import TYPE_CHECKING, Any

from granian.server import mp

from blog.web.request_body import BODYLESS_METHODS

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

Ready = Callable[["WSGIEnvironment", "StartResponse"], "list[bytes] | None"]
Receive = Callable[["WSGIEnvironment"], None]
Caller = Callable[[Any, "WSGIEnvironment"], int]

# Threads for what takes longer: one may wait for the database while others work. As many for forms: a text may take
# seconds to render, and is rendered after every pause in writing.
SLOW = 2
# Pictures that are stored, or fetched from elsewhere, take turns: they hold up neither readers nor authors.
PICTURES = "/admin/media/"
COPIES = "/copies/"
# So many forms may be coming in at once; the lane has one thread more, and begins them when they are needed.
FORMS = min(8, 2 * (os.cpu_count() or 1))
BUSY = b"Too many forms are coming in at once. Nothing was done; please send it again in a moment.\n"
BUSY_HEADERS = [("Content-Type", "text/plain; charset=utf-8"), ("Cache-Control", "no-store"), ("Retry-After", "5")]
CALLER = "_wsgi_call_wrap"


def possible() -> bool:
    """Whether this granian lets its caller be chosen."""
    return hasattr(mp, CALLER)


def of_pictures(path: str) -> bool:
    """Whether a form at a path brings pictures, or has them fetched: that may take seconds."""
    return path == PICTURES or path.endswith(COPIES)


def open_first(ready: Ready, receive: Receive) -> None:
    """Let `ready` answer in the first lane of this process; to what is not ready it says None, and begins nothing.

    `receive` reads the body of a request.
    """
    usual: Callable[..., Caller] = getattr(mp, CALLER)

    def callers(application: Any, options: dict[str, Any], log: Any = None) -> Caller:
        slow, pool = usual(application, options, log), ThreadPoolExecutor(SLOW, "slow")
        forms = ThreadPoolExecutor(SLOW, "forms")
        pictures = ThreadPoolExecutor(1, "pictures")
        coming_in = BoundedSemaphore(FORMS)

        def aside(protocol: Any, environ: "WSGIEnvironment") -> None:
            try:
                slow(protocol, environ)
            except Exception:
                logging.exception("A request was not answered.")

        def form(protocol: Any, environ: "WSGIEnvironment") -> int:
            if not coming_in.acquire(blocking=False):
                protocol.response_bytes(503, BUSY_HEADERS, BUSY)
                return 503
            try:
                receive(environ)
            finally:
                coming_in.release()
            (pictures if of_pictures(str(environ["PATH_INFO"])) else forms).submit(aside, protocol, environ)
            return 0

        def call(protocol: Any, environ: "WSGIEnvironment") -> int:
            if environ["REQUEST_METHOD"] not in BODYLESS_METHODS:
                return form(protocol, environ)
            said: list[Any] = []
            body = ready(environ, lambda *given: said.extend(given))  # type: ignore[arg-type]
            if body is None:
                pool.submit(aside, protocol, environ)
                return 0
            status = int(said[0][:3])
            protocol.response_bytes(status, said[1], b"".join(body))
            return status

        return call

    setattr(mp, CALLER, callers)
