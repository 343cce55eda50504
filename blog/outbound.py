"""The only HTTP client. Other people choose the URLs that it calls, so it must not reach a private network (SSRF).

It calls http and https on their usual ports. It resolves the host name once, checks every address, and connects to
one of the checked addresses: a second DNS answer cannot lead elsewhere. At most three redirects, each checked like
the first URL; at most 1 MB and ten seconds in all (more for pictures). Only hosts in `allow` (`hub.lan` or
`hub.lan:8080`) may be in a private network or use another port.
"""

import ipaddress
import socket
import ssl
import time
from collections.abc import Collection, Iterable, Mapping
from contextlib import AbstractContextManager
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
# A redirected POST stays a POST, but for a 303: as a GET it would succeed and send nothing.
REDIRECTS, SEE_OTHER = (301, 302, 303, 307, 308), 303
GLOBAL_V6 = ipaddress.ip_network("2000::/3")
# Reserved for protocols and documentation; versions of Python disagree on these.
RESERVED = [ipaddress.ip_network(network) for network in ("192.0.0.0/24", "2001::/23", "3fff::/20")]
# IPv6 addresses whose last four bytes are an IPv4 address: mapped addresses, and NAT64 (RFC 6052).
V4_IN_V6 = [ipaddress.ip_network("::ffff:0:0/96"), ipaddress.ip_network("64:ff9b::/96")]


class Unreachable(Exception):
    """There is no usable response, or the address is not allowed; the message is one sentence."""


@dataclass(frozen=True)
class OutboundResponse:
    """A response; `address` is the URL after redirects. The names in `headers` are in lower case."""

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
    """Return the response to a GET request; `site` is the URL of this blog. Raises Unreachable.

    `max_bytes` and `seconds` may exceed the usual limits, for pictures.
    """
    return _Call(site, allow, max_bytes or MAX_BYTES, seconds or MAX_SECONDS).run(
        "GET", address, dict(headers or {}), None
    )


def post(address: str, form: Mapping[str, str], *, site: str, allow: Collection[str] = ()) -> OutboundResponse:
    """Return the response to a POST request with form fields. Raises Unreachable."""
    return _Call(site, allow, MAX_BYTES, MAX_SECONDS).run("POST", address, {}, form)


def host_and_port(address: str) -> str:
    """Return the host and port of a URL, in the form of `allow`. Raises Unreachable if it is not a URL."""
    url = _parse(address)
    return f"{_name(_host(url))}:{_port(url)}"


