"""Tags: list, rename, merge and remove them."""

from typing import Any

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from blog.admin import form_recovery, responses
from blog.admin.blueprint import bp
from blog.admin.form_recovery import FormFields
from blog.core.editor import tags as editor_tags
from blog.core.editor.tags import NameTaken
from blog.core.errors import Invalid
from blog.core.text.amounts import count_of

PAGE = "admin/tag.html"
# Names of other tags to complete the field for merging with.
MAX_SUGGESTIONS = 1000


@bp.get("/tags/")
def tags() -> ResponseReturnValue:
    """List all tags, with the number of their posts."""
    return responses.page("admin/tags.html", tags=editor_tags.all_tags())


@bp.get("/tags/names/")
def tag_names() -> ResponseReturnValue:
    """Return names that begin with `q`, to complete the tag field of the editor."""
    return responses.json_response({"tags": editor_tags.suggest(request.args.get("q", ""))})


@bp.route("/tags/<number:tag_id>/", methods=["GET", "POST"])
def tag(tag_id: int) -> ResponseReturnValue:
    return _change(tag_id) if request.method == "POST" else _form(MultiDict(), "", tag_id)


@bp.route("/tags/<number:tag_id>/removal/", methods=["GET", "POST"])
def tag_removal(tag_id: int) -> ResponseReturnValue:
    """Ask once more (GET), then remove a tag from all posts (POST)."""
    if request.method == "GET":
        return responses.page("admin/tag-removal.html", tag=editor_tags.tag(tag_id))
    return responses.redirect_to("admin.tags", f"The tag “{editor_tags.remove(tag_id)}” is deleted.")


def _change(tag_id: int) -> ResponseReturnValue:
    action = {"rename": _rename, "merge": _merge}.get(request.form.get("action", ""))
    if action is None:
        return redirect(url_for("admin.tag", tag_id=tag_id), 303)
    try:
        return action(tag_id)
    except NameTaken as error:
        return _form(request.form, "", tag_id, 422, errors={"name": str(error)}, other=editor_tags.tag(error.other))
    except Invalid as error:
        field = "name" if error.field == "tags" else error.field
        return _form(request.form, "", tag_id, 422, errors={field: str(error)})


def _rename(tag_id: int) -> ResponseReturnValue:
    editor_tags.rename(tag_id, request.form.get("name", ""), request.form.get("slug", ""))
    return responses.redirect_to("admin.tags", f"The tag is called “{editor_tags.tag(tag_id).name}” now.")


def _merge(tag_id: int) -> ResponseReturnValue:
    old, other = editor_tags.tag(tag_id), editor_tags.id_of_name(request.form.get("into", ""))
    posts, name = editor_tags.merge(tag_id, other), editor_tags.tag(other).name
    count = count_of(posts, "post that carried it carries", "posts that carried it carry")
    return responses.redirect_to("admin.tags", f"“{old.name}” is merged: {count} “{name}” now.")


@form_recovery.form_view("admin.tag")
def _form(fields: FormFields, sentence: str, tag_id: int, status: int = 200, **variables: Any) -> ResponseReturnValue:
    tag = editor_tags.tag(tag_id)
    defaults = {"name": tag.name, "slug": tag.slug, "into": ""}
    values = {name: fields.get(name, default) for name, default in defaults.items()}
    others = [other.name for other in editor_tags.all_tags() if other.id != tag_id][:MAX_SUGGESTIONS]
    return responses.page(PAGE, status, sentence=sentence, tag=tag, fields=values, others=others, **variables)
