"""The author's pictures: a library to look through, and each picture with its words and the posts that show it."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from flask import current_app, flash, make_response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import FileStorage

from blog.admin import form_recovery, forms, responses
from blog.admin.blueprint import bp
from blog.admin.form_recovery import FormFields
from blog.config import Settings
from blog.core.errors import BlogError, Conflict, Invalid, Unavailable
from blog.core.media import library, usage
from blog.core.site.settings import configure
from blog.models import Media
from blog.web import errors
from blog.web.errors import RETRY_SECONDS

LIBRARY, PICTURE = "admin/media.html", "admin/picture.html"
NO_PICTURE = "Choose a picture first."


@bp.route("/media/", methods=["GET", "POST"])
def media() -> ResponseReturnValue:
    """All pictures, some at a time; more come in by the form above them."""
    return _upload() if request.method == "POST" else _library()


@bp.route("/media/<number:picture_id>/", methods=["GET", "POST"])
def picture(picture_id: int) -> ResponseReturnValue:
    """One picture: its files, its words, the posts that show it."""
    if request.method == "GET":
        return _picture(picture_id)
    try:
        return ACTIONS.get(request.form.get("action", "save"), _describe)(picture_id)
    except Invalid as error:
        return _wrong(picture_id, {"alt": str(error)}, str(error), 422)
    except Conflict as error:
        return _wrong(picture_id, {}, str(error), 409)


def picture_data(row: Media) -> dict[str, Any]:
    """What scripts are told of a picture."""
    plate = library.image_file(row)
    return {
        "id": row.id, "address": url_for("admin.picture", picture_id=row.id), "path": plate.address,
        "small": plate.small, "width": row.width, "height": row.height, "alt": row.alt, "name": row.filename,
    }  # fmt: skip


# -- the library --------------------------------------------------------------------------------------------


def _library(status: int = 200, **told: Any) -> ResponseReturnValue:
    show, words = request.args.get("show", ""), request.args.get("q", "").strip()
    number = forms.parse_number(request.args.get("page", "1"))
    found = library.list_images(show, words, number)
    if errors.wants_json():
        more = _address(show, words, number + 1) if number < found.pages else None
        return responses.json_response({"pictures": [picture_data(each.row) for each in found.pictures], "next": more})
    return responses.page(
        LIBRARY, status, show=show, words=words, found=found, counts=library.list_counts(), address=_address, **told
    )  # fmt: skip


def _address(show: str = "", words: str = "", number: int = 1) -> str:
    given: dict[str, Any] = {"show": show, "q": words, "page": number if number > 1 else ""}
    return url_for("admin.media", **{name: value for name, value in given.items() if value})


def _upload() -> ResponseReturnValue:
    stored, refused_ones, status = _stored([file for file in request.files.getlist("file") if file.filename])
    if refused_ones or not stored:
        for row in stored:
            flash(f"“{row.filename}” is kept.")
        return upload_failed(refused_ones or [NO_PICTURE], status)
    if errors.wants_json():
        return responses.json_response({"picture": picture_data(stored[0])}, 201)
    if len(stored) == 1:
        return responses.redirect_with_notice("admin.media", f"“{stored[0].filename}” is kept.")
    return responses.redirect_with_notice("admin.media", f"{len(stored)} pictures are kept.")


def _stored(files: Sequence[FileStorage]) -> tuple[list[Media], list[str], int]:
    """What was stored, why the rest was not, and the status that says so. After a full disk nothing more is tried."""
    stored, wrong, status = list[Media](), list[str](), 422
    alt = request.form.get("alt", "") if len(files) == 1 else ""
    for file in files:
        try:
            stored.append(library.add(file.stream.read(), _folder(), file.filename or "", alt))
        except Invalid as error:
            wrong.append(str(error))
        except Unavailable as error:
            return stored, [*wrong, str(error)], error_status(error)
    return stored, wrong, status


def upload_failed(sentences: Sequence[str], status: int) -> ResponseReturnValue:
    """What could not be stored, and why: for scripts, or above the library."""
    if errors.wants_json():
        response = responses.json_response({"error": " ".join(sentences)}, status)
    else:
        told = {"errors": {"file": sentences[0]}, "refusals": sentences, "alt": request.form.get("alt", "")}
        response = make_response(_library(status, **told))
    if status == 503:
        response.headers["Retry-After"] = str(RETRY_SECONDS)
    return response


def error_status(error: BlogError) -> int:
    """The status of a refusal."""
    return errors.STATUSES.get(type(error), 503)


# -- one picture --------------------------------------------------------------------------------------------


def _describe(picture_id: int) -> ResponseReturnValue:
    return _done(library.describe(picture_id, request.form.get("alt", "")), "Saved.")


def _delete(picture_id: int) -> ResponseReturnValue:
    row = library.delete(picture_id, _folder())
    return _done(row, "Deleted. Undelete brings it back, for 30 days.")


def _undelete(picture_id: int) -> ResponseReturnValue:
    return _done(library.undelete(picture_id, _folder()), "Back again.")


def _be_logo(picture_id: int) -> ResponseReturnValue:
    row = library.get_image(picture_id)
    configure("logo", library.image_file(row).address)
    return _done(row, "It is the blog’s logo now.")


ACTIONS = {"save": _describe, "delete": _delete, "undelete": _undelete, "logo": _be_logo}


def _done(row: Media, sentence: str) -> ResponseReturnValue:
    if errors.wants_json():
        return responses.json_response({"picture": picture_data(row)})
    flash(sentence)
    return redirect(url_for("admin.picture", picture_id=row.id), 303)


def _wrong(picture_id: int, wrong: dict[str, str], sentence: str, status: int) -> ResponseReturnValue:
    if errors.wants_json():
        return responses.json_response({"error": sentence}, status)
    told = "" if wrong else sentence
    return _picture(picture_id, status, alt=request.form.get("alt"), errors=wrong, sentence=told)


def _picture(picture_id: int, status: int = 200, *, alt: str | None = None, **told: Any) -> ResponseReturnValue:
    row = library.get_image(picture_id)
    if errors.wants_json() and status == 200:
        return responses.json_response({"picture": picture_data(row)})
    return responses.page(
        PICTURE, status, row=row, image_file=library.image_file(row), alt=row.alt if alt is None else alt,
        users=usage.posts_using(library.hash_prefix(row)), is_logo=library.is_logo(row),
        weights=library.file_sizes(row, _folder()), **told,
    )  # fmt: skip


def _again(fields: FormFields, sentence: str, picture_id: int) -> ResponseReturnValue:
    return _picture(picture_id, alt=fields.get("alt"), sentence=sentence)


def _library_again(fields: FormFields, sentence: str) -> ResponseReturnValue:
    return _library(sentence=sentence, alt=fields.get("alt", ""))


def _folder() -> Path:
    settings: Settings = current_app.extensions["settings"]
    return settings.media


form_recovery.FORM_VIEWS |= {"admin.media": _library_again, "admin.picture": _again}
