"""The server processes: their limits of connections, threads and time, and how they start and end."""

import gc
import logging
import os
import resource
import sys
from contextlib import nullcontext
from urllib.parse import urlsplit
from wsgiref.util import setup_testing_defaults

from flask import Flask

from blog import create_app
from blog.config import Settings
from blog.core.errors import Unusable
from blog.extensions import db, is_read_only
from blog.processes import block_signals, exit_with_parent, handle_signals
from blog.server.application import Application
from blog.server.background import background_process
from blog.web.page_cache import PageCache

# Connections that may wait to be accepted; 4,096 is the kernel's usual limit.
BACKLOG = 4096
# Connections that a worker keeps open. An idle one costs a file and some kilobytes, and no thread. If the number were
# small, a client could open that many, send nothing, and shut everybody else out.
CONNECTIONS = 16384
# Other files that a worker opens. Without a free file it would retry to accept in a busy loop: it should rather wait.
OWN_FILES = 48
# The time limit for a request's head, and for an idle connection; the server then closes it.
HEAD_SECONDS = 15
HEAD_BYTES = 64 * 1024
KILL_SECONDS = 8
# For so long, a thread that builds a page may keep the event loop waiting for the interpreter's lock (usually 5 ms).
SWITCH_SECONDS = 0.001
WARM_PATHS = ("/", "/feed.xml")
# A forked worker finds its app here; a spawned one creates its own.
preloaded: dict[str, Flask] = {}


def run(settings: Settings, address: str, app: Flask) -> None:
    """Serve an app until a signal ends it. Raises Unusable if the server cannot start."""
    from granian import Granian
    from granian.constants import HTTPModes, Interfaces
    from granian.errors import ConfigurationError, FatalError
    from granian.http import HTTP1Settings
    from granian.log import LogLevels

    # The workers read their settings from the environment.
    os.environ.update({"BLOG_INSTANCE": str(settings.instance), "HOST": settings.host, "PORT": str(settings.port)})
    os.environ.update(
        {"BLOG_WORKERS": str(settings.workers), "BLOG_ACCESS_LOG": "on" if settings.access_log else "off"}
    )
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(message)s", stream=sys.stderr)
    server = Granian(
        "blog.server.workers:worker",
        factory=True,
        interface=Interfaces.RSGI,
        address=address,
        port=settings.port,
        workers=settings.workers,
        # Not "auto": it waits without a time limit for the first byte, which distinguishes HTTP/1 from HTTP/2.
        http=HTTPModes.http1,
        backlog=BACKLOG,
        backpressure=_connections(),
        http1_settings=HTTP1Settings(header_read_timeout=HEAD_SECONDS * 1000, max_buffer_size=HEAD_BYTES),
        respawn_failed_workers=True,
        workers_kill_timeout=KILL_SECONDS,
        websockets=False,
        log_level=LogLevels.warning,
    )
    _warm(app)
    block_signals()
    try:
        # On a read-only disk there is nothing new to send.
        with nullcontext() if is_read_only(settings.instance) else background_process(settings, app):
            handle_signals(server.signal_handler_interrupt)
            server.serve()
    except (ConfigurationError, FatalError) as error:
        raise Unusable(f"The server stopped: {error}.") from error


def _connections() -> int:
    """Return how many connections a worker keeps open: CONNECTIONS, or as many as the machine allows."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    limit = CONNECTIONS + 1024
    if hard != resource.RLIM_INFINITY:
        limit = min(limit, hard)
    if soft != resource.RLIM_INFINITY and soft < limit:
        resource.setrlimit(resource.RLIMIT_NOFILE, (limit, hard))
    return min(CONNECTIONS, max(limit - OWN_FILES, 1))


def _warm(app: Flask) -> None:
    """Prepare the application before the workers are forked: they share its memory and start at once.

    It answers the most frequent requests, which loads templates, queries and packages. No connection to the database
    may pass a fork.
    """
    pages: PageCache = app.extensions["page_cache"]
    for path in WARM_PATHS:
        environ = {"PATH_INFO": path, "HTTP_HOST": urlsplit(app.config["SITE_URL"]).netloc}
        setup_testing_defaults(environ)
        b"".join(pages(environ, lambda _status, _headers, _error=None: bytes))
    pages.watcher.close()
    with app.app_context():
        db.engine.dispose()
    preloaded["app"] = app
    gc.collect()
    gc.freeze()  # the garbage collector does not touch these objects, so their memory stays shared


def worker() -> Application:
    """Return the application of one server process. The process ends with its parent."""
    block_signals()
    exit_with_parent()
    sys.setswitchinterval(SWITCH_SECONDS)
    return Application(preloaded.get("app") or create_app())
