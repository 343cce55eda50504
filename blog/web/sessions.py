"""Sessions of authors: a signed cookie, looked for and set below /admin/ only.

Readers have none. A request for their pages that carries the cookie may look into it, for the link to the editor, and
nothing is ever set there. The cookie only names a session; the row in the database is what counts.
"""

from flask import Flask, Request, Response, request
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface, SessionMixin

from blog.config import Settings
from blog.core.accounts.sessions import LIFETIME

ADMIN_PATH = "/admin/"


def init_app(app: Flask, settings: Settings) -> None:
    """Give an app its sessions. On https the cookie's name binds it to this host (RFC 6265bis, `__Host-`)."""
    app.config["SESSION_COOKIE_NAME"] = "__Host-session" if settings.https else "session"
    app.config["SESSION_COOKIE_SECURE"] = settings.https
    app.config["SESSION_COOKIE_SAMESITE"] = "Lax"
    app.config["PERMANENT_SESSION_LIFETIME"] = LIFETIME
    # An answer that changes nothing sets nothing: one that comes late cannot bring an older cookie back.
    app.config["SESSION_REFRESH_EACH_REQUEST"] = False
    app.session_interface = AuthorSessions()


class AuthorSessions(SecureCookieSessionInterface):
    """Flask's own sessions, kept out of readers' pages."""

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        """What the cookie says; nothing for readers."""
        if request.path.startswith(ADMIN_PATH) or self.get_cookie_name(app) in request.cookies:
            return super().open_session(app, request)
        return None

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Set the cookie, if it changed and this is no reader's page."""
        if request.path.startswith(ADMIN_PATH):
            super().save_session(app, session, response)
