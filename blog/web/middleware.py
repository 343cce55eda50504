"""The WSGI middleware in front of Flask. Every request passes through it; the outermost is added last."""

from flask import Flask

from blog.config import Settings
from blog.core.db.watcher import Watcher
from blog.web import security
from blog.web.access_log import AccessLog, token_filter
from blog.web.page_cache import PageCache, SiteVersion
from blog.web.static_files import StaticFiles
from blog.web.theme.owner_files import Theme


def init_app(app: Flask, settings: Settings, theme: Theme) -> None:
    """Wrap an app that is otherwise complete."""
    pages = PageCache(
        app.wsgi_app,
        SiteVersion(Watcher(settings.database_file), theme),
        limit=settings.page_cache_mb * 2**20 // settings.workers,
        session_cookie=app.config["SESSION_COOKIE_NAME"],
        is_own_host=security.host_check(settings),
    )
    app.extensions["page_cache"] = pages
    files = app.extensions["static_files"] = StaticFiles(pages, settings, theme)
    app.logger.addFilter(token_filter)
    wrapped = security.trust_proxies(files, settings)
    app.wsgi_app = AccessLog(wrapped) if settings.access_log else wrapped  # type: ignore[method-assign, assignment]
