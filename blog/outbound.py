"""The only HTTP client: calls to servers that others named, so it never gets into a network that is not theirs.

http and https on their own ports; every address that a name leads to is looked at, and the connection goes to the
very address that was found good, so that no second answer of the name service leads elsewhere. At most three
redirects, each looked at like the first address; at most 1 MB and ten seconds in all (for pictures more). Only what
`allow` names (`hub.lan` or `hub.lan:8080`) may lie inside, or on another port.
"""

import ipaddress
import socket
import ssl
import time
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from threading import Thread
from typing import Any

import httpcore
import httpx

from blog import __version__

MAX_SECONDS = 10.0
MAX_REDIRECTS = 3
MAX_BYTES = 1_000_000
PORTS = {"http": 80, "https": 443}
SAME_METHOD = (301, 302, 307, 308)  # a POST that became a GET would be welcome, and say nothing
GLOBAL_V6 = ipaddress.ip_network("2000::/3")
# Kept for protocols and for books; versions of Python disagree on these.
RESERVED = [ipaddress.ip_network(one) for one in ("192.0.0.0/24", "2001::/23", "3fff::/20")]
# IPv6 addresses whose last four bytes are the IPv4 address that is meant: mapped ones, and NAT64 (RFC 6052).
V4_IN_V6 = [ipaddress.ip_network("::ffff:0:0/96"), ipaddress.ip_network("64:ff9b::/96")]


class Unreachable(Exception):
    """There is no answer, or none that may be asked for or is fit to be used; the message is one sentence."""


@dataclass(frozen=True)
class OutboundResponse:
    """What a server said; `address` is where it was found in the end. The names of `headers` are in small letters."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    address: str


def get(
    address: str,
    *,
    site: str,
    allow: Collection[str] = (),
    headers: Mapping[str, str] | None = None,
    max_bytes: int | None = None,
    seconds: float | None = None,
) -> OutboundResponse:
    """What is found at an address; `site` is the address of the blog that asks. Raises Unreachable.

    Pictures may have more bytes and seconds than other answers.
    """
    return _Call(site, allow, max_bytes or MAX_BYTES, seconds or MAX_SECONDS).run(
        "GET", address, dict(headers or {}), None
    )


def post(address: str, form: Mapping[str, str], *, site: str, allow: Collection[str] = ()) -> OutboundResponse:
    """The answer to a form. Raises Unreachable."""
    return _Call(site, allow, MAX_BYTES, MAX_SECONDS).run("POST", address, {}, form)


def host_and_port(address: str) -> str:
    """The host and port of an address, as `allow` names them. Raises Unreachable for what is no address."""
    url = _parsed(address)
    return f"{_name(_host(url))}:{_port(url)}"


def is_public(address: str) -> bool:
    """Whether a numeric address belongs to a machine of the public internet."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return False
    if isinstance(found, ipaddress.IPv6Address):
        if found.scope_id is not None:
            return False
        if any(found in network for network in V4_IN_V6):
            return is_public(str(ipaddress.IPv4Address(int(found) & 0xFFFFFFFF)))
        if found.sixtofour is not None:
            return is_public(str(found.sixtofour))
        if found not in GLOBAL_V6:
            return False
    return found.is_global and not found.is_multicast and not any(found in network for network in RESERVED)


