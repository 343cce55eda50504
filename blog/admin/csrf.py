"""Whether a form that came was ours: a token in it, and where the browser says that it comes from.

Flask-WTF is imported when the first form is made: no reader waits for it, and many a command never needs it.
"""

from urllib.parse import urlsplit

from flask import current_app, g, request

FIELD = "csrf_token"
HEADER = "X-CSRFToken"
FOREIGN_SITES = {"cross-site", "same-site"}


def csrf_token() -> str:
    """The token that a form of this session carries."""
    from flask_wtf.csrf import generate_csrf

    return str(generate_csrf())


def reset() -> None:
    """Let the token of this request be made anew: its session has changed."""
    g.pop(FIELD, None)


def is_valid() -> bool:
    """Whether the request carries the token of its session, as a field or (for scripts) as a header."""
    from flask_wtf.csrf import validate_csrf

    try:
        validate_csrf(request.form.get(FIELD) or request.headers.get(HEADER))
    except ValueError:
        return False
    return True


def is_from_this_site() -> bool:
    """Whether the browser says that a page of this site sent the request. Programs say nothing: the token judges."""
    if request.headers.get("Sec-Fetch-Site") in FOREIGN_SITES:
        return False
    origin = request.headers.get("Origin")
    own = {request.host, urlsplit(current_app.config["SITE_URL"]).netloc}
    return origin is None or _host(origin) in own


def _host(origin: str) -> str:
    try:
        parts = urlsplit(origin)
    except ValueError:
        return ""
    return parts.netloc if parts.scheme in ("http", "https") else ""
