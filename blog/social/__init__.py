"""Let's Get Social: links that share and follow, and what a shared link looks like elsewhere."""

from flask import Flask

from blog.core.doctor.findings import Check
from blog.models.outbox import CARD, WEBSUB
from blog.social import drawing, elsewhere, health, looking, views, websub
from blog.social.blueprint import bp
from blog.social.links import GLOBALS

__all__ = ["elsewhere", "init_app", "views"]


def init_app(app: Flask) -> None:
    """Add the social pages and template globals to an app, and who carries its errands."""
    app.register_blueprint(bp)
    for function in (*GLOBALS, elsewhere.oembed_address, looking.looks_of):
        app.add_template_global(function)
    app.extensions["checks"]["The cards"] = Check(health.examine)
    app.extensions["menders"]["Cards"] = health.mend
    app.extensions["carriers"] = {WEBSUB: websub.CARRIER, CARD: drawing.CARRIER}
