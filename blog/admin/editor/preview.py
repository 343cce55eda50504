"""Preview a post as readers and networks will see it: from the editor's form, and by its secret link.

Nothing is saved.
"""

from collections.abc import Callable
from typing import Any, cast

from flask import Blueprint, Response, current_app, request, url_for
from flask.typing import ResponseReturnValue

from blog.admin import form_recovery, forms, responses
from blog.admin.blueprint import bp, current_person
from blog.admin.form_recovery import FormFields
from blog.core.editor import drafts, lint, working_copy
from blog.core.editor import preview as editor_preview
from blog.core.editor.fields import Fields
from blog.core.editor.working_copy import EditorPost
from blog.core.errors import NotFound
from blog.core.posts.article import Article, MorePosts
from blog.core.posts.summaries import RECENT_POSTS, recent
from blog.web import localize, templating
from blog.web.errors import wants_json
from blog.web.theme.template_loader import FallbackTemplate

secret_links = Blueprint("preview", __name__)


@bp.post("/posts/preview/")
def preview() -> ResponseReturnValue:
    """Show the text of the form as readers will see it; save nothing."""
    return _form_preview(request.form, "")


@form_recovery.form_view("admin.preview")
def _form_preview(fields: FormFields, _sentence: str) -> ResponseReturnValue:
    return _page(*_submitted_fields(fields), remarks=True)


def _submitted_fields(fields: FormFields) -> tuple[Fields, EditorPost | None]:
    """Return what the form says, valid or not, and its post if there is one yet."""
    try:
        post = working_copy.load(forms.parse_number(fields.get("post", "")))
    except NotFound:
        post = None
    return forms.parse(fields, post)[0].fields, post


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


# -- parts of the editor's page ----------------------------------------------------------------------------


@bp.post("/posts/preview/live/")
def live_preview() -> ResponseReturnValue:
    """Return the article as readers will see it, with warnings, counts and the slug for its author."""
    fields, post = _submitted_fields(request.form)
    article, text = editor_preview.preview_article(fields, post, author_id=current_person().id)
    language = article.language or templating.site().language
    return responses.json_response(
        {
            "html": _article_html(article, language),
            "language": language,
            "direction": localize.direction(language),
            "lines": text.lines,
            "words": article.words,
            "minutes": article.minutes,
            "remarks": lint.warnings(article, text, current_app.config["SITE_URL"]),
            "foreign": text.foreign_images,
            "slug": drafts.slug_if_saved(post, fields),
        }
    )


def _article_html(article: Article, language: str) -> str:
    """Render the article's element with the template of its public page, without the link to its editor."""
    environment = current_app.jinja_env
    template = environment.get_template(f"reader/{'article' if article.kind == 'post' else 'page'}.html")
    author_path = cast("Callable[[Article], str]", environment.globals["author_path"])
    variables: dict[str, Any] = {
        "post": article,
        "language": language,
        "author": author_path(article),
        "contents": article.contents_list,
        "edit_address": lambda _post: "",
    }
    current_app.update_template_context(variables)
    return cast("FallbackTemplate", template).render_block("article", variables).strip()


@bp.post("/posts/looks/")
def looks() -> ResponseReturnValue:
    """Show the preview: part of a page for scripts, else a whole page."""
    return _share_preview(request.form, "")


@form_recovery.form_view("admin.looks")
def _share_preview(fields: FormFields, sentence: str) -> ResponseReturnValue:
    article, _text = editor_preview.preview_article(*_submitted_fields(fields), author_id=current_person().id)
    template = "admin/looks-part.html" if wants_json() else "admin/looks.html"
    page = responses.page(template, post=article, sentence=sentence)
    return responses.json_response({"html": page.get_data(as_text=True).strip()}) if wants_json() else page


@bp.post("/posts/markdown/")
def markdown() -> ResponseReturnValue:
    from blog.core.markdown import paste  # its parser takes a tenth of a second to import

    return responses.json_response({"markdown": paste.html_to_markdown(request.form.get("html", ""))})
