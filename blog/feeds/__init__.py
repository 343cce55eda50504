"""Feeds (RSS, Atom, JSON Feed) and the sitemap."""

from flask import Flask

from blog.core.doctor.findings import Check
from blog.feeds import aliases, doctor, robots, sitemap, subscribe, views
from blog.feeds.blueprint import bp

__all__ = ["aliases", "init_app", "robots", "sitemap", "subscribe", "views"]


def init_app(app: Flask) -> None:
    """Register the feeds and the check of `doctor`."""
    app.url_map.converters["alias"] = aliases.AliasConverter
    app.register_blueprint(bp)
    app.register_blueprint(robots.bp)
    app.extensions["checks"]["The feeds"] = Check(doctor.examine)