def is_public(address: str) -> bool:
    """Return whether a numeric address is on the public internet."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv6Address):
        if ip.scope_id is not None:
            return False
        if any(ip in network for network in V4_IN_V6):
            return is_public(str(ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)))
        if ip.sixtofour is not None:
            return is_public(str(ip.sixtofour))
        if ip not in GLOBAL_V6:
            return False
    return ip.is_global and not ip.is_multicast and not any(ip in network for network in RESERVED)


def resolve(host: str, port: int) -> list[str]:
    """Return the numeric addresses of a host. Raises OSError."""
    rows = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(sockaddr[0]) for *_, sockaddr in rows))


@cache
def tls_context() -> ssl.SSLContext:
    """Return a TLS context with the certificate authorities that browsers trust."""
    return httpx.create_ssl_context(trust_env=False)


@dataclass
class _Call:
    """One call with its redirects, which may take `seconds` in all."""

    site: str
    allow: Collection[str]
    max_bytes: int
    seconds: float
    started: float = field(default_factory=time.monotonic)

    def run(
        self, method: str, address: str, headers: dict[str, str], form: Mapping[str, str] | None
    ) -> OutboundResponse:
        agent = f"Broadsheet/{__version__} (+{self.site}/)"
        sent = httpx.Headers({"Accept": "*/*", "Connection": "keep-alive", "User-Agent": agent})
        sent.update({"Accept-Encoding": "identity", **headers})
        url, host = self._check(address), ""
        with httpcore.ConnectionPool(ssl_context=tls_context(), network_backend=_Network(self)) as pool:
            try:
                for _ in range(MAX_REDIRECTS + 1):
                    host = _host(url)
                    with _send(pool, httpx.Request(method, url, headers=sent, data=form)) as response:
                        answer = httpx.Headers(response.headers)
                        if response.status in REDIRECTS and "Location" in answer:
                            url = self._check(str(url.join(answer["Location"])))
                            method, form = ("GET", None) if response.status == SEE_OTHER else (method, form)
                            continue
                        body = self._body(response, answer, host)
                        return OutboundResponse(response.status, dict(answer), body, str(url))
            except (httpx.InvalidURL, ValueError) as error:
                raise Unreachable(f"{host} cannot be asked: {_printable(str(error)).rstrip('.')}.") from error
            except (httpcore.TimeoutException, httpcore.NetworkError, httpcore.ProtocolError, ssl.SSLError) as error:
                raise Unreachable(_error_message(host, error, self.seconds)) from error
        raise Unreachable(f"{host} redirects more than {MAX_REDIRECTS} times.")

    def _check(self, address: str) -> httpx.URL:
        url = _parse(address)
        host, port = _host(url), _port(url)
        if url.userinfo:
            raise Unreachable(f"The address at {host} holds a user name; it must not.")
        if port not in PORTS.values() and not self.allows(host, port):
            raise Unreachable(f"Port {port} of {host} may not be asked: only 80 and 443.")
        return url.copy_with(fragment=None)

    def allows(self, host: str, port: int) -> bool:
        """Return whether `allow` names this host: with the port, or for the usual ports without."""
        name = _name(host)
        return f"{name}:{port}" in self.allow or (name in self.allow and port in PORTS.values())

    def _body(self, response: httpcore.Response, headers: httpx.Headers, host: str) -> bytes:
        if headers.get("Content-Encoding", "identity").lower() not in ("identity", ""):
            raise Unreachable(f"{host} sends a compressed answer, which nobody asked for.")
        body = bytearray()
        for chunk in response.iter_stream():
            body += chunk
            if len(body) > self.max_bytes:
                raise Unreachable(f"{host} sends more than {self.max_bytes // 1_000_000} MB.")
        return bytes(body)

    def seconds_left(self) -> float:
        """Return the seconds until the deadline. Raises httpcore.ReadTimeout after it."""
        seconds = self.started + self.seconds - time.monotonic()
        if seconds <= 0:
            raise httpcore.ReadTimeout
        return seconds

    def addresses(self, host: str, port: int) -> list[str]:
        """Return the numeric addresses of a host that may be called. Raises Unreachable."""
        resolved: list[str] = []
        # The resolver has a time limit of its own, which may be longer than ours.
        resolver = Thread(target=_resolve_into, args=(host, port, resolved), daemon=True)
        resolver.start()
        resolver.join(self.seconds_left())
        addresses = list(resolved)
        if not addresses:
            raise Unreachable(f"There is no address for {host}.")
        allowed = addresses if self.allows(host, port) else list(filter(is_public, addresses))
        if not allowed:
            position = "" if addresses[0] == host else f", at {addresses[0]},"
            raise Unreachable(f"{host}{position} is not on the public internet.")
        return allowed


def _parse(address: str) -> httpx.URL:
    try:
        url = httpx.URL(address)
    except (httpx.InvalidURL, ValueError, TypeError) as error:
        raise Unreachable(f"“{_printable(address)}” is not an address.") from error
    if url.scheme not in PORTS or not url.host:
        raise Unreachable(f"“{_printable(address)}” is not a whole http or https address.")
    return url


def _host(url: httpx.URL) -> str:
    return url.raw_host.decode("ascii")  # the form of DNS and of `allow`


def _name(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _port(url: httpx.URL) -> int:
    return PORTS[url.scheme] if url.port is None else url.port


def _resolve_into(host: str, port: int, resolved: list[str]) -> None:
    try:
        resolved += resolve(host, port)
    except (OSError, UnicodeError):
        return


def _printable(address: str) -> str:
    return "".join(character if character.isprintable() else " " for character in address[:80])


def _error_message(host: str, error: Exception, seconds: float) -> str:
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


# -- connections --------------------------------------------------------------------------------------------


def _send(pool: httpcore.ConnectionPool, request: httpx.Request) -> AbstractContextManager[httpcore.Response]:
    url = request.url
    target = httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path)
    return pool.stream(request.method, target, headers=[*request.headers.raw], content=request.read() or None)


class _Network(httpcore.NetworkBackend):
    """Resolves a host name once, and connects to a checked address."""

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
        """Return a connection; each of several addresses gets its share of the remaining time."""
        addresses = self._call.addresses(host, port)
        for number, address in enumerate(addresses, 1):
            share = self._call.seconds_left() / (len(addresses) - number + 1)
            try:
                return _Stream(self._inner.connect_tcp(address, port, share, local_address, socket_options), self._call)
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                if number == len(addresses):
                    raise
        raise Unreachable(f"There is no address for {host}.")


class _Stream(httpcore.NetworkStream):
    """A connection whose reads and writes end with the deadline of the whole call."""

    def __init__(self, inner: httpcore.NetworkStream, call: _Call) -> None:
        self._inner, self._call = inner, call

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._inner.read(max_bytes, self._call.seconds_left())

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, self._call.seconds_left())

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        return _Stream(self._inner.start_tls(ssl_context, server_hostname, self._call.seconds_left()), self._call)

    def close(self) -> None:
        self._inner.close()

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)
