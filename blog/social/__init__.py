"""Let's Get Social: share links and follow links, and everything that other sites show of a shared link."""

from flask import Flask

from blog.core.doctor.findings import Check
from blog.models.outbox import CARD, WEBSUB
from blog.social import doctor, mastodon, oembed, share_preview, websub, well_known
from blog.social.blueprint import bp
from blog.social.cards import jobs, views
from blog.social.template_globals import GLOBALS

__all__ = ["init_app", "mastodon", "views", "well_known"]


def init_app(app: Flask) -> None:
    """Add the social pages, template globals, doctor checks and outbox handlers to an app."""
    app.register_blueprint(bp)
    for function in (*GLOBALS, oembed.oembed_address):
        app.add_template_global(function)
    app.add_template_global(share_preview.editor_preview, "looks_of")
    app.extensions["checks"]["The cards"] = Check(doctor.check_cards)
    app.extensions["fixes"]["Cards"] = doctor.request_missing
    app.extensions["outbox_handlers"] = {WEBSUB: websub.HANDLER, CARD: jobs.HANDLER}
