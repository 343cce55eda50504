"""The room of authors: signing in, and what may be done then."""

from flask import Flask

from blog.admin import (
    account,
    autosaving,
    copies,
    desk,
    doctor,
    history,
    live,
    media,
    people,
    posts,
    previewing,
    redirects,
    settings,
    setup,
    signing,
    style,
    tags,
)
from blog.admin.blueprint import bp, edit_address, keep_private
from blog.admin.csrf import csrf_token

__all__ = [
    "account", "autosaving", "copies", "desk", "doctor", "history", "init_app", "live", "media", "people", "posts",
    "previewing", "redirects", "settings", "setup", "signing", "style", "tags",
]  # fmt: skip


def init_app(app: Flask) -> None:
    """Add the authors' pages to an app, and the way from a post to where it is written."""
    app.config["WTF_CSRF_TIME_LIMIT"] = None  # a token is good as long as its session
    app.register_blueprint(bp)
    app.register_blueprint(previewing.secret)
    app.add_template_global(csrf_token)
    app.add_template_global(edit_address)
    app.add_template_global(previewing.address, "preview_address")
    app.after_request(keep_private)
