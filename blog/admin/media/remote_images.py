"""Copy pictures from other sites: one at a time for scripts, or all of a text by a button of the editor."""

from dataclasses import replace

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from blog.admin import forms, responses
from blog.admin.blueprint import bp, current_person
from blog.admin.editor import posts
from blog.admin.media import library
from blog.core.editor import drafts, working_copy
from blog.core.editor.drafts import Submission
from blog.core.editor.revisions import Saver
from blog.core.editor.working_copy import EditorPost
from blog.core.errors import BlogError, Invalid, InvalidFields, Unavailable
from blog.core.media import remote
from blog.core.media.remote import ImageFetcher
from blog.web import errors, templating


@bp.post("/media/copies/")
def copies() -> ResponseReturnValue:
    try:
        row = _fetcher().copy(request.form.get("address", "").strip())
    except (Invalid, Unavailable) as error:
        return library.upload_failed([str(error)], errors.status_of(error))
    if errors.wants_json():
        return responses.json_response({"picture": library.picture_data(row)}, 201)
    return responses.redirect_to("admin.picture", "Copied here.", picture_id=row.id)


@bp.post("/posts/new/copies/", endpoint="new_post_copies")
@bp.post("/posts/<number:post_id>/copies/")
def post_copies(post_id: int | None = None) -> ResponseReturnValue:
    """Save the form, as a new post if it has none yet, and copy its pictures."""
    post = None if post_id is None else working_copy.load(post_id)
    submission, errors = forms.parse(request.form, post)
    try:
        if errors:
            raise InvalidFields(errors)
        result = remote.copy_images((submission.fields.body or "").replace("\r\n", "\n"), _fetcher())
        post_id = _save(post, replace(submission, fields=replace(submission.fields, body=result.body)))
    except BlogError as error:
        return posts.form_with_error(error, post)
    for message in remote.messages(result):
        flash(message)
    return redirect(url_for("admin.post", post_id=post_id), 303)


def _save(post: EditorPost | None, submission: Submission) -> int:
    by = Saver(current_person().id)
    if post is None:
        return drafts.create(submission, by, guid=forms.parse_guid(request.form))
    drafts.save(post, submission, by)
    return post.id


def _fetcher() -> ImageFetcher:
    settings = templating.machine_settings()
    return ImageFetcher(settings.media, settings.site_url, settings.outbound_allow)
