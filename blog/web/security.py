"""Headers that protect readers, on every answer; and which host names are answered."""

import re
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from flask import Flask, Response, abort, g, request
from werkzeug.middleware.proxy_fix import ProxyFix

from blog.config import Settings
from blog.web import sessions
from blog.web.sessions import ADMIN_PATH

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

# No inline script or style, and no nonces, which no cache could keep.
POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "media-src": "'self'",
    "font-src": "'self'",
    "connect-src": "'self'",
    "manifest-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
}
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=(), browsing-topics=()",
}
# What only signed-in people, or who was given a secret address, should see.
NO_INDEX = {"X-Robots-Tag": "noindex, nofollow"}
PRIVATE_HEADERS = {
    ADMIN_PATH: {**NO_INDEX, "Referrer-Policy": "same-origin"},
    "/preview/": {**NO_INDEX, "Referrer-Policy": "no-referrer"},
}
MAX_HOST_LENGTH = 270
HSTS = "max-age=31536000"
LABEL = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
HOST = re.compile(rf"(?=.{{1,260}}$)(?:{LABEL}(?:\.{LABEL})*\.?|\[[0-9a-f:.]+\])(?::[0-9]{{1,5}})?", re.IGNORECASE)


def init_app(app: Flask, settings: Settings) -> None:
    """Guard every answer of an app."""
    app.config["MAX_CONTENT_LENGTH"] = 64 * 1024
    app.config["MAX_FORM_MEMORY_SIZE"] = 64 * 1024
    app.config["MAX_FORM_PARTS"] = 100
    sessions.init_app(app, settings)
    app.wsgi_app = _plain_hosts(app.wsgi_app)  # type: ignore[method-assign, assignment]
    always = dict(headers(settings))
    known = host_check(settings)

    # Not Flask's TRUSTED_HOSTS: it knows no IPv6 address, and fails before an error page can be made.
    @app.before_request
    def refuse_other_hosts() -> None:
        if not known(request.host):
            abort(400)

    @app.after_request
    def guard(response: Response) -> Response:
        return _guard(response, always)


def _guard(response: Response, always: dict[str, str]) -> Response:
    """The answer with the headers that belong to it."""
    private = next((own for path, own in PRIVATE_HEADERS.items() if request.path.startswith(path)), {})
    for name, value in (always | private).items():
        response.headers.setdefault(name, value)
    foreign = "site_context" in g and g.site_context.site.foreign_media
    admin = request.path.startswith(ADMIN_PATH)
    if foreign or admin:
        response.headers["Content-Security-Policy"] = content_policy(foreign_media=foreign, admin=admin)
    if private:
        response.headers["Cache-Control"] = "no-store"
    return response


def headers(settings: Settings) -> list[tuple[str, str]]:
    """The headers of every answer."""
    strict = [("Strict-Transport-Security", HSTS)] if settings.https else []
    return [*HEADERS.items(), ("Content-Security-Policy", content_policy()), *strict]


def trust_proxies(wsgi: "WSGIApplication", settings: Settings) -> "WSGIApplication":
    """Believe the X-Forwarded- headers of as many proxies as the settings trust."""
    hops = settings.trusted_proxies
    return ProxyFix(wsgi, x_for=hops, x_proto=hops, x_host=hops) if hops else wsgi


def content_policy(*, foreign_media: bool = False, admin: bool = False) -> str:
    """The Content-Security-Policy of a page; `foreign_media` lets pictures and films come from https sites.

    Where authors write, scripts may not turn text into markup but by the one policy of ours: see static/js/page.js.
    """
    extra = {"img-src", "media-src"} if foreign_media else set()
    rules = [f"{name} {value}{' https:' if name in extra else ''}" for name, value in POLICY.items()]
    return "; ".join([*rules, "trusted-types broadsheet", "require-trusted-types-for 'script'"] if admin else rules)


def _plain_hosts(wsgi: "WSGIApplication") -> "WSGIApplication":
    """Lets no Host header through that cannot be a name: Flask would fail on it before an error page can be made."""

    def checked(environ: "WSGIEnvironment", start: "StartResponse") -> Iterable[bytes]:
        if not HOST.fullmatch(environ.get("HTTP_HOST") or "x"):
            environ["HTTP_HOST"] = "invalid"
        return wsgi(environ, start)

    return checked


def host_check(settings: Settings) -> Callable[[str], bool]:
    """Says of a Host header whether this site answers to it: to its own name, and to this machine's.

    To all, while it is served to a whole network and no address of its own is set: nothing in an answer
    depends on the name that was asked for.
    """
    everywhere = settings.host in ("0.0.0.0", "::")  # noqa: S104
    if everywhere and settings.sources.get("site_url") == "default":
        return lambda _host: True
    own = urlsplit(settings.site_url).hostname or ""
    names = {own, "localhost", "127.0.0.1", "::1", settings.host.strip("[]").lower()}

    @lru_cache(maxsize=64)
    def known(host: str) -> bool:
        return HOST.fullmatch(host) is not None and _name(host) in names

    return lambda host: len(host) <= MAX_HOST_LENGTH and known(host)


def _name(host: str) -> str:
    """The name in a Host header: without port and brackets, in small letters, without the root's dot."""
    return (urlsplit(f"//{host}").hostname or "").rstrip(".")
