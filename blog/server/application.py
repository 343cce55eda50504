"""The RSGI application of a worker (https://github.com/emmett-framework/granian/blob/master/docs/spec/RSGI.md).

The event loop answers what lies ready: cached pages, static files, 304. It never waits. All other requests run the
WSGI application in threads. Bodies are read by the event loop: half a form that never ends holds no thread.
"""

import asyncio
from time import perf_counter

from flask import Flask

from blog.config import Settings
from blog.processes import accept_sigterm
from blog.server import wsgi_bridge
from blog.server.bodies import Bodies
from blog.server.pools import Pools
from blog.server.refusals import Refused
from blog.server.rsgi import HttpProtocol, HttpScope
from blog.server.wsgi_bridge import joined, path_info
from blog.web import access_log, security
from blog.web.page_cache import PageCache
from blog.web.request_body import BODYLESS_METHODS
from blog.web.responses import Answer, RequestHead
from blog.web.static_files import StaticFiles


class Application:
    """Answers the requests of one worker process."""

    def __init__(self, app: Flask) -> None:
        settings: Settings = app.extensions["settings"]
        self._wsgi = app.wsgi_app
        self._pages: PageCache = app.extensions["page_cache"]
        self._files: StaticFiles = app.extensions["static_files"]
        self._hops = settings.trusted_proxies
        self._is_logged = settings.access_log
        self._bodies = Bodies(app.instance_path)
        self._pools = Pools()
        self._builds: dict[str, asyncio.Future[Answer]] = {}
        # What holds for one turn of the event loop: whether its end is registered, the site's version, and log lines.
        self._is_in_turn = self._is_version_read = False
        self._version: int | None = None
        self._lines: list[str] = []

    def __rsgi_init__(self, loop: asyncio.AbstractEventLoop) -> None:
        """Begin, with the signal handlers in place."""
        self._loop = loop
        accept_sigterm()

    def __rsgi_del__(self, _loop: asyncio.AbstractEventLoop) -> None:
        """End; all requests are answered."""
        self._pools.close()

    async def __rsgi__(self, scope: HttpScope, protocol: HttpProtocol) -> None:
        started = perf_counter()
        head = self._head(scope)
        answer = self._from_memory(head, started)
        if answer is None:
            try:
                if head.method in BODYLESS_METHODS:
                    answer = await self._page(scope, head, started)
                else:
                    answer = await self._form(scope, protocol, head.path)
            except Refused as refused:
                answer = self._log(head, refused.answer, started)
        protocol.response_bytes(int(answer.status[:3]), answer.headers, answer.body)

    def _head(self, scope: HttpScope) -> RequestHead:
        headers = scope.headers
        host = joined(headers, "host") or ""
        if self._hops:
            host = security.forwarded_host(joined(headers, "x-forwarded-host"), self._hops) or host
        return RequestHead(
            scope.method,
            path_info(scope.path),
            host,
            joined(headers, "cookie", "; ") or "",
            joined(headers, "accept-encoding") or "",
            joined(headers, "if-none-match"),
            headers.get("if-modified-since"),
        )

    def _from_memory(self, head: RequestHead, started: float) -> Answer | None:
        """Return what lies ready, or None."""
        answer = self._files.ready(head)
        if answer is not None:
            return self._log(head, answer, started)
        answer = self._pages.ready(head, self._read_version)
        return None if answer is None else self._log(head, answer, started, "hit")

    def _read_version(self) -> int | None:
        """Return the site's version, which is read once for all requests that are here already.

        Reading it makes threads take turns at the interpreter's lock. The event loop calls functions in the order in
        which they were registered: a request that it handles before `_end_turn` came before the version was read.
        """
        if not self._is_version_read:
            self._begin_turn()
            self._version, self._is_version_read = self._pages.watcher.version(), True
        return self._version

    def _begin_turn(self) -> None:
        if not self._is_in_turn:
            self._is_in_turn = True
            self._loop.call_soon(self._end_turn)

    def _end_turn(self) -> None:
        self._is_in_turn = self._is_version_read = False
        if self._lines:
            access_log.write("".join(self._lines))
            self._lines.clear()

    def _log(self, head: RequestHead, answer: Answer, started: float, cache: str = "-") -> Answer:
        """Log an answer that the WSGI application does not see, if the access log is on."""
        if self._is_logged:
            size = len(answer.body)
            self._lines.append(access_log.line(head.method, head.path, answer.status[:3], size, started, cache))
            self._begin_turn()
        return answer

    async def _page(self, scope: HttpScope, head: RequestHead, started: float) -> Answer:
        """Build a page. Others who want the same page meanwhile wait for it; they need no thread."""
        is_public = self._pages.is_public(head)
        if is_public and (build := self._builds.get(head.path)):
            await asyncio.wait([build])
            answer = self._from_memory(head, started)
            if answer is not None:
                return answer
        environ = wsgi_bridge.build_environ(scope)
        build = self._pools.for_page(head.path).submit(wsgi_bridge.call, self._wsgi, environ)
        if not is_public:
            return await build
        self._builds[head.path] = build
        build.add_done_callback(lambda _: self._builds.pop(head.path, None))
        return await build

    async def _form(self, scope: HttpScope, protocol: HttpProtocol, path: str) -> Answer:
        environ = wsgi_bridge.build_environ(scope)
        async with self._bodies.received(environ, protocol):
            return await self._pools.for_form(path).submit(wsgi_bridge.call, self._wsgi, environ)
