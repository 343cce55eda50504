"""One line a request, for keepers who ask for it: nothing in it tells who the reader was."""

import logging
import re
import sys
from collections.abc import Iterable
from time import perf_counter
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from blog.web.page_cache import CACHE_RESULT

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment


SECRET_PATH = re.compile(r"(/admin/setup/|/preview/)[^/\s]+")


def hide_tokens(text: str) -> str:
    """The text without what opens a door: tokens in addresses."""
    return SECRET_PATH.sub(r"\1-", text)


class TokenFilter(logging.Filter):
    """Keeps tokens out of what Flask writes of an error, too."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Let every record pass, its addresses made discreet."""
        record.msg = hide_tokens(str(record.msg))
        return True


class AccessLog:
    """A WSGI layer that writes method, path, status, bytes, milliseconds, and hit or miss, to standard error."""

    def __init__(self, application: "WSGIApplication") -> None:
        self.application = application

    def __call__(self, environ: "WSGIEnvironment", start: "StartResponse") -> Iterable[bytes]:
        """Answer a request, and write its line."""
        began = perf_counter()
        said: list[str] = []

        def begin(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
            said.append(status)
            return start(status, headers, exc_info) if exc_info else start(status, headers)

        try:
            body = list(self.application(environ, begin))
        except Exception:
            self._write(environ, "500", 0, began)
            raise
        self._write(environ, said[-1].partition(" ")[0], sum(map(len, body)), began)
        return body

    def _write(self, environ: "WSGIEnvironment", status: str, size: int, began: float) -> None:
        # The query string is left out: it may hold what a reader searched for. Quoted, a path stays one line.
        path = quote(hide_tokens(environ["PATH_INFO"]).encode("latin-1", "replace"), safe="/~:@!$&'()*+,;=")[:500]
        method = environ["REQUEST_METHOD"][:20]
        spent = (perf_counter() - began) * 1000
        sys.stderr.write(f"{method} {path} {status} {size} {spent:.2f} {environ.get(CACHE_RESULT, '-')}\n")
        sys.stderr.flush()