def resolve(host: str, port: int) -> list[str]:
    """The numeric addresses of a host. Raises OSError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(where[0]) for *_, where in found))


@cache
def tls_context() -> ssl.SSLContext:
    """The authorities whose certificates count: those that browsers trust."""
    return httpx.create_ssl_context(trust_env=False)


@dataclass
class _Call:
    """One call, its redirects included; `until` is when it must have its answer (on the clock that never jumps)."""

    site: str
    allow: Collection[str]
    most: int
    seconds: float
    until: float = field(init=False)

    def __post_init__(self) -> None:
        self.until = time.monotonic() + self.seconds

    def run(
        self, method: str, address: str, headers: dict[str, str], form: Mapping[str, str] | None
    ) -> OutboundResponse:
        own = {"User-Agent": f"Broadsheet/{__version__} (+{self.site}/)", "Accept-Encoding": "identity"}
        url, host = self._judged(address), ""
        with httpx.Client(transport=_Transport(self), trust_env=False, timeout=self.seconds, headers=own) as client:
            try:
                for _ in range(MAX_REDIRECTS + 1):
                    host = _host(url)
                    with client.stream(method, url, headers=headers, data=form) as response:
                        if response.has_redirect_location:
                            url = self._judged(str(url.join(response.headers["Location"])))
                            method, form = (method, form) if response.status_code in SAME_METHOD else ("GET", None)
                            continue
                        body = self._body(response, host)
                        return OutboundResponse(response.status_code, dict(response.headers), body, str(url))
            except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
                raise Unreachable(f"{host} cannot be asked: {_shown(str(error)).rstrip('.')}.") from error
            except (httpcore.TimeoutException, httpcore.NetworkError, httpcore.ProtocolError, ssl.SSLError) as error:
                raise Unreachable(_sentence(host, error, self.seconds)) from error
        raise Unreachable(f"{host} redirects more than {MAX_REDIRECTS} times.")

    def _judged(self, address: str) -> httpx.URL:
        url = _parsed(address)
        host, port = _host(url), _port(url)
        if url.userinfo:
            raise Unreachable(f"The address at {host} holds a user name; it must not.")
        if port not in PORTS.values() and not self.allows(host, port):
            raise Unreachable(f"Port {port} of {host} may not be asked: only 80 and 443.")
        return url.copy_with(fragment=None)

    def allows(self, host: str, port: int) -> bool:
        """Whether the owner named this place: with its port, or, on the usual ports, without."""
        name = _name(host)
        return f"{name}:{port}" in self.allow or (name in self.allow and port in PORTS.values())

    def _body(self, response: httpx.Response, host: str) -> bytes:
        if response.headers.get("Content-Encoding", "identity").lower() not in ("identity", ""):
            raise Unreachable(f"{host} sends a compressed answer, which nobody asked for.")
        body = bytearray()
        for part in response.iter_raw():
            body += part
            if len(body) > self.most:
                raise Unreachable(f"{host} sends more than {self.most // 1_000_000} MB.")
        return bytes(body)

    def left(self) -> float:
        """The seconds left. Raises what httpcore raises when there are none."""
        left = self.until - time.monotonic()
        if left <= 0:
            raise httpcore.ReadTimeout
        return left

    def found(self, host: str, port: int) -> list[str]:
        """The numeric addresses of a host that may be asked. Raises Unreachable."""
        known: list[str] = []
        # The name service has a patience of its own, which may be longer than ours.
        asking = Thread(target=_look_up, args=(host, port, known), daemon=True)
        asking.start()
        asking.join(self.left())
        addresses = list(known)
        if not addresses:
            raise Unreachable(f"There is no address for {host}.")
        good = addresses if self.allows(host, port) else [one for one in addresses if is_public(one)]
        if not good:
            found = "" if addresses[0] == host else f", at {addresses[0]},"
            raise Unreachable(f"{host}{found} is not on the public internet.")
        return good


def _parsed(address: str) -> httpx.URL:
    try:
        url = httpx.URL(address)
    except (httpx.InvalidURL, ValueError, TypeError) as error:
        raise Unreachable(f"“{_shown(address)}” is not an address.") from error
    if url.scheme not in PORTS or not url.host:
        raise Unreachable(f"“{_shown(address)}” is not a whole http or https address.")
    return url


def _host(url: httpx.URL) -> str:
    return url.raw_host.decode("ascii")  # as the name service and `allow` know it


def _name(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _port(url: httpx.URL) -> int:
    return PORTS[url.scheme] if url.port is None else url.port


def _look_up(host: str, port: int, known: list[str]) -> None:
    try:
        known += resolve(host, port)
    except (OSError, UnicodeError):
        return


def _shown(address: str) -> str:
    return "".join(character if character.isprintable() else " " for character in address[:80])


def _sentence(host: str, error: Exception, seconds: float) -> str:
    if isinstance(error, httpcore.TimeoutException):
        return f"{host} did not answer within {seconds:g} seconds."
    cause: BaseException | None = error
    while cause is not None and not isinstance(cause, OSError):
        cause = cause.__cause__ or cause.__context__
    if isinstance(cause, ssl.SSLCertVerificationError):
        return f"The certificate of {host} is not valid: {cause.verify_message.rstrip('.')}."
    if isinstance(cause, ssl.SSLError):
        return f"{host} speaks no https that is understood here."
    if isinstance(cause, OSError) and cause.strerror:
        return f"{host} cannot be reached: {cause.strerror}."
    return f"{host} broke off, or does not speak HTTP."


# -- below the client ---------------------------------------------------------------------------------------


class _Transport(httpx.BaseTransport):
    """Carries the client's requests over connections that were looked at."""

    def __init__(self, call: _Call) -> None:
        self._pool = httpcore.ConnectionPool(ssl_context=tls_context(), network_backend=_Network(call))

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """The answer, its body still to come."""
        url = httpcore.URL(
            scheme=request.url.raw_scheme, host=request.url.raw_host, port=request.url.port, target=request.url.raw_path
        )
        asked = httpcore.Request(
            request.method, url, headers=request.headers.raw, content=request.stream, extensions=request.extensions
        )
        said = self._pool.handle_request(asked)
        return httpx.Response(said.status, headers=said.headers, stream=_Body(said))

    def close(self) -> None:
        """Close all connections."""
        self._pool.close()


class _Body(httpx.SyncByteStream):
    def __init__(self, said: httpcore.Response) -> None:
        self._said = said

    def __iter__(self) -> Any:
        return self._said.iter_stream()

    def close(self) -> None:
        self._said.close()


class _Network(httpcore.NetworkBackend):
    """Looks a name up once, and connects to an address that it found good."""

    def __init__(self, call: _Call) -> None:
        self._call, self._inner = call, httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """A connection; each of several addresses gets its share of the time that is left."""
        addresses = self._call.found(host, port)
        for number, address in enumerate(addresses, 1):
            share = self._call.left() / (len(addresses) - number + 1)
            try:
                return _Stream(self._inner.connect_tcp(address, port, share, local_address, socket_options), self._call)
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                if number == len(addresses):
                    raise
        raise Unreachable(f"There is no address for {host}.")


class _Stream(httpcore.NetworkStream):
    """A connection that gives no single read or write more time than the whole call has left."""

    def __init__(self, inner: httpcore.NetworkStream, call: _Call) -> None:
        self._inner, self._call = inner, call

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._inner.read(max_bytes, self._call.left())

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, self._call.left())

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        return _Stream(self._inner.start_tls(ssl_context, server_hostname, self._call.left()), self._call)

    def close(self) -> None:
        self._inner.close()

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)
