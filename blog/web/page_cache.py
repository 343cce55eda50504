"""The page cache, in front of Flask: readers' pages cost as little as static files, and are right after every edit.

A page is stored with the site's version, which is read before the page is built, and is sent as long as the version
stays. There are no clearing calls: a commit, by any process, changes the version.
"""

from collections import OrderedDict
from collections.abc import Callable, Iterable
from threading import Lock
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from blog.core.db.watcher import Watcher
from blog.web.responses import (
    CHANGED_AT,
    EFFORT_CACHED,
    UNCACHEABLE,
    Answer,
    EncodedResponse,
    RequestHead,
    collect,
)
from blog.web.theme.owner_files import Theme

# Left out of the request to the application: EncodedResponse answers these from the whole body.
CONDITIONAL_HEADERS = (
    "HTTP_IF_NONE_MATCH", "HTTP_IF_MODIFIED_SINCE", "HTTP_IF_MATCH", "HTTP_IF_UNMODIFIED_SINCE", "HTTP_IF_RANGE",
    "HTTP_RANGE", "HTTP_ACCEPT_ENCODING",
)  # fmt: skip
CACHE_RESULT = "broadsheet.cache"  # hit or miss, for the access log
LOCKS = 64


class SiteVersion:
    """The version of all that readers see: of the database and of the owner's theme."""

    def __init__(self, watcher: Watcher, theme: Theme) -> None:
        self.watcher = watcher
        self.theme = theme
        self.close = watcher.close

    def version(self) -> int | None:
        """Return a number that grows when readers could see a change; None if the database does not answer."""
        theme, database = self.theme.version(), self.watcher.version()
        return None if database is None else theme + database  # both only grow


class ResponseStore:
    """Responses by path, of one version at a time, up to `limit` bytes. The least recently used are dropped first."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.bytes = 0
        self._lock = Lock()
        self._version = -1
        self._entries: OrderedDict[str, tuple[EncodedResponse, int]] = OrderedDict()

    def get(self, key: str, version: int) -> EncodedResponse | None:
        """Return the response for a path if it has this version. A newer version empties the store."""
        with self._lock:
            if version != self._version:
                if version > self._version:
                    self._entries.clear()
                    self.bytes, self._version = 0, version
                return None
            entry = self._entries.get(key)
            if entry is None:
                return None
            self._entries.move_to_end(key)
            return entry[0]

    def put(self, key: str, version: int, response: EncodedResponse) -> None:
        """Store a response, unless its version is older or it is larger than an eighth of the limit."""
        with self._lock:
            if version == self._version:
                self._set(key, response)

    def update_size(self, key: str, response: EncodedResponse) -> None:
        """Count the bytes of a response again, if it is stored."""
        with self._lock:
            if self._entries.get(key, (None, 0))[0] is response:
                self._set(key, response)

    def _set(self, key: str, response: EncodedResponse) -> None:
        self.bytes -= self._entries.pop(key, (None, 0))[1]
        size = response.size + len(key)
        if size > self.limit // 8:
            return
        self._entries[key] = response, size
        self.bytes += size
        while self.bytes > self.limit:
            self.bytes -= self._entries.popitem(last=False)[1][1]

    def __len__(self) -> int:
        return len(self._entries)


class PageCache:
    """WSGI middleware that stores the responses to GET, and answers conditional and compressed requests from them.

    `limit` counts bytes; 0 stores nothing. Requests with a session cookie are not answered from the cache, and their
    responses are not stored. `is_own_host` says whether a Host header names this site.
    """

    def __init__(
        self,
        application: WSGIApplication,
        watcher: SiteVersion,
        *,
        limit: int,
        session_cookie: str,
        is_own_host: Callable[[str], bool],
    ) -> None:
        self.application = application
        self.watcher = watcher
        self.store = ResponseStore(limit)
        self._cookie = session_cookie + "="
        self._is_own_host = is_own_host
        self._locks = [Lock() for _ in range(LOCKS)]

    def __call__(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        head = RequestHead.from_environ(environ)
        if not head.is_read:
            return self.application(environ, start)
        if environ.get("SCRIPT_NAME") or not self.is_public(head) or (version := self.watcher.version()) is None:
            return self._call_application(environ)[0].answer(head).start(start)
        response = self.store.get(head.path, version)
        environ[CACHE_RESULT] = "miss" if response is None else "hit"
        if response is None:
            return self._build(head, version, environ).answer(head).start(start)
        return self._answer(response, head).start(start)

    def ready(self, head: RequestHead, read_version: Callable[[], int | None]) -> Answer | None:
        """Answer from the cache, which takes no time; if the response is not there, return None and do nothing."""
        if not head.is_read or not self.is_public(head) or (version := read_version()) is None:
            return None
        response = self.store.get(head.path, version)
        return response.answer(head) if response and response.is_prepared(head.accept_encoding) else None

    def is_public(self, head: RequestHead) -> bool:
        """Return whether everybody gets the same response to this request."""
        return bool(self.store.limit and self._cookie not in head.cookie and self._is_own_host(head.host))

    def _answer(self, response: EncodedResponse, head: RequestHead) -> Answer:
        variants = response.variants
        answer = response.answer(head)
        if response.variants != variants:
            self.store.update_size(head.path, response)
        return answer

    def _build(self, head: RequestHead, version: int, environ: WSGIEnvironment) -> EncodedResponse:
        """Build a response in one thread, while others that need the same page wait for it."""
        key = head.path
        with self._locks[hash(key) % LOCKS]:
            response = self.store.get(key, version)
            if response is None:
                response, cacheable = self._call_application(environ)
                if cacheable:
                    response.effort = EFFORT_CACHED
                    # Stored compressed, so that threads that wait need not compress it.
                    response.prepare(head.accept_encoding)
                    self.store.put(key, version, response)
            return response

    def _call_application(self, environ: WSGIEnvironment) -> tuple[EncodedResponse, bool]:
        """Return the application's response to a plain GET, and whether it is the same for everybody."""
        inner = {name: value for name, value in environ.items() if name not in CONDITIONAL_HEADERS}
        inner["REQUEST_METHOD"] = "GET"
        answer = collect(self.application, inner)
        response = EncodedResponse(*answer, changed_at=inner.get(CHANGED_AT))
        headers = {name.lower(): value for name, value in answer.headers}
        personal = "set-cookie" in headers or "private" in headers.get("cache-control", "") or UNCACHEABLE in inner
        return response, bool(response.tag) and not personal
