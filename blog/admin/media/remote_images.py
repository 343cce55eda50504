"""Pictures on other sites: copied here one by one for scripts, or all of a text's by a button of its form."""

from dataclasses import replace

from flask import current_app, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from blog.admin import forms, responses
from blog.admin.blueprint import bp, current_person
from blog.admin.editor import posts
from blog.admin.media import library
from blog.config import Settings
from blog.core.editor import drafts, working_copy
from blog.core.editor.drafts import Submission
from blog.core.editor.revisions import Saver
from blog.core.editor.working_copy import EditorPost
from blog.core.errors import BlogError, Invalid, InvalidFields, Unavailable
from blog.core.media import remote
from blog.core.media.remote import ImageFetcher
from blog.web import errors


@bp.post("/media/copies/")
def copies() -> ResponseReturnValue:
    """Copy a picture here."""
    try:
        row = _fetcher().copy(request.form.get("address", "").strip())
    except (Invalid, Unavailable) as error:
        return library.upload_failed([str(error)], library.error_status(error))
    if errors.wants_json():
        return responses.json_response({"picture": library.picture_data(row)}, 201)
    return responses.redirect_with_notice("admin.picture", "Copied here.", picture_id=row.id)


@bp.post("/posts/new/copies/")
def new_post_copies() -> ResponseReturnValue:
    """Begin a post with what was written, its pictures copied here."""
    return _copied(None)


@bp.post("/posts/<number:post_id>/copies/")
def post_copies(post_id: int) -> ResponseReturnValue:
    """Save what was written, its pictures copied here."""
    return _copied(working_copy.load(post_id))


def _copied(known: EditorPost | None) -> ResponseReturnValue:
    sent, wrong = forms.parse(request.form, known)
    try:
        if wrong:
            raise InvalidFields(wrong)
        outcome = remote.copy_images((sent.fields.body or "").replace("\r\n", "\n"), _fetcher())
        number = _saved(known, replace(sent, fields=replace(sent.fields, body=outcome.body)))
    except BlogError as error:
        return posts.form_with_error(error, known)
    for sentence in remote.messages(outcome):
        flash(sentence)
    return redirect(url_for("admin.post", post_id=number), 303)


def _saved(known: EditorPost | None, sent: Submission) -> int:
    by = Saver(current_person().id)
    if known is None:
        return drafts.create(sent, by, guid=forms.parse_guid(request.form))
    drafts.save(known.id, sent, by)
    return known.id


def _fetcher() -> ImageFetcher:
    settings: Settings = current_app.extensions["settings"]
    return ImageFetcher(settings.media, settings.site_url, settings.outbound_allow)
