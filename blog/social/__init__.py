"""Let's Get Social: links that share and follow, and what a shared link looks like elsewhere."""

from flask import Flask

from blog.core.doctor.findings import Check
from blog.models.outbox import CARD, WEBSUB
from blog.social import doctor, mastodon, share_preview, websub, well_known
from blog.social.blueprint import bp
from blog.social.cards import jobs
from blog.social.template_globals import GLOBALS

__all__ = ["init_app", "mastodon", "well_known"]


def init_app(app: Flask) -> None:
    """Add the social pages and template globals to an app, and who carries its errands."""
    app.register_blueprint(bp)
    for function in (*GLOBALS, well_known.oembed_address, share_preview.looks_of):
        app.add_template_global(function)
    app.extensions["checks"]["The cards"] = Check(doctor.check_cards)
    app.extensions["fixes"]["Cards"] = doctor.request_missing
    app.extensions["outbox_handlers"] = {WEBSUB: websub.HANDLER, CARD: jobs.HANDLER}
