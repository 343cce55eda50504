"""The actions of the writing page. Each stores the submitted text, whatever else happens.

Texts are validated and rendered before the transaction begins. If somebody else saved meanwhile, the submitted text is
stored as a revision, and then `EditConflict` is raised: nothing is lost.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from blog import clock
from blog.core.db.transaction import write_transaction
from blog.core.editor import revisions, working_copy
from blog.core.editor.fields import Fields, validate_fields
from blog.core.editor.publish import add, change, mark_deleted, render_body
from blog.core.editor.revisions import PostText, SavedText, Saver
from blog.core.editor.unit_of_work import PostWrites
from blog.core.editor.working_copy import EditorPost, PostRows
from blog.core.errors import AddressTaken, Conflict, EditConflict, Invalid, InvalidFields
from blog.core.markdown.render import RenderedText
from blog.core.media import usage
from blog.core.text import slugs
from blog.core.urls import permalinks
from blog.core.urls.lookup import AddressBook
from blog.extensions import db
from blog.models import Draft, Post

DATE_IN_FUTURE = "This date lies ahead. Press Schedule to publish then, or empty the field to publish now."
DATE_NOT_IN_FUTURE = "To schedule, give a date and time that lie ahead."
ALREADY_PUBLIC = (
    "This is public already: changes are published at once. Unpublish it first to give it a date that lies ahead."
)


@dataclass(frozen=True)
class Submission:
    """A submitted form: all fields, the date, and the version of the post that the form was opened with."""

    fields: Fields
    date: datetime | None = None
    version: int = 0
    minor: bool = False


def create(submission: Submission, saver: Saver, *, guid: str = "", action: str = "save") -> int:
    """Create a post and return its id: a draft or, with the action `publish` or `schedule`, a post with a date.

    If the form was sent before, its `guid` identifies the post that it created; then the action is done to that post.
    Raises InvalidFields or EditConflict.
    """
    fields = _validated(submission, _date_errors(action, submission.date))
    rendered = _rendered(fields)
    with write_transaction() as session:
        post_id = session.scalar(select(Post.id).where(Post.guid == guid)) if guid else None
        if post_id is None:
            writes = PostWrites(session)
            is_public, date = action != "save", submission.date
            with _slug_errors():
                signed = replace(fields, author_id=saver.person_id)
                published_at = (date or clock.now()) if is_public else None
                post = add(writes, signed, rendered, published_at=published_at, guid=guid, saver=saver)
            post.planned_at = None if is_public else date
            writes.flush()
            return post.id
    {"save": save, "publish": publish, "schedule": schedule}[action](working_copy.load(post_id), submission, saver)
    return post_id


def save(post: EditorPost, submission: Submission, saver: Saver) -> None:
    """Store the submitted text; readers see none of it. Raises InvalidFields, EditConflict or NotFound."""
    fields = _validated(submission)
    rendered = None if post.status in ("published", "scheduled") else _rendered(fields)

    def act(writes: PostWrites, rows: PostRows) -> None:
        if rendered is None or rows.post.published_at:
            _save_copy(writes, rows, fields, submission.date, saver)
        else:
            _replace_post(writes, rows, fields, rendered, saver)
            rows.post.planned_at = submission.date

    _edit(post, submission, fields, saver, act)


def publish(post: EditorPost, submission: Submission, saver: Saver) -> None:
    """Publish the submitted text now, or with a date in the past.

    Without a date the post gets the date that it had before, if any. A scheduled post whose date was not changed in the
    form is published now. Raises InvalidFields, EditConflict or NotFound.

    Triggers do the rest in the same transaction, whoever changes a post: `outbox_post_update_*` and
    `outbox_post_tag_*` add the pings of hubs, `outbox_card_update` the card (models/outbox.py); `tally_post_update_*`
    and `tally_post_tag_*` update the counters of month, author and tags (models/tally.py); `public_post_update` and
    `public_post_tag_*` advance `site.public_version`, which ends all cached pages (models/triggers.py).
    """
    if submission.date == post.scheduled_at:
        submission = replace(submission, date=None)
    _publish(post, submission, saver, _date_errors("publish", submission.date))


def schedule(post: EditorPost, submission: Submission, saver: Saver) -> None:
    """Publish the submitted text at its date. Raises InvalidFields, EditConflict or NotFound."""
    is_public = post.status == "published"
    _publish(post, submission, saver, _date_errors("schedule", submission.date, is_public=is_public))


def unpublish(post: EditorPost, submission: Submission, saver: Saver) -> None:
    """Make a post a draft again, with the submitted text. Raises InvalidFields, EditConflict, Conflict or NotFound."""
    fields = _validated(submission)
    rendered = _rendered(fields)

    def act(writes: PostWrites, rows: PostRows) -> None:
        if rows.post.published_at is None:
            raise Conflict(f"“{rows.post.title}” is a draft already.")
        _replace_post(writes, rows, fields, rendered, saver, to_draft=True)

    _edit(post, submission, fields, saver, act)


def delete(post: EditorPost, submission: Submission, saver: Saver) -> None:
    """Delete a post. Unsaved text becomes a revision, valid or not. Raises Conflict or NotFound."""
    with write_transaction() as session:
        rows = working_copy.current_rows(session, post)
        if rows.post.deleted_at:
            raise Conflict(f"“{rows.post.title}” is deleted already.")
        _save_unsaved_text(session, rows, submission, saver)
        mark_deleted(session, rows.post)


def discard(post: EditorPost, submission: Submission, saver: Saver) -> None:
    """Delete a working copy; its text, and the unsaved text, become revisions. Raises Conflict or NotFound."""
    with write_transaction() as session:
        rows = working_copy.current_rows(session, post)
        if rows.copy is None:
            raise Conflict("There are no unpublished changes to discard.")
        _save_unsaved_text(session, rows, submission, saver)
        revisions.save_revision(session, post.id, rows.saved, "discarded")
        _delete_copy(session, rows)


def restore(post: EditorPost, number: int, saver: Saver) -> None:
    """Save the text of a revision again. Raises NotFound, Conflict or InvalidFields."""
    text = revisions.revision(post.id, number).text
    fields = replace(post.fields, title=text.title, summary=text.summary, body=text.body)
    save(post, Submission(fields, post.date, post.version), saver)


def _save_unsaved_text(session: Session, rows: PostRows, submission: Submission, saver: Saver) -> None:
    """Store the submitted text as a revision if it was not saved, valid or not."""
    text = _text(validate_fields(submission.fields)[0])
    if text.body and text != rows.saved.text:
        revisions.save_revision(session, rows.post.id, _saved_now(text, saver), "unsaved")


# -- before the transaction ---------------------------------------------------------------------------------


def _validated(submission: Submission, date_errors: Sequence[Invalid] = ()) -> Fields:
    """Return the fields as they may be stored; the slug is None if it is to be made. Raises InvalidFields."""
    fields, errors = validate_fields(replace(submission.fields, slug=submission.fields.slug or None))
    if errors or date_errors:
        raise InvalidFields([*errors, *date_errors])
    return fields


def _date_errors(action: str, date: datetime | None, *, is_public: bool = False) -> list[Invalid]:
    in_future = date is not None and date > clock.now()
    if action == "publish" and in_future:
        return [Invalid("published_at", DATE_IN_FUTURE)]
    if action == "schedule" and (is_public or not in_future):
        return [Invalid("published_at", ALREADY_PUBLIC if is_public else DATE_NOT_IN_FUTURE)]
    return []


def _rendered(fields: Fields) -> RenderedText:
    try:
        return render_body(fields.body or "", fields.kind or "post", fields.cover or "")
    except Invalid as error:
        raise InvalidFields([error]) from error


def _publish(post: EditorPost, submission: Submission, saver: Saver, date_errors: Sequence[Invalid]) -> None:
    """Replace the text that readers see with the submitted text."""
    fields = _validated(submission, date_errors)
    rendered = _rendered(fields)

    def act(writes: PostWrites, rows: PostRows) -> None:
        row = rows.post
        old_date = row.published_at if row.status == "published" else row.first_published_at
        date = submission.date or old_date or clock.now()
        _replace_post(writes, rows, fields, rendered, saver, minor=submission.minor, published_at=date)

    _edit(post, submission, fields, saver, act)


# -- within it ----------------------------------------------------------------------------------------------


def _edit(
    post: EditorPost, submission: Submission, fields: Fields, saver: Saver, act: Callable[[PostWrites, PostRows], None]
) -> None:
    """Act on a post unless somebody else saved it meanwhile; if so, store the submitted text as a revision."""
    with write_transaction() as session:
        rows = working_copy.current_rows(session, post)
        conflict = _conflict(submission, fields, rows)
        if conflict:
            revisions.save_revision(session, post.id, _saved_now(_text(fields), saver), "conflict", once=True)
        else:
            writes = PostWrites(session)
            with _slug_errors():
                act(writes, rows)
            writes.flush()
    if conflict:
        raise EditConflict(post.id, conflict)


def _conflict(submission: Submission, fields: Fields, rows: PostRows) -> str:
    """Return what happened since the form was opened, or "". A form with the stored values is never a conflict."""
    if rows.post.deleted_at:
        return f"“{rows.post.title}” was deleted meanwhile. What you wrote is kept among its revisions."
    fields = replace(fields, slug=fields.slug or rows.fields.slug)
    is_same = working_copy.same_fields(fields, rows.fields) and submission.date in (None, rows.date)
    if submission.version == rows.version or is_same:
        return ""
    return "This was saved elsewhere while you wrote. Both texts are kept."


@contextmanager
def _slug_errors() -> Iterator[None]:
    """Report an address that is taken as an error of the slug field."""
    try:
        yield
    except Invalid as error:
        raise InvalidFields([error]) from error
    except AddressTaken as error:
        raise InvalidFields([Invalid("slug", str(error))]) from error


def _replace_post(
    writes: PostWrites,
    rows: PostRows,
    fields: Fields,
    rendered: RenderedText,
    saver: Saver,
    *,
    minor: bool = False,
    published_at: datetime | None = None,
    to_draft: bool = False,
) -> None:
    """Store the submitted fields in the post itself, and delete its working copy."""
    tags = None if fields.tags == rows.tags else fields.tags
    fields = replace(fields, slug=_slug(writes.addresses, rows, fields), tags=tags)
    change(
        writes, rows.post, fields, rendered, minor=minor, published_at=published_at, to_draft=to_draft, saver=saver,
        instead_of=rows.copy,
    )  # fmt: skip
    rows.post.planned_at = None


def slug_if_saved(post: EditorPost | None, fields: Fields) -> str:
    """Return the slug that a post (None: a new one) would have after saving these fields. Raises NotFound."""
    session = db.session()
    addresses, kind = AddressBook(session), "page" if fields.kind == "page" else "post"
    fields = replace(fields, slug=fields.slug or None, kind=kind)
    if post is not None:
        return _slug(addresses, working_copy.current_rows(session, post), fields)
    return fields.slug or permalinks.free_slug(addresses, kind, slugs.slug_of(fields.title or ""))


def _slug(addresses: AddressBook, rows: PostRows, fields: Fields) -> str:
    """Return the submitted slug. If the author chose none and readers never saw one, it follows the title."""
    post, saved = rows.post, rows.fields
    old = saved.slug or post.slug
    old_title_slug, title_slug = slugs.slug_of(saved.title or ""), slugs.slug_of(fields.title or "")
    is_chosen = fields.slug not in (None, old) or not _is_from_title(old, old_title_slug)
    if post.was_public or is_chosen or title_slug == old_title_slug:
        return fields.slug or old
    return permalinks.free_slug(addresses, fields.kind or "post", title_slug, exclude=post)


def _is_from_title(slug: str, title_slug: str) -> bool:
    """Return whether a slug is the one made from the title, perhaps with a number."""
    return slug == title_slug or (slug.startswith(f"{title_slug}-") and slug[len(title_slug) + 1 :].isdecimal())


def _save_copy(writes: PostWrites, rows: PostRows, fields: Fields, date: datetime | None, saver: Saver) -> None:
    """Store the submitted fields in the working copy; delete it if they are the same as the post's."""
    session, post = writes.session, rows.post
    fields = replace(rows.fields, **{**fields.changes(), "slug": _slug(writes.addresses, rows, fields)})  # type: ignore[arg-type]
    kind, slug = fields.kind or "post", fields.slug or ""
    if (kind, slug) != (post.kind, post.slug):
        permalinks.check_slug(writes.addresses, kind, slugs.validate_slug(slug, kind), exclude=post)
    replaces = [(rows.saved, "")] if rows.copy else []
    if working_copy.same_fields(fields, rows.post_fields) and date in (None, post.published_at):
        _delete_copy(session, rows, replaces)
        return
    if rows.copy is None:
        revisions.record_save(session, post)  # the post counts as edited here: an import does not overwrite it
    copy = rows.copy or Draft(post_id=post.id, base_version=post.version, version=0)
    copy.published_at = date or post.published_at
    for name, value in fields.changes().items():
        if name != "author_id":
            setattr(copy, name, value or None if name in ("language", "cover", "canonical_url") else value)
    revisions.record_save(session, copy, saver=saver, replaces=replaces, beside=post)
    session.add(copy)
    usage.save_draft_uses(session, copy)


def _delete_copy(session: Session, rows: PostRows, replaces: Iterable[tuple[SavedText, str]] = ()) -> None:
    if rows.copy:
        revisions.record_save(session, rows.post, replaces=replaces, beside=rows.copy)
        session.delete(rows.copy)


def _text(fields: Fields) -> PostText:
    return PostText(fields.title or "", fields.summary or "", fields.body or "")


def _saved_now(text: PostText, saver: Saver) -> SavedText:
    return SavedText(text, clock.now(), saver.person_id, saver.auto)
