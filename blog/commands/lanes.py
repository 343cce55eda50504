"""Two lanes in a server process: what lies ready in memory passes, what must be made or waited for steps aside.

granian calls the application in one thread, which answers what is ready and never waits. All else is done by a few
other threads: no reader waits for an author's save, and quick answers need not take turns at the interpreter's lock.
granian takes an answer from any thread, whenever it comes. That it lets its caller be chosen is not documented: where
it does not, all requests are answered by equal threads.
"""

import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from granian.server import mp

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

Ready = Callable[["WSGIEnvironment", "StartResponse"], "list[bytes] | None"]
Caller = Callable[[Any, "WSGIEnvironment"], int]

# Threads for what takes longer: one may wait for the database while others work.
SLOW = 2
CALLER = "_wsgi_call_wrap"


def possible() -> bool:
    """Whether this granian lets its caller be chosen."""
    return hasattr(mp, CALLER)


def open_first(ready: Ready) -> None:
    """Let `ready` answer in the first lane of this process; to what is not ready it says None, and begins nothing."""
    usual: Callable[..., Caller] = getattr(mp, CALLER)

    def callers(application: Any, options: dict[str, Any], log: Any = None) -> Caller:
        slow, pool = usual(application, options, log), ThreadPoolExecutor(SLOW, "slow")

        def aside(protocol: Any, environ: "WSGIEnvironment") -> None:
            try:
                slow(protocol, environ)
            except Exception:
                logging.exception("A request was not answered.")

        def call(protocol: Any, environ: "WSGIEnvironment") -> int:
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
