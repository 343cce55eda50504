"""The editor: one form whose buttons save, publish, schedule, unpublish and delete. No text is ever lost."""

from collections.abc import Callable

from flask import current_app, flash, make_response, redirect, request, url_for
from flask.typing import ResponseReturnValue

from blog.admin import form_recovery, forms, responses
from blog.admin.blueprint import bp, current_person
from blog.admin.form_recovery import FormFields
from blog.admin.forms import Form
from blog.core.editor import drafts, lint, preview, publish, revisions, working_copy
from blog.core.editor.drafts import Submission
from blog.core.editor.revisions import PostText, Saver
from blog.core.editor.working_copy import EditorPost
from blog.core.errors import BlogError, Conflict, EditConflict, Invalid, InvalidFields, NotFound, Unavailable
from blog.core.text import diff
from blog.core.text.diff import Hunk
from blog.web.errors import RETRY_SECONDS

PAGE = "admin/post.html"
GONE = "This post is no more. What you wrote is below, and not saved yet: Save makes a new post of it."
NEW_ACTIONS = ("save", "publish", "schedule")


@bp.route("/posts/new/", methods=["GET", "POST"])
def new_post() -> ResponseReturnValue:
    if request.method == "GET":
        return _page(forms.empty_form())
    submission, errors = forms.parse(request.form, None)
    action = request.form.get("action", "save")
    action = action if action in NEW_ACTIONS else "save"
    try:
        if errors:
            raise InvalidFields(errors)
        post_id = drafts.create(submission, _saver(), guid=forms.parse_guid(request.form), action=action)
    except BlogError as error:
        return form_with_error(error, None)
    flash(_notice(post_id, action))
    return redirect(url_for("admin.post", post_id=post_id), 303)


@bp.route("/posts/<number:post_id>/", methods=["GET", "POST"])
def post(post_id: int) -> ResponseReturnValue:
    """Show a post as it was saved last; a POST does what the pressed button says."""
    if request.method == "GET":
        post = working_copy.load(post_id)
        return _page(forms.form_of_post(post), post)
    try:
        post = working_copy.load(post_id)
    except NotFound:
        return _page(forms.submitted_form(request.form), sentence=GONE, status=404)
    submission, errors = forms.parse(request.form, post)
    action = request.form.get("action", "save")
    try:
        if errors and action not in FORM_UNUSED:
            raise InvalidFields(errors)
        ACTIONS.get(action, drafts.save)(post, submission, _saver())
    except BlogError as error:
        return form_with_error(error, post)
    flash(_notice(post_id, action))
    return redirect(url_for("admin.post", post_id=post_id), 303)


def _undelete(post: EditorPost, _submission: Submission, _by: Saver) -> None:
    publish.undelete(post.id)


def _link(post: EditorPost, submission: Submission, by: Saver) -> None:
    drafts.save(post, submission, by)
    preview.link_token(post.id)


def _unlink(post: EditorPost, submission: Submission, by: Saver) -> None:
    preview.revoke_link(post.id)
    drafts.save(post, submission, by)


ACTIONS: dict[str, Callable[[EditorPost, Submission, Saver], None]] = {
    "save": drafts.save,
    "publish": drafts.publish,
    "schedule": drafts.schedule,
    "unpublish": drafts.unpublish,
    "delete": drafts.delete,
    "undelete": _undelete,
    "discard": drafts.discard,
    "link": _link,
    "unlink": _unlink,
}
FORM_UNUSED = ("delete", "undelete", "discard")  # these save nothing of the form


def _saver() -> Saver:
    return Saver(current_person().id)


def _notice(post_id: int, action: str) -> str:
    sentences = {
        "delete": "Deleted. Nothing is lost: Undelete brings all of it back.",
        "undelete": "Back again.",
        "unpublish": "A draft again: readers find it no more.",
        "discard": "Your changes are discarded; they stay among the revisions.",
        "link": "Saved. Whoever has the secret link can read this now.",
        "unlink": "Saved. The secret link leads nowhere any more.",
        "publish": "Published.",
        "schedule": "Scheduled.",
    }
    if action in sentences:
        return sentences[action]
    if working_copy.has_copy(post_id):
        return "Saved. Readers see nothing of these changes until you publish them."
    return "Saved."


# -- the page -----------------------------------------------------------------------------------------------


def _page(
    form: Form,
    post: EditorPost | None = None,
    *,
    sentence: str = "",
    status: int = 200,
    changes: list[tuple[str, list[Hunk]]] | None = None,
) -> ResponseReturnValue:
    remarks, foreign = _remarks(post) if post and status == 200 else ([], [])
    entries = revisions.count(post.id) if post else 0
    return responses.page(
        PAGE, status, form=form, post=post, sentence=sentence, errors=form.errors, changes=changes, remarks=remarks,
        foreign=foreign, entries=entries,
    )  # fmt: skip


def _remarks(post: EditorPost) -> tuple[list[str], list[str]]:
    """Return the warnings about the text that was saved last, and the remote pictures that could be copied here."""
    try:
        article, text = preview.preview_article(post.fields, post)
    except Invalid as error:
        return [str(error)], []
    return lint.warnings(article, text, current_app.config["SITE_URL"]), text.foreign_images


def form_with_error(error: BlogError, post: EditorPost | None) -> ResponseReturnValue:
    """Show the form again, with every word and the error. Raise an error again that no form can show."""
    fields = request.form
    if isinstance(error, InvalidFields):
        return _page(forms.submitted_form(fields, error.errors), post, status=422)
    if isinstance(error, EditConflict):
        return _conflict_page(error, fields)
    if isinstance(error, Conflict):
        return _page(forms.submitted_form(fields), post, sentence=str(error), status=409)
    if not isinstance(error, Unavailable):
        raise error
    message = f"Nothing was saved. {error} What you wrote is still here."
    response = make_response(_page(forms.submitted_form(fields), post, sentence=message, status=503))
    response.headers["Retry-After"] = str(RETRY_SECONDS)
    return response


def _conflict_page(error: EditConflict, fields: FormFields) -> ResponseReturnValue:
    stored = working_copy.load(error.post_id)
    submission, _errors = forms.parse(fields, stored)
    form = forms.submitted_form(fields, version=stored.version)
    sent = submission.fields
    text = PostText(sent.title or "", sent.summary or "", (sent.body or "").replace("\r\n", "\n"))
    return _page(form, stored, sentence=str(error), status=409, changes=diff.compare_posts(stored.text, text))


@form_recovery.form_view("admin.new_post")
def _new_form_again(fields: FormFields, sentence: str) -> ResponseReturnValue:
    return _page(forms.submitted_form(fields), sentence=sentence)


@form_recovery.form_view("admin.post")
def _form_again(fields: FormFields, sentence: str, post_id: int) -> ResponseReturnValue:
    try:
        return _page(forms.submitted_form(fields), working_copy.load(post_id), sentence=sentence)
    except NotFound:
        return _page(forms.submitted_form(fields), sentence=GONE)


@bp.post("/posts/<number:post_id>/undeletion/")
def undeletion(post_id: int) -> ResponseReturnValue:
    try:
        publish.undelete(post_id)
    except Conflict as error:  # another window was quicker
        return responses.redirect_to("admin.desk", str(error), show="deleted")
    return responses.redirect_to("admin.desk", "Back again.", show="deleted")
