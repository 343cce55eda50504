"""The public pages: home, articles, pages, tags, archive, search."""

from flask import Flask

from blog.reader import search  # noqa: F401 (it registers its views on the blueprint)
from blog.reader.views import ADDRESS_CHECKS, bp, health


def init_app(app: Flask) -> None:
    app.register_blueprint(bp)
    app.register_blueprint(health)
    app.extensions["address_checks"] |= ADDRESS_CHECKS
