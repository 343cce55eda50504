"""Let's Get Social: links that share and follow, and what a shared link looks like elsewhere."""

from flask import Flask

from blog.social.links import GLOBALS
from blog.social.views import bp


def init_app(app: Flask) -> None:
    """Add the social pages and template globals to an app."""
    app.register_blueprint(bp)
    for function in GLOBALS:
        app.add_template_global(function)
