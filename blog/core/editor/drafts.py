"""What authors do to a post in their browser: each time the words they sent are kept, whatever else happens.

Texts are judged and rendered before the transaction begins. A form that was overtaken by somebody else's save loses
nothing: its words are kept as a revision, and `EditConflict` is raised after that.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from blog import clock
from blog.core.db.transaction import write_transaction
from blog.core.editor import revisions, working_copy
from blog.core.editor.fields import Fields, validate_fields
from blog.core.editor.publish import add, change, remove, render_body
from blog.core.editor.revisions import PostText, SavedText, Saver
from blog.core.editor.unit_of_work import PostWrites
from blog.core.editor.working_copy import PostRows
from blog.core.errors import Conflict, EditConflict, Invalid, InvalidFields
from blog.core.markdown.render import Rendered
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
    """What a form sent: all fields, the date, and the version that it began with."""

    fields: Fields
    date: datetime | None = None
    version: int = 0
    minor: bool = False


def create(sent: Submission, by: Saver, *, guid: str = "", action: str = "save") -> int:
    """The id of a new post: a draft, or (`publish`, `schedule`) one with a date.

    The `guid` of a form that was sent twice finds the post that the first one made; the same is done to it then.
    Raises Rejected or Overtaken.
    """
    fields = _judged(sent, _wrong_date(action, sent.date))
    text = _rendered(fields)
    with write_transaction() as session:
        known = session.scalar(select(Post.id).where(Post.guid == guid)) if guid else None
        if known is None:
            ledger = PostWrites(session)
            post = _add(ledger, fields, text, by, guid=guid, date=sent.date, public=action != "save")
            ledger.write()
            return post.id
    {"save": save, "publish": publish, "schedule": schedule}[action](known, sent, by)
    return known


def save(post_id: int, sent: Submission, by: Saver) -> None:
    """Keep what was written; readers see none of it. Raises Rejected, Overtaken or Missing."""
    fields = _judged(sent)
    text = None if working_copy.has_date(post_id) else _rendered(fields)

    def act(ledger: PostWrites, kept: PostRows) -> None:
        if text is None or kept.post.published_at:
            _save_copy(ledger, kept, fields, sent.date, by)
        else:
            _put(ledger, kept, fields, text, by)
            kept.post.planned_at = sent.date

    _edit(post_id, sent, fields, by, act)


def publish(post_id: int, sent: Submission, by: Saver) -> None:
    """Show readers what was written, from now on, or as of a date that has passed.

    Without a date it keeps the one it has had, if any; what is scheduled, and is to be published at its time
    unchanged, is published now. Raises Rejected, Overtaken or Missing.
    """
    if sent.date and sent.date == working_copy.load(post_id).scheduled_at:
        sent = replace(sent, date=None)
    _show(post_id, sent, by, _wrong_date("publish", sent.date))


def schedule(post_id: int, sent: Submission, by: Saver) -> None:
    """Show readers what was written when its date comes. Raises Rejected, Overtaken or Missing."""
    public = working_copy.load(post_id).status == "published"
    _show(post_id, sent, by, _wrong_date("schedule", sent.date, public=public))


def unpublish(post_id: int, sent: Submission, by: Saver) -> None:
    """Make a draft of it again, with what was written. Raises Rejected, Overtaken, Conflict or Missing."""
    fields = _judged(sent)
    text = _rendered(fields)

    def act(ledger: PostWrites, kept: PostRows) -> None:
        if kept.post.published_at is None:
            raise Conflict(f"“{kept.post.title}” is a draft already.")
        _put(ledger, kept, fields, text, by, taken_back=True)

    _edit(post_id, sent, fields, by, act)


def delete(post_id: int, sent: Submission, by: Saver) -> None:
    """Take a post away. What was written and not saved is kept as a revision, good or not. Raises Conflict, Missing."""
    with write_transaction() as session:
        kept = working_copy.load_rows(session, post_id)
        if kept.post.deleted_at:
            raise Conflict(f"“{kept.post.title}” is deleted already.")
        _keep_unsaved(session, kept, sent, by)
        remove(kept.post)


def discard(post_id: int, sent: Submission, by: Saver) -> None:
    """Throw a working copy away; its words, and what was typed last, stay among the revisions.

    Raises Missing or Conflict.
    """
    with write_transaction() as session:
        kept = working_copy.load_rows(session, post_id)
        if kept.copy is None:
            raise Conflict("There are no unpublished changes to discard.")
        _keep_unsaved(session, kept, sent, by)
        revisions.save_revision(session, post_id, kept.saved, "discarded")
        _drop_copy(session, kept)


def restore(post_id: int, number: int, by: Saver) -> None:
    """Save the words of a revision again. Raises Missing, Conflict or Rejected."""
    now, words = working_copy.load(post_id), revisions.revision(post_id, number).words
    fields = replace(now.fields, title=words.title, summary=words.summary, body=words.body)
    save(post_id, Submission(fields, now.date, now.version), by)


def _keep_unsaved(session: Session, kept: PostRows, sent: Submission, by: Saver) -> None:
    """Keep what was typed and not saved, be it good or not."""
    typed = _words(validate_fields(sent.fields)[0])
    if typed.body and typed != kept.saved.words:
        revisions.save_revision(session, kept.post.id, _said(typed, by), "unsaved")


# -- before the transaction ---------------------------------------------------------------------------------


def _judged(sent: Submission, wrong: Sequence[Invalid] = ()) -> Fields:
    """The fields as they may be stored; no slug stands for one to be made. Raises Rejected."""
    fields, found = validate_fields(replace(sent.fields, slug=sent.fields.slug or None))
    if found or wrong:
        raise InvalidFields([*found, *wrong])
    return fields


def _wrong_date(action: str, date: datetime | None, *, public: bool = False) -> list[Invalid]:
    ahead = date is not None and date > clock.now()
    if action == "publish" and ahead:
        return [Invalid("published_at", DATE_IN_FUTURE)]
    if action == "schedule" and (public or not ahead):
        return [Invalid("published_at", ALREADY_PUBLIC if public else DATE_NOT_IN_FUTURE)]
    return []


def _rendered(fields: Fields) -> Rendered:
    try:
        return render_body(fields.body or "", fields.kind or "post", fields.cover or "")
    except Invalid as error:
        raise InvalidFields([error]) from error


def _show(post_id: int, sent: Submission, by: Saver, wrong: Sequence[Invalid]) -> None:
    """Put what was written in the place of what readers see."""
    fields = _judged(sent, wrong)
    text = _rendered(fields)

    def act(ledger: PostWrites, kept: PostRows) -> None:
        post = kept.post
        had = post.published_at if post.status == "published" else post.first_published_at
        _put(ledger, kept, fields, text, by, minor=sent.minor, published_at=sent.date or had or clock.now())

    _edit(post_id, sent, fields, by, act)


# -- within it ----------------------------------------------------------------------------------------------


def _edit(
    post_id: int, sent: Submission, fields: Fields, by: Saver, act: Callable[[PostWrites, PostRows], None]
) -> None:
    """Act on a post that nobody else saved meanwhile; if somebody did, keep what was written beside it."""
    with write_transaction() as session:
        kept = working_copy.load_rows(session, post_id)
        overtaken = _overtaken(sent, fields, kept)
        if overtaken:
            revisions.save_revision_once(session, post_id, _said(_words(fields), by), "conflict")
        else:
            ledger = PostWrites(session)
            with _beside_the_slug():
                act(ledger, kept)
            ledger.write()
    if overtaken:
        raise EditConflict(post_id, overtaken)


def _overtaken(sent: Submission, fields: Fields, kept: PostRows) -> str:
    """What happened meanwhile, if anything did. Nothing is wrong with a form that says what is there already."""
    if kept.post.deleted_at:
        return f"“{kept.post.title}” was deleted meanwhile. What you wrote is kept among its revisions."
    asked = replace(fields, slug=fields.slug or kept.fields.slug)
    known = working_copy.same_fields(asked, kept.fields) and sent.date in (None, kept.date)
    if sent.version == kept.version or known:
        return ""
    return "This was saved elsewhere while you wrote. Both texts are kept."


@contextmanager
def _beside_the_slug() -> Iterator[None]:
    """An address that is taken is the matter of one field."""
    try:
        yield
    except Invalid as error:
        raise InvalidFields([error]) from error
    except Conflict as error:
        if str(error).startswith("The address"):
            raise InvalidFields([Invalid("slug", str(error))]) from error
        raise


def _add(
    ledger: PostWrites, fields: Fields, text: Rendered, by: Saver, *, guid: str, date: datetime | None, public: bool
) -> Post:
    with _beside_the_slug():
        signed = replace(fields, author_id=by.person)
        post = add(ledger, signed, text, published_at=(date or clock.now()) if public else None, guid=guid)
    post.planned_at = None if public else date
    post.saved_by, post.saved_auto = by.person, by.auto
    return post


def _put(
    ledger: PostWrites,
    kept: PostRows,
    fields: Fields,
    text: Rendered,
    by: Saver,
    *,
    minor: bool = False,
    published_at: datetime | None = None,
    taken_back: bool = False,
) -> None:
    """Let the post itself say what was written, and end its working copy."""
    post, version = kept.post, kept.version
    fields = replace(fields, slug=_slug(ledger.addresses, kept, fields))
    if kept.copy:
        revisions.record_replaced(ledger.session, post.id, kept.saved, _words(fields))
        ledger.session.delete(kept.copy)
        ledger.session.flush()
    change(
        ledger, post, fields, text, minor=minor, published_at=published_at, taken_back=taken_back, by=by
    )  # fmt: skip
    post.version = max(post.version, version + 1)
    post.planned_at = None


def slug_if_saved(post_id: int | None, fields: Fields) -> str:
    """The slug that saving these fields would give. Changes nothing. Raises Missing."""
    session = db.session()
    addresses, kind = AddressBook(session), "page" if fields.kind == "page" else "post"
    fields = replace(fields, slug=fields.slug or None, kind=kind)
    if post_id is not None:
        return _slug(addresses, working_copy.load_rows(session, post_id), fields)
    return fields.slug or permalinks.free_slug(addresses, kind, slugs.slug_of(fields.title or ""))


def _slug(addresses: AddressBook, kept: PostRows, fields: Fields) -> str:
    """The slug asked for. Until readers knew one or the author chose one, it follows the title."""
    post, had = kept.post, kept.fields
    old = had.slug or post.slug
    made, title = slugs.slug_of(had.title or ""), slugs.slug_of(fields.title or "")
    chosen = fields.slug not in (None, old) or not _is_made(old, made)
    if post.was_public or chosen or title == made:
        return fields.slug or old
    return permalinks.free_slug(addresses, fields.kind or "post", title, exclude=post)


def _is_made(slug: str, made: str) -> bool:
    """Whether a slug is the one made of a title, perhaps with a number."""
    return slug == made or (slug.startswith(f"{made}-") and slug[len(made) + 1 :].isdecimal())


def _save_copy(ledger: PostWrites, kept: PostRows, fields: Fields, date: datetime | None, by: Saver) -> None:
    """Keep what was written beside what readers see; nothing is kept of what is the same."""
    session, post = ledger.session, kept.post
    fields = replace(kept.fields, **{**fields.given(), "slug": _slug(ledger.addresses, kept, fields)})  # type: ignore[arg-type]
    kind, slug = fields.kind or "post", fields.slug or ""
    if (kind, slug) != (post.kind, post.slug):
        permalinks.check_slug(ledger.addresses, kind, slugs.validate_slug(slug, kind), exclude=post)
    if kept.copy:
        revisions.record_replaced(session, post.id, kept.saved, _words(fields))
    as_public = PostRows(post, None)
    if working_copy.same_fields(fields, as_public.fields) and date in (None, post.published_at):
        _drop_copy(session, kept)
        return
    if kept.copy is None:
        post.version += 1  # it is edited here from now on: no import takes its place
    copy = kept.copy or Draft(post_id=post.id, base_version=post.version, version=post.version)
    copy.version += 1
    copy.saved_at, copy.saved_by, copy.saved_auto = clock.now(), by.person, by.auto
    copy.published_at = date or post.published_at
    for name, value in fields.given().items():
        if name != "author_id":
            setattr(copy, name, value or None if name in ("language", "cover", "canonical_url") else value)
    session.add(copy)
    usage.save_draft_uses(session, copy)


def _drop_copy(session: Session, kept: PostRows) -> None:
    """End a working copy. The post's version passes the copy's: no form of it can be taken for a newer one."""
    if kept.copy:
        kept.post.version = kept.copy.version + 1
        session.delete(kept.copy)


def _words(fields: Fields) -> PostText:
    return PostText(fields.title or "", fields.summary or "", fields.body or "")


def _said(words: PostText, by: Saver) -> SavedText:
    return SavedText(words, clock.now(), by.person, by.auto)
