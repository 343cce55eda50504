"""Receive the bodies of requests on the event loop, before a thread is taken."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from wsgiref.types import WSGIEnvironment

from blog.server.refusals import BUSY, CUT_OFF, TOO_SLOW, Refused
from blog.server.rsgi import HttpProtocol
from blog.web.request_body import Body

# Seconds to wait for the next bytes of a body. All of it must come within START_SECONDS, and one second more for every
# SLOWEST bytes.
PAUSE_SECONDS = 15
START_SECONDS = 60
SLOWEST = 16 * 1024
# Bytes of bodies in memory, and uploads on the disk, at a time. A body that has not begun to come takes no memory.
MAX_BYTES = 64 * 2**20
MAX_UPLOADS = 8


class Bodies:
    """The bodies that a worker holds. Uploads are stored in `folder` meanwhile."""

    def __init__(self, folder: str) -> None:
        self._folder = folder
        self._bytes = 0
        self._uploads = 0

    @asynccontextmanager
    async def received(self, environ: WSGIEnvironment, protocol: HttpProtocol) -> AsyncIterator[None]:
        """Put the whole body of a request into its environ, until the end of the block. Raises Refused."""
        body = Body(environ, self._folder)
        if body.is_upload and self._uploads >= MAX_UPLOADS:
            raise Refused(BUSY)
        if body.is_upload:
            self._uploads += 1
        try:
            if body.missing:
                await self._receive(body, protocol)
            body.finish()
            yield
        finally:
            if body.is_upload:
                self._uploads -= 1
            else:
                self._bytes -= body.received
            body.close()

    async def _receive(self, body: Body, protocol: HttpProtocol) -> None:
        """Add to a body what comes of it. Raises Refused."""
        loop = asyncio.get_running_loop()
        end = loop.time() + START_SECONDS + body.length / SLOWEST
        try:
            async with asyncio.timeout(PAUSE_SECONDS) as limit:
                async for chunk in protocol:
                    if body.is_upload:
                        await asyncio.to_thread(body.add, chunk)  # the disk may be slow
                    else:
                        self._add(body, chunk)
                    if not body.missing:
                        return
                    limit.reschedule(min(loop.time() + PAUSE_SECONDS, end))
        except TimeoutError:
            raise Refused(TOO_SLOW) from None
        raise Refused(CUT_OFF)

    def _add(self, body: Body, chunk: bytes) -> None:
        body.add(chunk)
        self._bytes += len(chunk)
        if self._bytes > MAX_BYTES:
            raise Refused(BUSY)
