"""Run a WSGI application (PEP 3333) for an RSGI request: the environ from the scope, and the whole answer."""

import logging
import string
import sys
from io import BytesIO
from typing import Any
from urllib.parse import quote
from wsgiref.types import WSGIApplication, WSGIEnvironment

from blog.server.refusals import BROKEN
from blog.server.rsgi import HttpHeaders, HttpScope
from blog.web.responses import Answer, collect


def path_info(path: str) -> str:
    """Return a decoded path as WSGI has it: each character is one byte.

    granian has replaced what is not UTF-8 by U+FFFD, as Flask would.
    """
    return path if path.isascii() else path.encode().decode("latin-1")


def joined(headers: HttpHeaders, name: str, separator: str = ",") -> str | None:
    """Return all values of a header that may be repeated, in one text; None without one."""
    values = headers.get_all(name)
    if not values:
        return None
    return values[0] if len(values) == 1 else separator.join(values)


def build_environ(scope: HttpScope) -> WSGIEnvironment:
    """Return the environ of a request, with an empty body."""
    server, _, port = scope.server.rpartition(":")
    environ: dict[str, Any] = {
        "REQUEST_METHOD": scope.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": path_info(scope.path),
        "QUERY_STRING": scope.query_string,
        "SERVER_NAME": server,
        "SERVER_PORT": port,
        "SERVER_PROTOCOL": f"HTTP/{scope.http_version}",
        "REMOTE_ADDR": scope.client.rpartition(":")[0],
        "HTTP_HOST": "",  # who names no host gets the answer of a foreign one
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope.scheme,
        "wsgi.input": BytesIO(),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }
    headers = scope.headers
    for name in headers.keys():  # noqa: SIM118 (it cannot be iterated over)
        value = joined(headers, name, "; " if name == "cookie" else ",")  # None if it is not ASCII
        # X_Forwarded_Host would be the same variable as X-Forwarded-Host, which only proxies set.
        if "_" not in name and value is not None:
            environ[_variable(name)] = value
    return environ


def _variable(header: str) -> str:
    name = header.upper().replace("-", "_")
    return name if name in ("CONTENT_TYPE", "CONTENT_LENGTH") else f"HTTP_{name}"


def call(application: WSGIApplication, environ: WSGIEnvironment) -> Answer:
    """Return the whole answer of an application, which is closed then. Log an error, and answer 500."""
    try:
        status, headers, body = collect(application, environ)
    except Exception:
        logging.exception("A request was not answered.")
        return BROKEN
    return Answer(status, [(name, _ascii(value)) for name, value in headers], body)


def _ascii(value: str) -> str:
    """Return the value of a header as granian needs it."""
    return value if value.isascii() else quote(value.encode("latin-1", "replace"), safe=string.printable)
