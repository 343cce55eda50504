"""The access log: one line a request, if the owner asks for it. It holds nothing that identifies a reader."""

import logging
import re
import sys
from collections.abc import Iterable
from functools import lru_cache
from time import perf_counter
from typing import Any
from urllib.parse import quote
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from blog.web.page_cache import CACHE_RESULT

SECRET_PATH = re.compile(r"(/admin/setup/|/preview/)[^/\s]+")


def hide_tokens(text: str) -> str:
    return SECRET_PATH.sub(r"\1-", text)


def token_filter(record: logging.LogRecord) -> bool:
    """Hide the tokens in a record of Flask's error log; let every record pass."""
    record.msg = hide_tokens(str(record.msg))
    return True


class AccessLog:
    """WSGI middleware that logs method, path, status, bytes, milliseconds, and hit or miss, to standard error."""

    def __init__(self, application: WSGIApplication) -> None:
        self.application = application

    def __call__(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        started = perf_counter()
        statuses: list[str] = []

        def begin(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
            statuses.append(status)
            return start(status, headers, exc_info) if exc_info else start(status, headers)

        try:
            body = list(self.application(environ, begin))
        except Exception:
            self._write(environ, "500", 0, started)
            raise
        self._write(environ, statuses[-1][:3], sum(map(len, body)), started)
        return body

    def _write(self, environ: WSGIEnvironment, status: str, size: int, started: float) -> None:
        cache = environ.get(CACHE_RESULT, "-")
        write(line(environ["REQUEST_METHOD"], environ["PATH_INFO"], status, size, started, cache))


def line(method: str, path: str, status: str, size: int, started: float, cache: str) -> str:
    """Return the line of a request that began at `started`, a time of `perf_counter`; `cache` is hit, miss or "-"."""
    elapsed = (perf_counter() - started) * 1000
    return f"{method[:20]} {_shown(path)} {status} {size} {elapsed:.2f} {cache}\n"


def write(lines: str) -> None:
    sys.stderr.write(lines)
    sys.stderr.flush()


@lru_cache(maxsize=1024)
def _shown(path: str) -> str:
    """Return a path without tokens, quoted so that it stays one line. No query: it may say what a reader looks for."""
    return quote(hide_tokens(path).encode("latin-1", "replace"), safe="/~:@!$&'()*+,;=")[:500]
