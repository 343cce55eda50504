"""Let's Get Social: share links and follow links, and everything that other sites show of a shared link."""

from flask import Flask

from blog.core.doctor.findings import Check
from blog.models.outbox import CARD, WEBSUB
from blog.social import doctor, mastodon, oembed, share_preview, websub, well_known
from blog.social.blueprint import bp
from blog.social.cards import jobs, views

__all__ = ["init_app", "mastodon", "oembed", "share_preview", "views", "well_known"]


def init_app(app: Flask) -> None:
    """Add the social pages with their template globals, doctor checks and outbox handlers to an app."""
    app.register_blueprint(bp)
    app.extensions["checks"]["The cards"] = Check(doctor.check_cards)
    app.extensions["fixes"]["Cards"] = doctor.request_missing
    app.extensions["outbox_handlers"] = {WEBSUB: websub.HANDLER, CARD: jobs.HANDLER}
