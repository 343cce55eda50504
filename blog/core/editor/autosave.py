"""Save the words of a form, whatever else it holds: what cannot be stored stays as it was, and is told by field.

A form that is saved by its buttons is judged as a whole (`core.editor.drafts`). One that saves itself is read by
somebody who still writes: a slug that is half typed must not keep a paragraph from being kept.
"""

from collections.abc import Sequence
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
# Without its text, nothing of a form is saved.
TEXT_FIELD = "body"


@dataclass(frozen=True)
class AutosaveResult:
    """The post as it is saved now, and what of the form was left out."""

    post: EditorPost
    left_out: list[Invalid]


def save(
    post_id: int | None, sent: Submission, by: Saver, *, guid: str = "", wrong: Sequence[Invalid] = ()
) -> AutosaveResult:
    """Keep what was written, as `drafting.save` does; a post without a number is begun. `wrong` is known already.

    Raises Rejected only when the text itself cannot be stored; Overtaken or Missing.
    """
    known = working_copy.load(post_id) if post_id is not None else _begun(guid)
    if post_id is None:
        # The form knows no version; if nobody went on with what it has begun, that still is at its first.
        sent = replace(sent, version=1)
    sent, left_out = _fit(sent, wrong, known)
    if known is None and not _says(sent):
        raise InvalidFields([Invalid("title", NOTHING_TO_SAVE)])
    if known is not None and _is_saved(known, sent, by):
        return AutosaveResult(known, left_out)
    try:
        saved = _save(known, sent, by, guid)
    except InvalidFields as error:
        left_out += [one for one in error.wrong if one.field not in {each.field for each in left_out}]
        if any(one.field == TEXT_FIELD for one in error.wrong):
            raise InvalidFields(left_out) from error
        saved = _save(known, _as_stored(sent, error.wrong, known), by, guid)
    return AutosaveResult(working_copy.load(saved), left_out)


def _begun(guid: str) -> EditorPost | None:
    """The post that a form has begun already, if its first answer was lost."""
    found = db.session.scalar(select(Post.id).where(Post.guid == guid)) if guid else None
    return working_copy.load(found) if found is not None else None


def _is_saved(known: EditorPost, sent: Submission, by: Saver) -> bool:
    """Whether nothing would change: then no version needs to, either."""
    asked = replace(sent.fields, slug=sent.fields.slug or known.fields.slug)
    same = working_copy.same_fields(validate_fields(asked)[0], known.fields) and sent.date in (None, known.date)
    return same and known.status != "deleted" and (by.auto or not known.saved.auto)


def _save(known: EditorPost | None, sent: Submission, by: Saver, guid: str) -> int:
    db.session.rollback()
    if known is None:
        return drafts.create(sent, by, guid=guid)
    drafts.save(known.id, sent, by)
    return known.id


def _says(sent: Submission) -> bool:
    given = sent.fields
    return bool((given.body or "").strip() or (given.summary or "").strip() or given.title != UNTITLED)


def _fit(sent: Submission, wrong: Sequence[Invalid], known: EditorPost | None) -> tuple[Submission, list[Invalid]]:
    """What can be stored of a form, and what is left out."""
    stored = (known.fields.title if known else "") or UNTITLED
    fields = replace(
        sent.fields, slug=sent.fields.slug or None, title=validate.one_line(sent.fields.title or "") or stored
    )
    found = [*validate_fields(fields)[1], *(error for error in wrong if error.field == DATE_FIELD)]
    if any(error.field == TEXT_FIELD for error in found):
        raise InvalidFields(found)
    return _as_stored(replace(sent, fields=fields), found, known), found


def _as_stored(sent: Submission, wrong: Sequence[Invalid], known: EditorPost | None) -> Submission:
    """The form with some fields as they were stored before, or empty."""
    before = known.fields if known else Fields(title=UNTITLED)
    names = {error.field for error in wrong}
    if "slug" in names:
        names.add("kind")  # an address may be free for a post, and not for a page
    kept = {name: getattr(before, name) for name in names - {DATE_FIELD}}
    date = (known.date if known else None) if DATE_FIELD in names else sent.date
    return replace(sent, fields=replace(sent.fields, **kept), date=date)
