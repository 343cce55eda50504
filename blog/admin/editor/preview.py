"""See a post as readers will: while it is written, and by its secret link."""

from flask import Blueprint, Response, current_app, request, url_for
from flask.typing import ResponseReturnValue

from blog.admin import form_recovery, forms, responses
from blog.admin.blueprint import bp
from blog.admin.form_recovery import FormFields as Typed
from blog.core.editor import lint, working_copy
from blog.core.editor import preview as editor_preview
from blog.core.editor.fields import Fields
from blog.core.editor.working_copy import EditorPost
from blog.core.errors import NotFound
from blog.core.posts.article import Article, MorePosts
from blog.core.posts.summaries import recent
from blog.models.json_types import Heading

RECENT_POSTS = 3
CONTENTS_MIN_WORDS = 1500
secret = Blueprint("preview", __name__)


@bp.post("/posts/preview/")
def preview() -> ResponseReturnValue:
    """What is being written, as readers will find it. Nothing is saved."""
    return _of_form(request.form, "")


def _of_form(fields: Typed, _sentence: str) -> ResponseReturnValue:
    return _page(*submitted_fields(fields), remarks=True)


def submitted_fields(fields: Typed) -> tuple[Fields, EditorPost | None]:
    """What a form of a post says, good or not, and the post, if there is one yet."""
    known = _known(fields.get("post", ""))
    return forms.parse(fields, known)[0].fields, known


def _known(number: str) -> EditorPost | None:
    try:
        return working_copy.load(forms.parse_number(number))
    except NotFound:
        return None


@secret.get("/preview/<token>/")
def by_link(token: str) -> ResponseReturnValue:
    """What its author saved last, for whoever has the secret link."""
    known = editor_preview.post_with_token(token)
    return _page(known.fields, known, remarks=False)


def _page(fields: Fields, known: EditorPost | None, *, remarks: bool) -> Response:
    article, text = editor_preview.preview_article(fields, known)
    told = lint.warnings(article, text, current_app.config["SITE_URL"]) if remarks else []
    template = "admin/preview.html" if article.kind == "post" else "admin/preview-page.html"
    around = MorePosts(None, None, recent(RECENT_POSTS, exclude=article.id))
    response = responses.page(
        template, post=article, contents=contents_list(article), around=around, remarks=told, known=known
    )
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response


def contents_list(article: Article) -> list[Heading]:
    """The contents list that readers find above a long text."""
    return article.contents if article.words > CONTENTS_MIN_WORDS and len(article.contents) > 2 else []


def preview_address(known: EditorPost) -> str:
    """The path of a post's secret link; empty without one."""
    return url_for("preview.by_link", token=known.preview) if known.preview else ""


form_recovery.FORM_VIEWS["admin.preview"] = _of_form
