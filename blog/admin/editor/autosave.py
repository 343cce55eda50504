"""Autosave, and Ctrl+S, of the editor. Readers see none of it, and an invalid field does not delay the others."""

from flask import Response, request, url_for
from flask.typing import ResponseReturnValue

from blog import clock
from blog.admin import forms, responses
from blog.admin.blueprint import bp, current_person
from blog.core.editor import working_copy
from blog.core.editor.autosave import AutosaveResult, save
from blog.core.editor.revisions import Saver
from blog.core.errors import Conflict, EditConflict, InvalidFields, NotFound, messages_by_field
from blog.web import templating

GONE = "This post is no more. Your words stay in this page: copy them, or save them as a new post."


@bp.post("/posts/autosave/")
def autosave() -> ResponseReturnValue:
    """Save the form. The field `auto` says that the author pressed nothing."""
    fields = request.form
    post_id = forms.parse_number(fields.get("post", "")) or None
    by = Saver(current_person().id, auto=bool(fields.get("auto")))
    try:
        post = working_copy.load(post_id) if post_id else None
        submission, errors = forms.parse(fields, post)
        result = save(post, submission, by, guid=forms.parse_guid(fields), wrong=errors)
    except NotFound:
        return responses.json_response({"error": GONE}, 404)
    except InvalidFields as error:
        messages = messages_by_field(reversed(error.errors))
        return responses.json_response({"errors": messages, "error": str(error.errors[0])}, 422)
    except Conflict as error:
        return _conflict(error, post_id)
    return _saved(result)


def _saved(result: AutosaveResult) -> Response:
    post = result.post
    values = {
        "post": post.id,
        "version": post.version,
        "address": url_for("admin.post", post_id=post.id),
        "slug": post.fields.slug or "",
        "saved": f"{clock.now().astimezone(templating.zone()):%H:%M}",
        "status": post.status,
        "copied": post.copied,
    }
    errors = messages_by_field(reversed(result.left_out))
    return responses.json_response(values | ({"errors": errors} if errors else {}))


def _conflict(error: Conflict, post_id: int | None) -> Response:
    """Tell the script where the other text is; this one is saved beside it."""
    other = error.post_id if isinstance(error, EditConflict) else post_id
    address = url_for("admin.post", post_id=other) if other else url_for("admin.desk")
    return responses.json_response({"error": str(error), "address": address}, 409)
