"""Check that a form came from this site: by its token, and by the origin that the browser names.

Flask-WTF is imported when the first form is made: no reader waits for it, and many commands never need it.
"""

from urllib.parse import urlsplit

from flask import current_app, g, request

FIELD = "csrf_token"
HEADER = "X-CSRFToken"
FOREIGN_SITES = {"cross-site", "same-site"}


def csrf_token() -> str:
    from flask_wtf.csrf import generate_csrf

    return str(generate_csrf())


def reset() -> None:
    """Make a new token when one is next needed, because the session has changed."""
    g.pop(FIELD, None)


def is_valid() -> bool:
    """Return whether the request carries the token of its session, as a field or (for scripts) as a header."""
    from flask_wtf.csrf import validate_csrf

    try:
        validate_csrf(request.form.get(FIELD) or request.headers.get(HEADER))
    except ValueError:
        return False
    return True


def is_from_this_site() -> bool:
    """Return False if the browser names another site as the sender. Programs name none: only the token counts then."""
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
