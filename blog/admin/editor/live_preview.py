"""The live preview of the editor: the article as readers will see it. Nothing is saved."""

from collections.abc import Callable
from typing import Any, cast

from flask import current_app, request
from flask.typing import ResponseReturnValue

from blog.admin import responses
from blog.admin.blueprint import bp, current_person
from blog.admin.editor.preview import submitted_fields
from blog.core.editor import drafts, lint, preview
from blog.core.posts.article import Article
from blog.web import localize, templating
from blog.web.theme.template_loader import FallbackTemplate


@bp.post("/posts/preview/live/")
def live_preview() -> ResponseReturnValue:
    """Return the article as readers will see it, with warnings, counts and the slug for its author."""
    fields, post = submitted_fields(request.form)
    article, text = preview.preview_article(fields, post, author_id=current_person().id)
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
