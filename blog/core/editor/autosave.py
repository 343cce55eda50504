"""Save a form while its author writes: values that cannot be stored are left out, and reported by field.

The form's buttons save all of it or nothing (`core.editor.drafts`). Autosave runs while the author still writes: a
half-typed slug must not prevent a paragraph from being saved.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import select

from blog.core.editor import drafts, working_copy
from blog.core.editor.drafts import Submission
from blog.core.editor.fields import Fields, validate_fields
from blog.core.editor.revisions import Saver
from blog.core.editor.working_copy import EditorPost
from blog.core.errors import Invalid, InvalidFields
from blog.core.text import validate
from blog.extensions import db
from blog.models import Post

UNTITLED = "Untitled"
NOTHING_TO_SAVE = "There is nothing to save yet."
DATE_FIELD = "published_at"
# If the text cannot be stored, nothing of the form is.
TEXT_FIELD = "body"


@dataclass(frozen=True)
class AutosaveResult:
    """The post after saving, and the errors of the fields that were left out."""

    post: EditorPost
    left_out: list[Invalid]


def save(
    post: EditorPost | None, submission: Submission, saver: Saver, *, guid: str = "", wrong: Sequence[Invalid] = ()
) -> AutosaveResult:
    """Save the submitted text, as `drafts.save` does. Without a post, create one. `wrong` are earlier errors.

    Raises EditConflict or NotFound, and InvalidFields only if the text itself cannot be stored.
    """
    if post is None:
        post = _post_with_guid(guid)
        # The form has no version. If nobody else saved the post that it created, that post is still at version 1.
        submission = replace(submission, version=1)
    submission, left_out = _storable(submission, wrong, post)
    if post is None and _is_empty(submission):
        raise InvalidFields([Invalid("title", NOTHING_TO_SAVE)])
    if post is not None and _is_saved(post, submission, saver):
        return AutosaveResult(post, left_out)
    try:
        saved_id = _save(post, submission, saver, guid)
    except InvalidFields as error:
        reported = {other.field for other in left_out}
        left_out += [other for other in error.errors if other.field not in reported]
        fields = {other.field for other in error.errors}
        if TEXT_FIELD in fields:
            raise InvalidFields(left_out) from error
        saved_id = _save(post, _with_stored_values(submission, fields, post), saver, guid)
    return AutosaveResult(working_copy.load(saved_id), left_out)


def _post_with_guid(guid: str) -> EditorPost | None:
    """Return the post that the form created already, if the response was lost."""
    post_id = db.session.scalar(select(Post.id).where(Post.guid == guid)) if guid else None
    return working_copy.load(post_id) if post_id is not None else None


def _is_saved(post: EditorPost, submission: Submission, saver: Saver) -> bool:
    """Return whether saving would change nothing; then the version need not change, either."""
    fields = replace(submission.fields, slug=submission.fields.slug or post.fields.slug)
    same_date = submission.date in (None, post.date)
    same = working_copy.same_fields(validate_fields(fields)[0], post.fields) and same_date
    return same and post.status != "deleted" and (saver.auto or not post.saved.auto)


def _save(post: EditorPost | None, submission: Submission, saver: Saver, guid: str) -> int:
    db.session.rollback()
    if post is None:
        return drafts.create(submission, saver, guid=guid)
    drafts.save(post, submission, saver)
    return post.id


def _is_empty(submission: Submission) -> bool:
    fields = submission.fields
    return not ((fields.body or "").strip() or (fields.summary or "").strip() or fields.title != UNTITLED)


def _storable(
    submission: Submission, wrong: Sequence[Invalid], post: EditorPost | None
) -> tuple[Submission, list[Invalid]]:
    """Return the submission with values that can be stored, and the errors of the fields that are left out."""
    title = validate.one_line(submission.fields.title or "") or (post.fields.title if post else "") or UNTITLED
    fields = replace(submission.fields, slug=submission.fields.slug or None, title=title)
    errors = [*validate_fields(fields)[1], *(error for error in wrong if error.field == DATE_FIELD)]
    if any(error.field == TEXT_FIELD for error in errors):
        raise InvalidFields(errors)
    return _with_stored_values(replace(submission, fields=fields), {error.field for error in errors}, post), errors


def _with_stored_values(submission: Submission, names: Collection[str], post: EditorPost | None) -> Submission:
    """Return the submission with the stored or empty values in the named fields."""
    stored = post.fields if post else Fields(title=UNTITLED)
    # An address may be free for a post, and taken for a page.
    names = {*names, "kind"} if "slug" in names else {*names}
    values = {name: getattr(stored, name) for name in names - {DATE_FIELD}}
    date = (post.date if post else None) if DATE_FIELD in names else submission.date
    return replace(submission, fields=replace(submission.fields, **values), date=date)
