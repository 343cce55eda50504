"""serve: run the server of a blog."""

import errno
import hashlib
import socket
import sys
from typing import Any

import click
from flask import Flask

from blog import config, paths
from blog.commands import instance_option, load_settings, open_app, progress_bar
from blog.config import BadSetting, Settings, local_address
from blog.core.accounts import invitations
from blog.core.backup import retention, sqlite_copy
from blog.core.errors import Unusable
from blog.core.posts import query
from blog.core.site.settings import record_build
from blog.core.text.amounts import count_of
from blog.extensions import is_read_only, sqlite_driver
from blog.server.workers import run
from blog.transfer import samples

# A database of this size (in bytes) is checked in a tenth of a second. Damage in a larger one is detected by `doctor`
# and by each backup.
CHECK_BYTES = 48 * 2**20
# The file types that pages are built from.
SOURCE_TYPES = {".py", ".html", ".css", ".svg", ".js"}


@click.command()
@click.option("--host", help="The address to listen on (else HOST, else 127.0.0.1).")
@click.option("--port", help="The port to listen on (else PORT, else 8000).")
@click.option("--workers", help="Server processes (else BLOG_WORKERS, else one a core).")
@click.option("--access-log", is_flag=True, default=None, help="Write one line a request (else BLOG_ACCESS_LOG).")
def serve(**options: Any) -> None:
    """Serve the blog; makes it on the first run."""
    settings = config.load(instance_option(), **options)
    address = probe(settings.host, settings.port)
    settings = load_settings(create=True, **options)
    app, sample_count, token = _prepare(settings)
    if sample_count:
        click.echo(
            f"A new blog, with {count_of(sample_count, 'sample')} (`broadsheet samples remove` takes them away)."
        )
    click.echo(f"Broadsheet at {local_address(settings.host, settings.port)}/")
    if settings.site_url != local_address(settings.host, settings.port):
        click.echo(f"Readers' address: {settings.site_url}/")
    if token:
        click.echo(f"Make your account within an hour: {settings.site_url}/admin/setup/{token}/")
    click.echo(f"Instance folder: {settings.instance}\nCtrl-C stops it.")
    if is_read_only(settings.instance):
        click.echo("Its disk can only be read: so can the blog, until the disk can be written and `serve` starts anew.")
    sys.stdout.flush()
    run(settings, address, app)
    if not is_read_only(settings.instance):
        checkpoint(settings)


def probe(host: str, port: int) -> str:
    """Return the numeric address to listen on. Raises BadSetting if the port or the address cannot be used."""
    try:
        family, kind, protocol, _, sockaddr = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except (socket.gaierror, UnicodeError) as error:
        raise BadSetting(f"HOST {host} is not an address or name of this machine.") from error
    with socket.socket(family, kind, protocol) as test:
        test.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            test.bind(sockaddr)
            test.listen(1)
        except OSError as error:
            raise BadSetting(_listen_error(error, host, port)) from error
    return str(sockaddr[0])


def _listen_error(error: OSError, host: str, port: int) -> str:
    if error.errno == errno.EADDRINUSE:
        other = f"`make run PORT={port + 1}` or `broadsheet serve --port {port + 1}` takes another one"
        return f"Port {port} is in use already, perhaps by another Broadsheet: {other}."
    if error.errno == errno.EACCES:
        return f"Port {port} needs the rights of root. Choose one above 1023, and put a reverse proxy in front."
    if error.errno == errno.EADDRNOTAVAIL:
        return f"HOST {host} is not an address of this machine."
    return f"Nothing can listen on {host}, port {port}: {error.strerror}."


def _prepare(settings: Settings) -> tuple[Flask, int, str]:
    """Create or migrate the database before any worker starts. Return the app, the number of samples loaded, and the
    token of the first author's setup link ("" if there is an author)."""
    _refuse_damaged(settings)
    with open_app(settings) as app:
        if is_read_only(settings.instance):
            return app, 0, ""
        if query.has_outdated_html():
            _rerender()
        record_build(_build_id(settings))
        return app, samples.load(settings.media), invitations.create_setup_link()


def _refuse_damaged(settings: Settings) -> None:
    """Raise Unusable if the database is damaged: otherwise somebody would notice in the middle of their work."""
    file = settings.database_file
    is_small = file.is_file() and 0 < file.stat().st_size <= CHECK_BYTES
    if is_small and (damage := sqlite_copy.find_damage(file, quick=True)):
        advice = retention.recovery_advice(settings)
        raise Unusable(f"{file}: The database is damaged ({damage[0]}). Nothing was changed. {advice}")


def _rerender() -> None:
    from blog.core.editor import publish

    for slug in publish.rerender_outdated(lambda ids: progress_bar(ids, "Rendering texts anew", len(ids))):
        click.echo(f"“{slug}” keeps its old page: its text cannot be rendered any more.", err=True)


def _build_id(settings: Settings) -> str:
    """Return a hash of this code and the site's address, made of the sizes and dates of all source files."""
    folders = (paths.PACKAGE, paths.templates(), paths.static())
    files = [file for folder in folders for file in folder.rglob("*") if file.suffix in SOURCE_TYPES]
    stamps = sorted((str(file), file.stat().st_size, file.stat().st_mtime_ns) for file in files)
    return hashlib.sha256(repr((stamps, settings.site_url)).encode()).hexdigest()[:20]


def checkpoint(settings: Settings) -> None:
    """Write the write-ahead log back into the database file, so that a stopped blog is one file."""
    driver = sqlite_driver()
    try:
        connection = driver.connect(f"{settings.database_file.as_uri()}?mode=rw", uri=True)
        try:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        finally:
            connection.close()
    except driver.Error as error:
        file = settings.database_file
        click.echo(f"The log could not be written back into {file} ({error}); nothing is lost.", err=True)
