"""Dispatch of requests to threads: the first thread answers from memory, all other requests go to a thread pool.

granian calls the application in one thread. That thread answers what lies ready and never waits. All else runs in a
few other threads: no reader waits for an author's save, and quick answers need not take turns at the interpreter's
lock. granian accepts an answer from any thread, at any time. Its hook for the calling function is not documented:
where the hook is missing, equal threads answer all requests.

A body can be read in granian's own threads only: what the calling function has not read when it returns is lost. So
these threads read forms, a few at a time, while others go on: half a form that never ends blocks no reader.
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

# Threads for requests that take longer: one may wait for the database while the other works. The same number for
# forms: a text may take seconds to render, and the editor renders it after every pause in writing.
SLOW_THREADS = 2
# Requests that store or fetch pictures take turns, so they delay neither readers nor authors.
PICTURES = "/admin/media/"
COPIES = "/copies/"
# The number of forms that may come in at once; granian gets one thread more, and starts them when needed.
FORMS = min(8, 2 * (os.cpu_count() or 1))
BUSY = b"Too many forms are coming in at once. Nothing was done; please send it again in a moment.\n"
BUSY_HEADERS = [("Content-Type", "text/plain; charset=utf-8"), ("Cache-Control", "no-store"), ("Retry-After", "5")]
HOOK = "_wsgi_call_wrap"


def is_supported() -> bool:
    """Return whether this granian has the hook."""
    return hasattr(mp, HOOK)


def stores_pictures(path: str) -> bool:
    """Return whether a form sent to a path uploads or fetches pictures, which may take seconds."""
    return path == PICTURES or path.endswith(COPIES)


def install(ready: Ready, receive: Receive) -> None:
    """Call `ready` first for each request; if it returns None, run the request in another thread.

    `receive` reads the body of a request.
    """
    wrap_usual: Callable[..., Caller] = getattr(mp, HOOK)

    def wrap(application: Any, options: dict[str, Any], log: Any = None) -> Caller:
        call_application = wrap_usual(application, options, log)
        slow = ThreadPoolExecutor(SLOW_THREADS, "slow")
        forms = ThreadPoolExecutor(SLOW_THREADS, "forms")
        pictures = ThreadPoolExecutor(1, "pictures")
        incoming = BoundedSemaphore(FORMS)

        def answer(protocol: Any, environ: "WSGIEnvironment") -> None:
            try:
                call_application(protocol, environ)
            except Exception:
                logging.exception("A request was not answered.")

        def read_form(protocol: Any, environ: "WSGIEnvironment") -> int:
            if not incoming.acquire(blocking=False):
                protocol.response_bytes(503, BUSY_HEADERS, BUSY)
                return 503
            try:
                receive(environ)
            finally:
                incoming.release()
            pool = pictures if stores_pictures(str(environ["PATH_INFO"])) else forms
            pool.submit(answer, protocol, environ)
            return 0

        def call(protocol: Any, environ: "WSGIEnvironment") -> int:
            if environ["REQUEST_METHOD"] not in BODYLESS_METHODS:
                return read_form(protocol, environ)
            start: list[Any] = []
            body = ready(environ, lambda *arguments: start.extend(arguments))  # type: ignore[arg-type]
            if body is None:
                slow.submit(answer, protocol, environ)
                return 0
            status = int(start[0][:3])
            protocol.response_bytes(status, start[1], b"".join(body))
            return status

        return call

    setattr(mp, HOOK, wrap)
