"""Feeds worth subscribing to, and the sitemap."""

from flask import Flask

from blog.feeds.views import bp


def init_app(app: Flask) -> None:
    """Add the feeds to an app."""
    app.register_blueprint(bp)
