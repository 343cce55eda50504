"""Writing: one form, whose buttons save, publish, schedule, take back and take away. No word is ever lost."""

from collections.abc import Callable
from dataclasses import dataclass

from flask import current_app, flash, make_response, redirect, request, url_for
from flask.typing import ResponseReturnValue

from blog.admin import form_recovery, forms, responses
from blog.admin.blueprint import bp, current_person
from blog.admin.form_recovery import FormFields as Typed
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


@dataclass(frozen=True)
class ConflictDetails:
    """Two texts that were saved at once: what is stored, and how what was sent differs from it."""

    stored: EditorPost
    changes: list[tuple[str, list[Hunk]]]


@bp.route("/posts/new/", methods=["GET", "POST"])
def new_post() -> ResponseReturnValue:
    """A post that is to be."""
    if request.method == "GET":
        return _shown(forms.empty_form())
    sent, wrong = forms.parse(request.form, None)
    action = request.form.get("action", "save")
    action = action if action in NEW_ACTIONS else "save"
    try:
        if wrong:
            raise InvalidFields(wrong)
        made = drafts.create(sent, _by(), guid=forms.parse_guid(request.form), action=action)
    except BlogError as error:
        return form_with_error(error, None)
    flash(_done(working_copy.load(made), action))
    return redirect(url_for("admin.post", post_id=made), 303)


@bp.route("/posts/<number:post_id>/", methods=["GET", "POST"])
def post(post_id: int) -> ResponseReturnValue:
    """A post as it was saved last, and what its author does with it."""
    if request.method == "GET":
        known = working_copy.load(post_id)
        return _shown(forms.form_of_post(known), known)
    try:
        known = working_copy.load(post_id)
    except NotFound:
        return _shown(forms.submitted_form(request.form), sentence=GONE, status=404)
    sent, wrong = forms.parse(request.form, known)
    action = request.form.get("action", "save")
    try:
        if wrong and action not in FORM_UNUSED:
            raise InvalidFields(wrong)
        ACTIONS.get(action, drafts.save)(post_id, sent, _by())
    except BlogError as error:
        return form_with_error(error, known)
    flash(_done(working_copy.load(post_id), action))
    return redirect(url_for("admin.post", post_id=post_id), 303)


def _undelete(post_id: int, _sent: Submission, _by: Saver) -> None:
    publish.undelete(post_id)


def _link(post_id: int, sent: Submission, by: Saver) -> None:
    drafts.save(post_id, sent, by)
    preview.link_token(post_id)


def _unlink(post_id: int, sent: Submission, by: Saver) -> None:
    preview.revoke_link(post_id)
    drafts.save(post_id, sent, by)


ACTIONS: dict[str, Callable[[int, Submission, Saver], None]] = {
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
FORM_UNUSED = ("delete", "undelete", "discard")  # these store nothing of the form in the post


def _by() -> Saver:
    return Saver(current_person().id)


def _done(known: EditorPost, action: str) -> str:
    """What is now so, in one sentence."""
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
    kept = "Saved. Readers see nothing of these changes until you publish them." if known.copied else "Saved."
    return sentences.get(action, kept)


# -- the page -----------------------------------------------------------------------------------------------


def _shown(
    form: Form,
    known: EditorPost | None = None,
    *,
    sentence: str = "",
    status: int = 200,
    clash: ConflictDetails | None = None,
) -> ResponseReturnValue:
    remarks, foreign = _remarks(known) if known and status == 200 else ([], [])
    entries = revisions.count(known.id) if known else 0
    return responses.page(
        PAGE, status, form=form, post=known, sentence=sentence, errors=form.errors, clash=clash, remarks=remarks,
        foreign=foreign, entries=entries,
    )  # fmt: skip


def _remarks(known: EditorPost) -> tuple[list[str], list[str]]:
    """What may be mended in what was saved last, and which pictures of it could be copied here."""
    try:
        article, text = preview.preview_article(known.fields, known)
    except Invalid as error:
        return [str(error)], []
    return lint.warnings(article, text, current_app.config["SITE_URL"]), text.foreign


def form_with_error(error: BlogError, known: EditorPost | None) -> ResponseReturnValue:
    """The form again, with every word and what is wrong."""
    fields = request.form
    if isinstance(error, InvalidFields):
        return _shown(forms.submitted_form(fields, error.errors), known, status=422)
    if isinstance(error, EditConflict):
        return _overtaken(error, fields)
    if isinstance(error, Conflict):
        return _shown(forms.submitted_form(fields), known, sentence=str(error), status=409)
    if not isinstance(error, Unavailable):
        raise error
    said = f"Nothing was saved. {error} What you wrote is still here."
    response = make_response(_shown(forms.submitted_form(fields), known, sentence=said, status=503))
    response.headers["Retry-After"] = str(RETRY_SECONDS)
    return response


def _overtaken(error: EditConflict, fields: Typed) -> ResponseReturnValue:
    stored = working_copy.load(error.post_id)
    sent, _wrong = forms.parse(fields, stored)
    form = forms.submitted_form(fields, version=stored.version)
    clash = ConflictDetails(stored, diff.compare_posts(stored.text, _words(sent)))
    return _shown(form, stored, sentence=str(error), status=409, clash=clash)


def _words(sent: Submission) -> PostText:
    given = sent.fields
    return PostText(given.title or "", given.summary or "", (given.body or "").replace("\r\n", "\n"))


def _new_again(fields: Typed, sentence: str) -> ResponseReturnValue:
    return _shown(forms.submitted_form(fields), sentence=sentence)


def _again(fields: Typed, sentence: str, post_id: int) -> ResponseReturnValue:
    try:
        return _shown(forms.submitted_form(fields), working_copy.load(post_id), sentence=sentence)
    except NotFound:
        return _shown(forms.submitted_form(fields), sentence=GONE)


form_recovery.FORM_VIEWS |= {"admin.new_post": _new_again, "admin.post": _again}
