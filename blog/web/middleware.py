"""The layers in front of Flask, through which every request comes. The outermost is the last one here."""

from typing import TYPE_CHECKING

from flask import Flask

from blog.config import Settings
from blog.core.db.watcher import Watcher
from blog.web import security
from blog.web.access_log import AccessLog, TokenFilter
from blog.web.page_cache import PageCache
from blog.web.static_files import StaticFiles
from blog.web.theme.owner_files import Theme

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment


def init_app(app: Flask, settings: Settings, theme: Theme) -> None:
    """Put the layers in front of an app that is otherwise complete."""
    pages = PageCache(
        app.wsgi_app,
        SiteVersion(Watcher(settings.database_file), theme),
        limit=settings.page_cache_mb * 2**20 // settings.workers,
        session_cookie=app.config["SESSION_COOKIE_NAME"],
        answers_to=security.host_check(settings),
    )
    app.extensions["page_cache"] = pages
    assets = app.extensions["static_files"] = StaticFiles(pages, settings, theme)

    def ready(environ: "WSGIEnvironment", start: "StartResponse") -> list[bytes] | None:
        """The answer from memory, if it lies there; None, with nothing begun, if it does not."""
        answer = assets.ready(environ, start)
        return pages.ready(environ, start) if answer is None else answer

    app.extensions["ready"] = ready
    app.logger.addFilter(TokenFilter())
    layered = security.trust_proxies(assets, settings)
    app.wsgi_app = AccessLog(layered) if settings.access_log else layered  # type: ignore[method-assign, assignment]


class SiteVersion:
    """Watches a database, and the owner's own looks."""

    def __init__(self, watcher: Watcher, theme: Theme) -> None:
        self.watcher = watcher
        self.theme = theme

    def version(self) -> int | None:
        """A number that stays the same as long as no reader could see anything change: both of these only grow."""
        looks, words = self.theme.version(), self.watcher.version()
        return None if words is None else looks + words

    def close(self) -> None:
        """Let go of the database."""
        self.watcher.close()


def memory_path_allowed(settings: Settings) -> bool:
    """Whether `ready` may answer past the other layers: where they would do nothing."""
    return not settings.trusted_proxies and not settings.access_log
