"""serve: the blog at an address, until it is told to stop."""

import errno
import gc
import logging
import os
import resource
import socket
import sys
from collections.abc import Iterable, Sequence
from typing import Any
from urllib.parse import urlsplit
from wsgiref.util import setup_testing_defaults

import click
from flask import Flask

from blog import config, create_app
from blog.commands import opened, settings
from blog.config import BadSetting, Settings, local_address
from blog.core import publishing
from blog.core.errors import Unusable
from blog.extensions import db, sqlite_driver
from blog.processes import end_with_parent
from blog.transfer import samples
from blog.web.pagecache import PageCache

# Two, so that one slow answer does not keep a worker's other readers waiting.
THREADS = 2
# Connections that may wait to be accepted; the kernel allows 4,096 at most unless it is told otherwise.
BACKLOG = 4096
# Connections that a worker keeps open. An idle one costs a file and some kilobytes, and no thread: when the number
# is small, whoever opens that many and says nothing shuts everybody else out.
CONNECTIONS = 16384
# Within this time a client must have sent a request's head; then, or when it was idle for as long, it is let go.
HEAD_SECONDS = 15
HEAD_BYTES = 64 * 1024
KILL_SECONDS = 8
WARMING = ("/", "/feed.xml")
# What a worker finds when it was forked; one that was spawned makes its own.
forked: dict[str, Flask] = {}


@click.command()
@click.option("--host", help="The address to listen on (else HOST, else 127.0.0.1).")
@click.option("--port", help="The port to listen on (else PORT, else 8000).")
@click.option("--workers", help="Server processes (else BLOG_WORKERS, else one a core).")
@click.option("--access-log", is_flag=True, default=None, help="Write one line a request (else BLOG_ACCESS_LOG).")
@click.pass_context
def serve(ctx: click.Context, /, **asked: Any) -> None:
    """Serve the blog; makes it on the first run."""
    listens = config.load(ctx.find_root().obj, **asked)
    address = probe(listens.host, listens.port)
    of = settings(ctx, begins=True, **asked)
    loaded = _prepare(of)
    if loaded:
        click.echo(f"A new blog, with {loaded} samples (`broadsheet samples remove` takes them away).")
    click.echo(f"Broadsheet at {local_address(of.host, of.port)}/")
    if of.site_url != local_address(of.host, of.port):
        click.echo(f"Readers' address: {of.site_url}/")
    click.echo(f"Instance folder: {of.instance}\nCtrl-C stops it.")
    sys.stdout.flush()
    _run(of, address)
    checkpoint(of)


def probe(host: str, port: int) -> str:
    """The numeric address to listen on. Raises BadSetting when the port is taken or the address is not ours."""
    try:
        family, kind, protocol, _, where = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except (socket.gaierror, UnicodeError) as error:
        raise BadSetting(f"HOST {host} is not an address or name of this machine.") from error
    with socket.socket(family, kind, protocol) as test:
        test.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            test.bind(where)
            test.listen(1)
        except OSError as error:
            raise BadSetting(_why_not(error, host, port)) from error
    return str(where[0])


def _why_not(error: OSError, host: str, port: int) -> str:
    if error.errno == errno.EADDRINUSE:
        other = f"`make run PORT={port + 1}` or `broadsheet serve --port {port + 1}` takes another one"
        return f"Port {port} is in use already, perhaps by another Broadsheet: {other}."
    if error.errno == errno.EACCES:
        return f"Port {port} needs the rights of root. Choose one above 1023, and put a reverse proxy in front."
    if error.errno == errno.EADDRNOTAVAIL:
        return f"HOST {host} is not an address of this machine."
    return f"Nothing can listen on {host}, port {port}: {error.strerror}."


def _prepare(of: Settings) -> int:
    """Bring the database up to date, once, before any worker starts; how many samples were loaded."""
    with opened(of):
        for slug in publishing.render_again(_bar):
            click.echo(f"“{slug}” keeps its old page: its text cannot be rendered any more.", err=True)
        return samples.load(of.media)


def _bar(ids: Sequence[int]) -> Iterable[int]:
    with click.progressbar(ids, label="Rendering texts anew", file=sys.stderr, hidden=len(ids) < 20) as bar:
        yield from bar


def _run(of: Settings, address: str) -> None:
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
        "blog.commands.serve:worker",
        factory=True,
        interface=Interfaces.WSGI,
        address=address,
        port=of.port,
        workers=of.workers,
        # Not "auto": while it waits for the first byte, which tells HTTP/1 from HTTP/2, nothing times out.
        http=HTTPModes.http1,
        blocking_threads=THREADS,
        backlog=BACKLOG,
        backpressure=CONNECTIONS,
        http1_settings=HTTP1Settings(header_read_timeout=HEAD_SECONDS * 1000, max_buffer_size=HEAD_BYTES),
        respawn_failed_workers=True,
        workers_kill_timeout=KILL_SECONDS,
        websockets=False,
        log_level=LogLevels.warning,
    )
    _allow_files()
    _warm(create_app(of))
    try:
        server.serve()
    except (ConfigurationError, FatalError) as error:
        raise Unusable(f"The server stopped: {error}.") from error


def _allow_files() -> None:
    """Let this process and its workers open as many connections as the machine lets them."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = CONNECTIONS + 1024
    most = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    if soft != resource.RLIM_INFINITY and soft < most:
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))


def _warm(app: Flask) -> None:
    """Make the application before the workers are forked, so that they share its memory and start at once.

    It answers what most readers ask for: templates, queries and packages are loaded then. No connection to the
    database may pass a fork.
    """
    pages: PageCache = app.extensions["pagecache"]
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
    end_with_parent()
    return forked.get("app") or create_app()


def checkpoint(of: Settings) -> None:
    """Write the log back into the database file, so that a stopped blog is one file."""
    driver = sqlite_driver()
    try:
        connection = driver.connect(f"{of.database_file.as_uri()}?mode=rw", uri=True)
        try:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        finally:
            connection.close()
    except driver.Error as error:
        click.echo(f"The log could not be written back into {of.database_file} ({error}); nothing is lost.", err=True)


COMMANDS = {"serve": serve}
