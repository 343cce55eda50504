"""Broadsheet: a small blog you own."""

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask

    from blog.config import Settings

__version__ = "0.1.0"


def create_app(settings: "Settings | None" = None, *, instance: Path | str | None = None) -> "Flask":
    """Return the application, with all packages registered.

    Without `settings`, read them from the environment and the instance folder. This does not create the database:
    `blog.core.backup.upgrade.prepare_database` does, once, before the first app serves.
    """
    from flask import Flask

    from blog import admin, config, feeds, paths, reader, social
    from blog.extensions import init_database
    from blog.web import errors, middleware, pagination, request_body, responses, security, static_files, templating
    from blog.web.theme import template_loader
    from blog.web.theme.owner_files import Theme

    settings = settings or config.load(instance)
    file = settings.database_file
    if file.exists() and file.stat().st_size:
        settings = config.with_secret(settings)
    app = Flask(
        "blog", static_folder=None, template_folder=str(paths.templates()), instance_path=str(settings.instance)
    )
    app.config["SECRET_KEY"] = settings.secret_key
    app.extensions["settings"] = settings
    _init_doctor(app, settings)
    theme = app.extensions["theme"] = Theme(settings.instance)
    init_database(app, settings.database_file)
    request_body.init_app(app)
    responses.init_app(app)
    security.init_app(app, settings)
    pagination.init_app(app)
    templating.init_app(app, settings, theme)
    static_files.init_app(app)
    errors.init_app(app)
    for package in (reader, feeds, social, admin):
        package.init_app(app)
    template_loader.init_app(app, theme)
    middleware.init_app(app, settings, theme)
    return app


def _init_doctor(app: "Flask", settings: "Settings") -> None:
    """Start the lists of checks and fixes for `doctor`; other packages add theirs."""
    from blog.core.doctor import links
    from blog.core.doctor.findings import Check
    from blog.web.theme import check

    app.extensions["checks"] = {
        "The links": Check(lambda thorough: links.examine(settings.site_url, thorough=thorough)),
        "The looks": Check(lambda _thorough: check.examine(settings, create_app), needs_database=False),
    }
    app.extensions["fixes"] = {}
