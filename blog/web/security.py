"""Security headers on every response, and the check of the Host header."""

import re
from collections.abc import Callable, Iterable
from functools import lru_cache, partial
from urllib.parse import urlsplit
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from flask import Flask, Response, abort, g, request
from werkzeug.http import parse_list_header
from werkzeug.middleware.proxy_fix import ProxyFix

from blog.config import Settings
from blog.web import sessions
from blog.web.sessions import ADMIN_PATH

# No inline scripts or styles, and no nonces: a cached page could not have them.
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
# Pages for signed-in people, or for those who know a secret URL.
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
    """Set limits for forms, refuse foreign hosts, and add the headers to every response."""
    app.config["MAX_CONTENT_LENGTH"] = 64 * 1024
    app.config["MAX_FORM_MEMORY_SIZE"] = 64 * 1024
    app.config["MAX_FORM_PARTS"] = 100
    sessions.init_app(app, settings)
    app.wsgi_app = _replace_invalid_hosts(app.wsgi_app)  # type: ignore[method-assign, assignment]
    app.after_request(partial(_add_headers, common=dict(headers(settings))))
    is_own_host = host_check(settings)

    # Not Flask's TRUSTED_HOSTS: it accepts no IPv6 address, and fails before an error page can be rendered.
    @app.before_request
    def refuse_other_hosts() -> None:
        if not is_own_host(request.host):
            abort(400)


def _add_headers(response: Response, common: dict[str, str]) -> Response:
    private = next((headers for path, headers in PRIVATE_HEADERS.items() if request.path.startswith(path)), {})
    for name, value in (common | private).items():
        response.headers.setdefault(name, value)
    foreign = "site_context" in g and g.site_context.site.foreign_media
    admin = request.path.startswith(ADMIN_PATH)
    if foreign or admin:
        response.headers["Content-Security-Policy"] = content_policy(foreign_media=foreign, admin=admin)
    if private:
        response.headers["Cache-Control"] = "no-store"
    return response


def headers(settings: Settings) -> list[tuple[str, str]]:
    hsts = [("Strict-Transport-Security", HSTS)] if settings.https else []
    return [*HEADERS.items(), ("Content-Security-Policy", content_policy()), *hsts]


def trust_proxies(wsgi: WSGIApplication, settings: Settings) -> WSGIApplication:
    """Trust the X-Forwarded- headers of as many proxies as the settings say."""
    hops = settings.trusted_proxies
    return ProxyFix(wsgi, x_for=hops, x_proto=hops, x_host=hops) if hops else wsgi


@lru_cache(maxsize=64)
def forwarded_host(value: str | None, hops: int) -> str | None:
    """Return the host in an X-Forwarded-Host header that the outermost of `hops` proxies set, as ProxyFix does."""
    hosts = parse_list_header(value) if value else []
    return hosts[-hops] if len(hosts) >= hops else None


def content_policy(*, foreign_media: bool = False, admin: bool = False) -> str:
    """Return the Content-Security-Policy of a page; `foreign_media` allows images and videos from https sites.

    On admin pages, scripts may turn text into HTML by our one Trusted Types policy only: see static/js/page.js.
    """
    extra = {"img-src", "media-src"} if foreign_media else set()
    rules = [f"{name} {value}{' https:' if name in extra else ''}" for name, value in POLICY.items()]
    return "; ".join([*rules, "trusted-types broadsheet", "require-trusted-types-for 'script'"] if admin else rules)


def _replace_invalid_hosts(wsgi: WSGIApplication) -> WSGIApplication:
    """Replace a Host header that cannot be a name: Flask would fail on it before it can render an error page."""

    def application(environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        if not HOST.fullmatch(environ.get("HTTP_HOST") or "x"):
            environ["HTTP_HOST"] = "invalid"
        return wsgi(environ, start)

    return application


def host_check(settings: Settings) -> Callable[[str], bool]:
    """Return a function that says whether a Host header names this site, or this machine.

    Any host is accepted while the site is served to a whole network and no site URL is set: nothing in a response
    depends on the Host header.
    """
    everywhere = settings.host in ("0.0.0.0", "::")  # noqa: S104
    if everywhere and settings.sources.get("site_url") == "default":
        return lambda _host: True
    site_host = urlsplit(settings.site_url).hostname or ""
    names = {site_host, "localhost", "127.0.0.1", "::1", settings.host.strip("[]").lower()}

    @lru_cache(maxsize=64)
    def is_known(host: str) -> bool:
        return HOST.fullmatch(host) is not None and _name(host) in names

    return lambda host: len(host) <= MAX_HOST_LENGTH and is_known(host)


def _name(host: str) -> str:
    """Return the name in a Host header in lower case, without port, brackets and final dot."""
    return (urlsplit(f"//{host}").hostname or "").rstrip(".")
