"""What this package uses of RSGI (https://github.com/emmett-framework/granian/blob/master/docs/spec/RSGI.md)."""

from collections.abc import AsyncIterator
from typing import Any, Protocol


class HttpHeaders(Protocol):
    """The headers of a request, by name in lower case. Values that are not ASCII are not there."""

    def keys(self) -> list[str]: ...

    def get(self, key: str, default: Any = None) -> Any:
        """Return the first value of a header."""

    def get_all(self, key: str) -> list[str]: ...


class HttpScope(Protocol):
    """The head of a request. The path is decoded; the addresses are `host:port`."""

    http_version: str
    server: str
    client: str
    scheme: str
    method: str
    path: str
    query_string: str
    headers: HttpHeaders


class HttpProtocol(Protocol):
    """The body of a request, in parts, and the way to answer. An empty part may be a body that was cut off."""

    def __aiter__(self) -> AsyncIterator[bytes]: ...

    def response_bytes(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None: ...
