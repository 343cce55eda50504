"""The share preview of the editor: how a link to the post will look in each network. Nothing is saved."""

from flask import request
from flask.typing import ResponseReturnValue

from blog.admin import form_recovery, responses
from blog.admin.blueprint import bp, current_person
from blog.admin.editor.preview import submitted_fields
from blog.admin.form_recovery import FormFields
from blog.core.editor import preview
from blog.web.errors import wants_json


@bp.post("/posts/looks/")
def looks() -> ResponseReturnValue:
    """Show the preview: part of a page for scripts, else a whole page."""
    return _share_preview(request.form, "")


@form_recovery.form_view("admin.looks")
def _share_preview(fields: FormFields, sentence: str) -> ResponseReturnValue:
    article, _text = preview.preview_article(*submitted_fields(fields), author_id=current_person().id)
    template = "admin/looks-part.html" if wants_json() else "admin/looks.html"
    page = responses.page(template, post=article, sentence=sentence)
    return responses.json_response({"html": page.get_data(as_text=True).strip()}) if wants_json() else page
