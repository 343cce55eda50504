"""Sessions of authors: a signed cookie that is set below /admin/ only.

Readers get no cookie. When a request for their pages carries one, the page may read it to show the link to the
editor, but never sets it. The cookie only names a session; the row in the database decides.
"""

from flask import Flask, Request, Response, request
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface, SessionMixin

from blog.config import Settings
from blog.core.accounts.sessions import LIFETIME

ADMIN_PATH = "/admin/"


def init_app(app: Flask, settings: Settings) -> None:
    """Set up the session cookie. On https its name binds it to this host (RFC 6265bis, `__Host-`)."""
    app.config["SESSION_COOKIE_NAME"] = "__Host-session" if settings.https else "session"
    app.config["SESSION_COOKIE_SECURE"] = settings.https
    app.config["SESSION_COOKIE_SAMESITE"] = "Lax"
    app.config["PERMANENT_SESSION_LIFETIME"] = LIFETIME
    # A response that does not change the session sets no cookie, so a late one cannot bring an older cookie back.
    app.config["SESSION_REFRESH_EACH_REQUEST"] = False
    app.session_interface = AuthorSessions()


class AuthorSessions(SecureCookieSessionInterface):
    """Flask's own sessions, but readers' pages never set them."""

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        """Return the session; None for a reader's page without the cookie."""
        if request.path.startswith(ADMIN_PATH) or self.get_cookie_name(app) in request.cookies:
            return super().open_session(app, request)
        return None

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Set the cookie if it changed and this is not a reader's page."""
        if request.path.startswith(ADMIN_PATH):
            super().save_session(app, session, response)
