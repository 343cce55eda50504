"""Tags: rename one, let another take its place, take it away."""

from typing import Any

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from blog.admin import form_recovery, responses
from blog.admin.blueprint import bp
from blog.admin.form_recovery import FormFields
from blog.core.editor import tags as carried
from blog.core.editor.tags import NameTaken
from blog.core.errors import Invalid

PAGE = "admin/tag.html"
# Names that the field of the other tag completes.
MAX_SUGGESTIONS = 1000


@bp.get("/tags/")
def tags() -> ResponseReturnValue:
    """All tags, and how many posts carry each."""
    return responses.page("admin/tags.html", tags=carried.all_tags())


@bp.get("/tags/names/")
def tag_names() -> ResponseReturnValue:
    """Names that complete what somebody began to type, for the field of the tags."""
    return responses.json_response({"tags": carried.suggest(request.args.get("q", ""))})


@bp.route("/tags/<number:tag_id>/", methods=["GET", "POST"])
def tag(tag_id: int) -> ResponseReturnValue:
    """One tag: its name and address, and what may be done with it."""
    return _change(tag_id) if request.method == "POST" else _shown(MultiDict(), "", tag_id)


@bp.route("/tags/<number:tag_id>/removal/", methods=["GET", "POST"])
def tag_removal(tag_id: int) -> ResponseReturnValue:
    """Ask once more, then take a tag away from all posts."""
    if request.method == "GET":
        return responses.page("admin/tag-removal.html", tag=carried.tag(tag_id))
    return responses.redirect_with_notice("admin.tags", f"The tag “{carried.remove(tag_id)}” is deleted.")


def _change(tag_id: int) -> ResponseReturnValue:
    """Do what the button that was pressed says."""
    action = {"rename": _rename, "merge": _merge}.get(request.form.get("action", ""))
    if action is None:
        return redirect(url_for("admin.tag", tag_id=tag_id), 303)
    try:
        return action(tag_id)
    except NameTaken as error:
        return _refused(tag_id, "name", str(error), other=carried.tag(error.other))
    except Invalid as error:
        return _refused(tag_id, "name" if error.field == "tags" else error.field, str(error))


def _rename(tag_id: int) -> ResponseReturnValue:
    carried.rename(tag_id, request.form.get("name", ""), request.form.get("slug", ""))
    return responses.redirect_with_notice("admin.tags", f"The tag is called “{carried.tag(tag_id).name}” now.")


def _merge(tag_id: int) -> ResponseReturnValue:
    old, other = carried.tag(tag_id), carried.id_of_name(request.form.get("into", ""))
    posts, name = carried.merge(tag_id, other), carried.tag(other).name
    counted = f"{posts:,} {'post that carried it carries' if posts == 1 else 'posts that carried it carry'}"
    return responses.redirect_with_notice("admin.tags", f"“{old.name}” is merged: {counted} “{name}” now.")


def _refused(tag_id: int, field: str, message: str, **more: Any) -> ResponseReturnValue:
    return responses.form_with_errors(PAGE, {field: message}, **_facts(request.form, tag_id), **more)


def _shown(fields: FormFields, sentence: str, tag_id: int) -> ResponseReturnValue:
    return responses.page(PAGE, sentence=sentence, **_facts(fields, tag_id))


def _facts(fields: FormFields, tag_id: int) -> dict[str, Any]:
    here = carried.tag(tag_id)
    typed = {"name": here.name, "slug": here.slug, "into": ""}
    return {
        "tag": here,
        "fields": {name: fields.get(name, text) for name, text in typed.items()},
        "others": [other.name for other in carried.all_tags() if other.id != tag_id][:MAX_SUGGESTIONS],
    }


form_recovery.FORM_VIEWS["admin.tag"] = _shown
