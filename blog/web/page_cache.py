"""Ready-made pages, kept in front of Flask: a reader's page for the price of a static file, right after every edit.

A page is kept with the watcher's version, read before its building began, and is sent as long as the version stays.
Nobody clears this cache: a commit, by whatever process, is the invalidation.
"""

from collections import OrderedDict
from collections.abc import Callable, Iterable
from threading import Lock
from typing import TYPE_CHECKING, Any, Protocol

from blog.web.responses import CHANGED_AT, EFFORT_CACHED, UNCACHEABLE, EncodedResponse, Header

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

# What a client has already, and which part it wants, is judged here, from the whole answer.
CONDITIONAL_HEADERS = (
    "HTTP_IF_NONE_MATCH",
    "HTTP_IF_MODIFIED_SINCE",
    "HTTP_IF_MATCH",
    "HTTP_IF_UNMODIFIED_SINCE",
    "HTTP_IF_RANGE",
    "HTTP_RANGE",
    "HTTP_ACCEPT_ENCODING",
)
CACHE_RESULT = "broadsheet.cache"  # hit or miss, for the access log
LOCKS = 64


class VersionSource(Protocol):
    """What tells whether readers could see anything new."""

    def version(self) -> int | None:
        """A number that grows with every change; None while nobody knows."""

    def close(self) -> None:
        """Let go of what is watched; the next question opens it again."""


class ResponseStore:
    """Answers by address, of one version at a time, within a number of bytes; the least recently used go first."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.bytes = 0
        self._lock = Lock()
        self._version = -1
        self._answers: OrderedDict[str, tuple[EncodedResponse, int]] = OrderedDict()

    def get(self, key: str, version: int) -> EncodedResponse | None:
        """The answer kept at this address, if it is of this version. A newer version empties the shelf."""
        with self._lock:
            if version != self._version:
                if version > self._version:
                    self._answers.clear()
                    self.bytes, self._version = 0, version
                return None
            found = self._answers.get(key)
            if found is None:
                return None
            self._answers.move_to_end(key)
            return found[0]

    def put(self, key: str, version: int, answer: EncodedResponse) -> None:
        """Keep an answer, unless it is of an older version or heavier than an eighth of the shelf."""
        with self._lock:
            if version == self._version:
                self._place(key, answer)

    def weigh(self, key: str, answer: EncodedResponse) -> None:
        """Weigh an answer anew, if it is kept."""
        with self._lock:
            if self._answers.get(key, (None, 0))[0] is answer:
                self._place(key, answer)

    def _place(self, key: str, answer: EncodedResponse) -> None:
        self.bytes -= self._answers.pop(key, (None, 0))[1]
        weight = answer.weight + len(key)
        if weight > self.limit // 8:
            return
        self._answers[key] = answer, weight
        self.bytes += weight
        while self.bytes > self.limit:
            self.bytes -= self._answers.popitem(last=False)[1][1]

    def __len__(self) -> int:
        return len(self._answers)


class PageCache:
    """A WSGI layer that keeps what an application answers to GET, and makes conditional and compressed answers of it.

    `limit` counts bytes, 0 keeps nothing. Requests with the cookie of a session are neither answered from it nor
    kept. `answers_to` says which hosts' pages these are.
    """

    def __init__(
        self,
        application: "WSGIApplication",
        watcher: VersionSource,
        *,
        limit: int,
        session_cookie: str,
        answers_to: Callable[[str], bool],
    ) -> None:
        self.application = application
        self.watcher = watcher
        self.store = ResponseStore(limit)
        self._cookie = session_cookie + "="
        self._answers_to = answers_to
        self._turns = [Lock() for _ in range(LOCKS)]

    def __call__(self, environ: "WSGIEnvironment", start: "StartResponse") -> Iterable[bytes]:
        """Answer a request, from what is kept if that is right."""
        if environ["REQUEST_METHOD"] not in ("GET", "HEAD"):
            return self.application(environ, start)
        version = self.watcher.version() if self._anybodys(environ) else None
        if version is None:
            return self._made(environ)[0].send(environ, start)
        key = environ["PATH_INFO"]
        answer = self.store.get(key, version)
        environ[CACHE_RESULT] = "miss" if answer is None else "hit"
        if answer is None:
            return self._built(key, version, environ).send(environ, start)
        return self._sent(key, answer, environ, start)

    def ready(self, environ: "WSGIEnvironment", start: "StartResponse") -> list[bytes] | None:
        """The answer, if it is kept and right: what takes no time."""
        if environ["REQUEST_METHOD"] not in ("GET", "HEAD") or not self._anybodys(environ):
            return None
        version = self.watcher.version()
        key = environ["PATH_INFO"]
        answer = self.store.get(key, version) if version is not None else None
        return None if answer is None else self._sent(key, answer, environ, start)

    def _sent(
        self, key: str, answer: EncodedResponse, environ: "WSGIEnvironment", start: "StartResponse"
    ) -> list[bytes]:
        variants = answer.variants
        sent = answer.send(environ, start)
        if answer.variants != variants:
            self.store.weigh(key, answer)
        return sent

    def _anybodys(self, environ: "WSGIEnvironment") -> bool:
        """Whether everybody who asks so gets the same."""
        return bool(
            self.store.limit
            and self._cookie not in environ.get("HTTP_COOKIE", "")
            and not environ.get("SCRIPT_NAME")
            and self._answers_to(str(environ.get("HTTP_HOST", environ["SERVER_NAME"])))
        )

    def _built(self, key: str, version: int, environ: "WSGIEnvironment") -> EncodedResponse:
        """The answer, made by one thread while others that want the same wait for it."""
        with self._turns[hash(key) % LOCKS]:
            answer = self.store.get(key, version)
            if answer is None:
                answer, keep = self._made(environ)
                if keep:
                    answer.effort = EFFORT_CACHED
                    answer.prepare(environ)  # kept compressed: what waits for its turn finds it finished
                    self.store.put(key, version, answer)
            return answer

    def _made(self, environ: "WSGIEnvironment") -> tuple[EncodedResponse, bool]:
        """What the application answers to a plain GET, and whether that is the same for everybody."""
        inner = {name: value for name, value in environ.items() if name not in CONDITIONAL_HEADERS}
        inner["REQUEST_METHOD"] = "GET"
        said: list[Any] = []

        def begin(status: str, headers: list[Header], _exc_info: object = None) -> Callable[[bytes], object]:
            said[:] = status, headers
            return parts.append

        parts: list[bytes] = []
        body = self.application(inner, begin)
        try:
            parts.extend(body)
        finally:
            if hasattr(body, "close"):
                body.close()
        answer = EncodedResponse(said[0], said[1], b"".join(parts), changed_at=inner.get(CHANGED_AT))
        told = {name.lower(): value for name, value in said[1]}
        personal = "set-cookie" in told or "private" in told.get("cache-control", "") or UNCACHEABLE in inner
        return answer, bool(answer.tag) and not personal
