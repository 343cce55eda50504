"""Preview a post as readers will see it: from the editor's form, and by its secret link."""

from flask import Blueprint, Response, current_app, request, url_for
from flask.typing import ResponseReturnValue

from blog.admin import form_recovery, forms, responses
from blog.admin.blueprint import bp
from blog.admin.form_recovery import FormFields
from blog.core.editor import lint, working_copy
from blog.core.editor import preview as editor_preview
from blog.core.editor.fields import Fields
from blog.core.editor.working_copy import EditorPost
from blog.core.errors import NotFound
from blog.core.posts.article import MorePosts
from blog.core.posts.summaries import RECENT_POSTS, recent

secret_links = Blueprint("preview", __name__)


@bp.post("/posts/preview/")
def preview() -> ResponseReturnValue:
    """Show the text of the form as readers will see it; save nothing."""
    return _form_preview(request.form, "")


@form_recovery.form_view("admin.preview")
def _form_preview(fields: FormFields, _sentence: str) -> ResponseReturnValue:
    return _page(*submitted_fields(fields), remarks=True)


def submitted_fields(fields: FormFields) -> tuple[Fields, EditorPost | None]:
    """Return what the form says, valid or not, and its post if there is one yet."""
    post = _find_post(fields.get("post", ""))
    return forms.parse(fields, post)[0].fields, post


def _find_post(number: str) -> EditorPost | None:
    try:
        return working_copy.load(forms.parse_number(number))
    except NotFound:
        return None


@secret_links.get("/preview/<token>/")
def by_link(token: str) -> ResponseReturnValue:
    """Show what the author saved last to everybody who has the secret link."""
    post = editor_preview.post_with_token(token)
    return _page(post.fields, post, remarks=False)


def _page(fields: Fields, post: EditorPost | None, *, remarks: bool) -> Response:
    article, text = editor_preview.preview_article(fields, post)
    warnings = lint.warnings(article, text, current_app.config["SITE_URL"]) if remarks else []
    template = "admin/preview.html" if article.kind == "post" else "admin/preview-page.html"
    around = MorePosts(None, None, recent(RECENT_POSTS, exclude=article.id))
    response = responses.page(
        template, post=article, contents=article.contents_list, around=around, remarks=warnings, known=post
    )
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response


def preview_address(post: EditorPost) -> str:
    """Return the path of a post's secret link, or "" if it has none."""
    return url_for("preview.by_link", token=post.preview) if post.preview else ""
