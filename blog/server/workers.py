"""The server processes: how many connections, threads and seconds they get, and how they begin and end."""

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
from blog.processes import block_signals, exit_with_parent, handle_parent_signal, handle_signals
from blog.server import dispatch
from blog.server.background import messenger
from blog.web import middleware
from blog.web.page_cache import PageCache

# Where there are no two lanes (see lanes.py): two, so that one slow answer does not keep all readers waiting.
THREADS = 2
# Connections that may wait to be accepted; the kernel allows 4,096 at most unless it is told otherwise.
BACKLOG = 4096
# Connections that a worker keeps open. An idle one costs a file and some kilobytes, and no thread: when the number
# is small, whoever opens that many and says nothing shuts everybody else out.
CONNECTIONS = 16384
# Files that a worker opens besides. Whoever has none left for a connection tries again without a pause: rather wait.
OWN_FILES = 48
# Within this time a client must have sent a request's head; then, or when it was idle for as long, it is let go.
HEAD_SECONDS = 15
HEAD_BYTES = 64 * 1024
KILL_SECONDS = 8
WARMING = ("/", "/feed.xml")
# What a worker finds when it was forked; one that was spawned makes its own.
forked: dict[str, Flask] = {}


def run(of: Settings, address: str, app: Flask) -> None:
    """Serve an app until a signal says otherwise. Raises Unusable when that cannot be."""
    from granian import Granian
    from granian.constants import HTTPModes, Interfaces
    from granian.errors import ConfigurationError, FatalError
    from granian.http import HTTP1Settings
    from granian.log import LogLevels

    # The workers read their settings as any process does.
    os.environ.update({"BLOG_INSTANCE": str(of.instance), "HOST": of.host, "PORT": str(of.port)})
    os.environ.update({"BLOG_WORKERS": str(of.workers), "BLOG_ACCESS_LOG": "on" if of.access_log else "off"})
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(message)s", stream=sys.stderr)
    server = Granian(
        "blog.server.workers:worker",
        factory=True,
        interface=Interfaces.WSGI,
        address=address,
        port=of.port,
        workers=of.workers,
        # Not "auto": while it waits for the first byte, which tells HTTP/1 from HTTP/2, nothing times out.
        http=HTTPModes.http1,
        blocking_threads=1 + dispatch.FORMS if dispatch.possible() else THREADS,
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
        # Where nothing can be written, nobody is to be told of anything new.
        with nullcontext() if is_read_only(of.instance) else messenger(of, app):
            handle_signals(server.signal_handler_interrupt)
            server.serve()
    except (ConfigurationError, FatalError) as error:
        raise Unusable(f"The server stopped: {error}.") from error


def _connections() -> int:
    """How many connections a worker keeps open: as many as the machine lets it, of those that are wanted."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = CONNECTIONS + 1024
    most = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    if soft != resource.RLIM_INFINITY and soft < most:
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
    return min(CONNECTIONS, max(most - OWN_FILES, 1))


def _warm(app: Flask) -> None:
    """Make the application before the workers are forked, so that they share its memory and start at once.

    It answers what most readers ask for: templates, queries and packages are loaded then. No connection to the
    database may pass a fork.
    """
    pages: PageCache = app.extensions["page_cache"]
    for path in WARMING:
        environ = {"PATH_INFO": path, "HTTP_HOST": urlsplit(app.config["SITE_URL"]).netloc}
        setup_testing_defaults(environ)
        b"".join(pages(environ, lambda _status, _headers, _error=None: bytes))
    pages.watcher.close()
    with app.app_context():
        db.engine.dispose()
    forked["app"] = app
    gc.collect()
    gc.freeze()  # what is never looked at by the collector stays shared


def worker() -> Flask:
    """The application of one server process, which ends with the process that started it."""
    handle_parent_signal()
    exit_with_parent()
    app = forked.get("app") or create_app()
    if dispatch.possible():
        # What passes through layers that do something (a proxy, a log) is never ready.
        ready_made = middleware.memory_path_allowed(app.extensions["settings"])
        dispatch.open_first(
            app.extensions["ready"] if ready_made else lambda _environ, _start: None, app.extensions["receive"]
        )
    return app
