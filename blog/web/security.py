"""Headers that protect readers, on every answer; and which host names are answered."""

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from flask import Flask, Response, abort, g, request
from werkzeug.middleware.proxy_fix import ProxyFix

from blog.config import Settings

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
HSTS = "max-age=31536000"
LABEL = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
HOST = re.compile(rf"(?=.{{1,260}}$)(?:{LABEL}(?:\.{LABEL})*\.?|\[[0-9a-f:.]+\])(?::[0-9]{{1,5}})?", re.IGNORECASE)


def init_app(app: Flask, settings: Settings) -> None:
    """Guard every answer of an app."""
    app.config["MAX_CONTENT_LENGTH"] = 64 * 1024
    app.config["MAX_FORM_MEMORY_SIZE"] = 64 * 1024
    app.config["MAX_FORM_PARTS"] = 100
    app.wsgi_app = _plain_hosts(app.wsgi_app)  # type: ignore[method-assign, assignment]
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]

    hosts = _hosts(settings)

    # Not Flask's TRUSTED_HOSTS: it knows no IPv6 address, and fails before an error page can be made.
    @app.before_request
    def refuse_other_hosts() -> None:
        if hosts is not None and _name(request.host) not in hosts:
            abort(400)

    @app.after_request
    def guard(response: Response) -> Response:
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        if "Content-Security-Policy" not in response.headers:
            shown = "edition" in g and g.edition.site.foreign_media
            response.headers["Content-Security-Policy"] = policy(foreign_media=shown)
        if settings.https:
            response.headers["Strict-Transport-Security"] = HSTS
        return response


def policy(*, foreign_media: bool = False) -> str:
    """The Content-Security-Policy of reader pages; `foreign_media` lets pictures and films come from https sites."""
    extra = {"img-src", "media-src"} if foreign_media else set()
    return "; ".join(f"{name} {value}{' https:' if name in extra else ''}" for name, value in POLICY.items())


def _plain_hosts(wsgi: "WSGIApplication") -> "WSGIApplication":
    """Lets no Host header through that cannot be a name: Flask would fail on it before an error page can be made."""

    def checked(environ: "WSGIEnvironment", start: "StartResponse") -> Iterable[bytes]:
        if not HOST.fullmatch(environ.get("HTTP_HOST") or "x"):
            environ["HTTP_HOST"] = "invalid"
        return wsgi(environ, start)

    return checked


def _hosts(settings: Settings) -> set[str] | None:
    """The names this site answers to: its own, and this machine's.

    None, for all, while it is served to a whole network and no address of its own is set: nothing in an answer
    depends on the name that was asked for.
    """
    everywhere = settings.host in ("0.0.0.0", "::")  # noqa: S104
    if everywhere and settings.sources.get("site_url") == "default":
        return None
    own = urlsplit(settings.site_url).hostname or ""
    return {own, "localhost", "127.0.0.1", "::1", settings.host.strip("[]").lower()}


def _name(host: str) -> str:
    """The name in a Host header: without port and brackets, in small letters, without the root's dot."""
    return (urlsplit(f"//{host}").hostname or "").rstrip(".")
