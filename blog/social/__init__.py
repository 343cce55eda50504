"""Let's Get Social: links that share and follow, and what a shared link looks like elsewhere."""

from flask import Flask

from blog.models.outbox import WEBSUB
from blog.social import websub
from blog.social.links import GLOBALS
from blog.social.views import bp


def init_app(app: Flask) -> None:
    """Add the social pages and template globals to an app, and who carries its errands."""
    app.register_blueprint(bp)
    for function in GLOBALS:
        app.add_template_global(function)
    app.extensions["carriers"] = {WEBSUB: websub.CARRIER}
