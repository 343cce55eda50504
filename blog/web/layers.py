"""The layers in front of Flask, through which every request comes. The outermost is the last one here."""

from flask import Flask

from blog.config import Settings
from blog.core.watching import Watcher
from blog.web import security
from blog.web.accesslog import AccessLog
from blog.web.assets import Assets
from blog.web.pagecache import PageCache


def init_app(app: Flask, settings: Settings) -> None:
    """Put the layers in front of an app that is otherwise complete."""
    pages = PageCache(
        app.wsgi_app,
        Watcher(settings.database_file),
        limit=settings.page_cache_mb * 2**20 // settings.workers,
        session_cookie=app.config["SESSION_COOKIE_NAME"],
        answers_to=security.hosts(settings),
    )
    app.extensions["pagecache"] = pages
    layered = security.behind_proxies(Assets(pages, settings), settings)
    app.wsgi_app = AccessLog(layered) if settings.access_log else layered  # type: ignore[method-assign, assignment]
