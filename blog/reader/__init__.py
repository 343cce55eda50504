"""What anyone may read: home, articles, pages, tags, archive, search."""

from flask import Flask

from blog.reader import search  # noqa: F401 (it adds its pages to the others)
from blog.reader.views import bp


def init_app(app: Flask) -> None:
    """Add the reader's pages to an app."""
    app.register_blueprint(bp)
