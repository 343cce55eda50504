"""The media library: list and upload pictures; each picture with its alt text, files and the posts that use it."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from flask import flash, make_response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import FileStorage

from blog.admin import form_recovery, forms, responses
from blog.admin.blueprint import bp
from blog.admin.form_recovery import FormFields
from blog.core.errors import BlogError, Conflict, Invalid, Unavailable
from blog.core.media import library, usage
from blog.core.site.settings import configure
from blog.models import Media
from blog.web import errors, templating
from blog.web.errors import RETRY_SECONDS

LIBRARY, PICTURE = "admin/media.html", "admin/picture.html"
NO_PICTURE = "Choose a picture first."


@bp.route("/media/", methods=["GET", "POST"])
def media() -> ResponseReturnValue:
    """List the pictures by pages; a POST uploads more."""
    return _upload() if request.method == "POST" else _library()


@bp.route("/media/<number:picture_id>/", methods=["GET", "POST"])
def picture(picture_id: int) -> ResponseReturnValue:
    """Show one picture; a POST does what the pressed button says."""
    if request.method == "GET":
        return _picture(picture_id)
    try:
        return ACTIONS.get(request.form.get("action", "save"), _describe)(picture_id)
    except Invalid as error:
        return _picture_error(picture_id, error, 422, errors={"alt": str(error)})
    except Conflict as error:
        return _picture_error(picture_id, error, 409, sentence=str(error))


def picture_data(row: Media) -> dict[str, Any]:
    image_file = library.image_file(row)
    return {
        "id": row.id, "address": url_for("admin.picture", picture_id=row.id), "path": image_file.address,
        "small": image_file.small, "width": row.width, "height": row.height, "alt": row.alt, "name": row.filename,
    }  # fmt: skip


# -- the library --------------------------------------------------------------------------------------------


def _library(status: int = 200, **variables: Any) -> ResponseReturnValue:
    show, words = request.args.get("show", ""), request.args.get("q", "").strip()
    number = forms.parse_number(request.args.get("page", "1"))
    image_page = library.list_images(show, words, number)
    if errors.wants_json():
        next_address = _address(show, words, image_page.pager.older) if image_page.pager.older else None
        pictures = [picture_data(item.row) for item in image_page.pictures]
        return responses.json_response({"pictures": pictures, "next": next_address})
    return responses.page(
        LIBRARY, status, show=show, words=words, image_page=image_page, counts=library.list_counts(),
        address=_address, **variables,
    )  # fmt: skip


def _address(show: str = "", words: str = "", number: int = 1) -> str:
    query: dict[str, Any] = {"show": show, "q": words, "page": number if number > 1 else ""}
    return url_for("admin.media", **{name: value for name, value in query.items() if value})


def _upload() -> ResponseReturnValue:
    stored, messages, status = _store([file for file in request.files.getlist("file") if file.filename])
    if messages or not stored:
        for row in stored:
            flash(f"“{row.filename}” is kept.")
        return upload_failed(messages or [NO_PICTURE], status)
    if errors.wants_json():
        return responses.json_response({"picture": picture_data(stored[0])}, 201)
    if len(stored) == 1:
        return responses.redirect_to("admin.media", f"“{stored[0].filename}” is kept.")
    return responses.redirect_to("admin.media", f"{len(stored)} pictures are kept.")


def _store(files: Sequence[FileStorage]) -> tuple[list[Media], list[str], int]:
    """Store files. Return their rows, messages about the others, and the status. Stop at a full disk."""
    stored, messages, status = list[Media](), list[str](), 422
    alt = request.form.get("alt", "") if len(files) == 1 else ""
    for file in files:
        try:
            stored.append(library.add(file.stream.read(), _folder(), file.filename or "", alt))
        except Invalid as error:
            messages.append(str(error))
        except Unavailable as error:
            return stored, [*messages, str(error)], errors.status_of(error)
    return stored, messages, status


def upload_failed(messages: Sequence[str], status: int) -> ResponseReturnValue:
    """Say why pictures could not be stored: as JSON for scripts, else above the library."""
    if errors.wants_json():
        response = responses.json_response({"error": " ".join(messages)}, status)
    else:
        alt = request.form.get("alt", "")
        response = make_response(_library(status, errors={"file": messages[0]}, refusals=messages, alt=alt))
    if status == 503:
        response.headers["Retry-After"] = str(RETRY_SECONDS)
    return response


# -- one picture --------------------------------------------------------------------------------------------


def _describe(picture_id: int) -> ResponseReturnValue:
    return _done(library.describe(picture_id, request.form.get("alt", "")), "Saved.")


def _delete(picture_id: int) -> ResponseReturnValue:
    row = library.delete(picture_id, _folder())
    return _done(row, "Deleted. Undelete brings it back, for 30 days.")


def _undelete(picture_id: int) -> ResponseReturnValue:
    return _done(library.undelete(picture_id, _folder()), "Back again.")


def _use_as_logo(picture_id: int) -> ResponseReturnValue:
    row = library.get_image(picture_id)
    configure("logo", library.image_file(row).address)
    return _done(row, "It is the blog’s logo now.")


ACTIONS = {"save": _describe, "delete": _delete, "undelete": _undelete, "logo": _use_as_logo}


def _done(row: Media, sentence: str) -> ResponseReturnValue:
    if errors.wants_json():
        return responses.json_response({"picture": picture_data(row)})
    flash(sentence)
    return redirect(url_for("admin.picture", picture_id=row.id), 303)


def _picture_error(picture_id: int, error: BlogError, status: int, **variables: Any) -> ResponseReturnValue:
    if errors.wants_json():
        return responses.json_response({"error": str(error)}, status)
    return _picture(picture_id, status, alt=request.form.get("alt"), **variables)


def _picture(picture_id: int, status: int = 200, *, alt: str | None = None, **variables: Any) -> ResponseReturnValue:
    row = library.get_image(picture_id)
    if errors.wants_json() and status == 200:
        return responses.json_response({"picture": picture_data(row)})
    return responses.page(
        PICTURE, status, row=row, image_file=library.image_file(row), alt=row.alt if alt is None else alt,
        uses=usage.posts_using(library.hash_prefix(row)), is_logo=library.is_logo(row),
        file_sizes=library.file_sizes(row, _folder()), **variables,
    )  # fmt: skip


@form_recovery.form_view("admin.picture")
def _picture_again(fields: FormFields, sentence: str, picture_id: int) -> ResponseReturnValue:
    return _picture(picture_id, alt=fields.get("alt"), sentence=sentence)


@form_recovery.form_view("admin.media")
def _library_again(fields: FormFields, sentence: str) -> ResponseReturnValue:
    return _library(sentence=sentence, alt=fields.get("alt", ""))


def _folder() -> Path:
    return templating.machine_settings().media
