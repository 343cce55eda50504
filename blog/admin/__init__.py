"""The pages under /admin/: sign-in, and everything that authors do."""

from flask import Flask

from blog.admin import dashboard, doctor, redirects, settings, style, tags
from blog.admin.accounts import account, people, setup, sign_in
from blog.admin.blueprint import bp, edit_address, keep_private
from blog.admin.csrf import csrf_token
from blog.admin.editor import autosave, posts, preview, revisions
from blog.admin.media import library, remote_images
from blog.core.editor.preview import post_with_token

__all__ = [
    "account", "autosave", "dashboard", "doctor", "init_app", "library", "people", "posts", "preview", "redirects",
    "remote_images", "revisions", "settings", "setup", "sign_in", "style", "tags",
]  # fmt: skip


def init_app(app: Flask) -> None:
    """Register the pages under /admin/ and the template globals that link to them."""
    app.config["WTF_CSRF_TIME_LIMIT"] = None  # a token is valid as long as its session
    app.register_blueprint(bp)
    app.register_blueprint(preview.secret_links)
    app.extensions["address_checks"]["preview.by_link"] = post_with_token
    app.add_template_global(csrf_token)
    app.add_template_global(edit_address)
    app.add_template_global(preview.preview_address, "preview_address")
    app.after_request(keep_private)
