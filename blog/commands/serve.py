"""serve: the blog at an address, until it is told to stop."""

import errno
import hashlib
import socket
import sys
from collections.abc import Iterable, Sequence
from typing import Any

import click
from flask import Flask

from blog import config, paths
from blog.commands import load_settings, open_app
from blog.config import BadSetting, Settings, local_address
from blog.core.accounts import invitations
from blog.core.backup import retention, sqlite_copy
from blog.core.errors import Unusable
from blog.core.posts import query
from blog.core.site.settings import record_build
from blog.extensions import is_read_only, sqlite_driver
from blog.server.workers import run
from blog.transfer import samples

# A database of this size (in bytes) is looked through in a tenth of a second; in larger ones, damages are found by
# `doctor` and by each backup.
SOON_CHECKED = 48 * 2**20
# The endings of what pages are made of.
MAKING = {".py", ".html", ".css", ".svg", ".js"}


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
    of = load_settings(ctx, create=True, **asked)
    app, loaded, link = _prepare(of)
    if loaded:
        click.echo(f"A new blog, with {loaded} samples (`broadsheet samples remove` takes them away).")
    click.echo(f"Broadsheet at {local_address(of.host, of.port)}/")
    if of.site_url != local_address(of.host, of.port):
        click.echo(f"Readers' address: {of.site_url}/")
    if link:
        click.echo(f"Make your account within an hour: {of.site_url}/admin/setup/{link}/")
    click.echo(f"Instance folder: {of.instance}\nCtrl-C stops it.")
    if is_read_only(of.instance):
        click.echo("Its disk can only be read: so can the blog, until the disk can be written and `serve` starts anew.")
    sys.stdout.flush()
    run(of, address, app)
    if not is_read_only(of.instance):
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


def _prepare(of: Settings) -> tuple[Flask, int, str]:
    """The application, its database brought up to date before any worker starts; how many samples were loaded; and the
    token of the link for the first author, while there is none."""
    _refuse_damaged(of)
    with open_app(of) as app:
        if is_read_only(of.instance):
            return app, 0, ""
        if query.has_outdated_html():
            _render_again()
        record_build(_maker(of))
        return app, samples.load(of.media), invitations.create_setup_link()


def _refuse_damaged(of: Settings) -> None:
    """Begin nothing on a database that is broken somewhere: it would be found out in the middle of somebody's work."""
    file = of.database_file
    if not file.is_file() or not 0 < file.stat().st_size <= SOON_CHECKED:
        return
    if damage := sqlite_copy.find_damage(file, quick=True):
        advice = retention.recovery_advice(of)
        raise Unusable(f"{file}: The database is damaged ({damage[0]}). Nothing was changed. {advice}")


def _render_again() -> None:
    from blog.core.editor import publish

    for slug in publish.rerender_outdated(_bar):
        click.echo(f"“{slug}” keeps its old page: its text cannot be rendered any more.", err=True)


def _maker(of: Settings) -> str:
    """What names this code and this site's address: sizes and dates of all files that pages are made of."""
    folders = (paths.PACKAGE, paths.templates(), paths.static())
    files = [file for folder in folders for file in folder.rglob("*") if file.suffix in MAKING]
    told = sorted((str(file), file.stat().st_size, file.stat().st_mtime_ns) for file in files)
    return hashlib.sha256(repr((told, of.site_url)).encode()).hexdigest()[:20]


def _bar(ids: Sequence[int]) -> Iterable[int]:
    with click.progressbar(ids, label="Rendering texts anew", file=sys.stderr, hidden=len(ids) < 20) as bar:
        yield from bar


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
