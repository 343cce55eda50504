"""Create, change, publish and delete posts, each in one transaction with one commit.

Texts are validated and rendered before the transaction begins: a text that renders slowly blocks no other writer.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from blog import clock
from blog.core.db.transaction import write_transaction
from blog.core.editor import revisions, working_copy
from blog.core.editor.fields import Fields, require_valid
from blog.core.editor.revisions import Saver
from blog.core.editor.unit_of_work import PostWrites
from blog.core.errors import Conflict, Invalid
from blog.core.images import storage
from blog.core.markdown import render
from blog.core.markdown.render import RenderedText
from blog.core.search import index
from blog.core.text import slugs, validate
from blog.core.urls import permalinks
from blog.extensions import db
from blog.models import Draft, Post, Site
from blog.models.json_types import RENDERER_VERSION

NOBODY = Saver()
FOREIGN_MEDIA = select(Site.foreign_media)


def render_body(body: str, kind: str, cover: str = "") -> RenderedText:
    """Render a text as this site shows it. Raises Invalid if the result is too large."""
    image_files = storage.image_files_in(body, cover)
    foreign = db.session.scalars(FOREIGN_MEDIA).one()
    db.session.rollback()
    base = permalinks.path(kind, "-")
    return render.render(body, base=base, cover=cover, image_files=image_files, foreign_media=foreign)


def create(fields: Fields, *, published_at: datetime | None = None) -> Post:
    """Create a post: a draft, or published or scheduled at `published_at`. Raises Invalid or Conflict."""
    fields = require_valid(replace(fields, title=fields.title or "", body=fields.body or ""))
    rendered = render_body(fields.body or "", fields.kind or "post", fields.cover or "")
    with write_transaction() as session:
        writes = PostWrites(session)
        post = add(writes, fields, rendered, published_at=published_at)
        writes.flush()
        return post


def add(
    writes: PostWrites,
    fields: Fields,
    rendered: RenderedText,
    *,
    published_at: datetime | None = None,
    guid: str | None = None,
    aliases: Sequence[str] = (),
    replaces: Post | None = None,
    saver: Saver = NOBODY,
) -> Post:
    """Add a post with validated fields and a rendered body; `replaces` is a post to delete first.

    The post's old addresses (`aliases`) will redirect to it. Raises Conflict, with nothing changed, if its slug or an
    alias is taken.
    """
    kind = fields.kind or "post"
    if fields.slug:
        slug = permalinks.check_slug(writes.addresses, kind, fields.slug, exclude=replaces)
    else:
        slug = permalinks.free_slug(writes.addresses, kind, slugs.slug_of(fields.title or ""))
    permalinks.check_old_addresses(writes.addresses, aliases, exclude=replaces)
    if replaces is not None:
        writes.delete(replaces)
    post = Post(guid=guid or str(uuid4()), kind=kind, slug=slug, published_at=published_at, version=0)
    revisions.record_save(writes.session, post, saver=saver)
    post.created_at = post.saved_at or clock.now()
    _set_fields(post, fields)
    _set_rendered(post, rendered)
    writes.add(post)
    if fields.tags:
        writes.tags.set_tags(post, fields.tags)
    for alias in aliases:
        permalinks.redirect_to_post(writes.addresses, post, alias)
    return post


def edit(post_id: int, fields: Fields, *, minor: bool = False, published_at: datetime | None = None) -> Post:
    """Change a post; its old text becomes a revision. Raises Invalid, Conflict or NotFound.

    A public post counts as updated if title, summary or body changed, unless `minor`.
    """
    before = working_copy.load_rows(db.session(), post_id).post
    fields = require_valid(replace(fields, kind=fields.kind or before.kind))
    needs_render = fields.body is not None or fields.cover is not None or fields.kind != before.kind
    body = before.body if fields.body is None else fields.body
    cover = (before.cover or "") if fields.cover is None else fields.cover
    rendered = render_body(body, fields.kind or "post", cover) if needs_render else None
    with write_transaction() as session:
        post = _load_undeleted(session, post_id)
        stale = (fields.body is None and post.body != body) or (fields.cover is None and (post.cover or "") != cover)
        if needs_render and stale:  # the rendered text is not the one that would be stored
            raise Conflict(f"“{post.title}” was changed by somebody else meanwhile. Nothing was saved; try again.")
        writes = PostWrites(session)
        change(writes, post, fields, rendered, minor=minor, published_at=published_at)
        writes.flush()
        return post


def change(
    writes: PostWrites,
    post: Post,
    fields: Fields,
    rendered: RenderedText | None,
    *,
    minor: bool = False,
    published_at: datetime | None = None,
    to_draft: bool = False,
    aliases: Sequence[str] = (),
    saver: Saver = NOBODY,
    instead_of: Draft | None = None,
) -> None:
    """Change a post within a transaction; `to_draft` makes it a draft again, `aliases` will redirect to it.

    `instead_of` is its working copy, whose text is published: it is deleted.

    Raises Invalid or Conflict, with nothing changed, for a slug or an alias that it cannot have.
    """
    was_public, old_path = post.was_public, permalinks.path_of(post)
    before, note = revisions.text_of(post), "public" if post.status == "published" else ""
    kind, slug = fields.kind or post.kind, fields.slug or post.slug
    moves = (kind, slug) != (post.kind, post.slug)
    if moves:
        slug = permalinks.check_slug(writes.addresses, kind, slugs.validate_slug(slug, kind), exclude=post)
    permalinks.check_old_addresses(writes.addresses, aliases, exclude=post)
    if to_draft:
        _make_draft(post)
    if moves:
        writes.move(post, kind, slug)
    _set_fields(post, fields)
    if rendered is not None:
        _set_rendered(post, rendered)
    if published_at is not None:
        _remember_first_date(post)
        post.published_at = published_at
    if fields.tags is not None:
        writes.tags.set_tags(post, fields.tags)
    writes.mark_changed(post)
    if was_public and post.published_at and not minor and revisions.text_of(post).text != before.text:
        post.updated_at = clock.now()
    replaces = [(before, note)]
    if instead_of:
        replaces.insert(0, (revisions.text_of(instead_of), ""))
        writes.session.delete(instead_of)
    revisions.record_save(writes.session, post, saver=saver, replaces=replaces, beside=instead_of)
    for old in [old_path, *aliases] if was_public else aliases:
        permalinks.redirect_to_post(writes.addresses, post, old)


def publish(post_id: int, at: datetime | None = None) -> Post:
    """Publish a post now, or at an earlier or later time.

    A post that was public before and became a draft again gets its first date again, unless `at` is given.
    """
    with write_transaction() as session:
        post = _load_undeleted(session, post_id)
        if at is None and post.status == "published":
            return post
        if at is not None:
            _remember_first_date(post)
            post.published_at = at
        elif post.published_at is None or post.published_at > clock.now():
            post.published_at = post.first_published_at or clock.now()
        revisions.record_save(session, post)
        return post


def unpublish(post_id: int) -> Post:
    with write_transaction() as session:
        post = _load_undeleted(session, post_id)
        if post.published_at is None:
            raise Conflict(f"“{post.title}” is a draft already.")
        _make_draft(post)
        revisions.record_save(session, post)
        return post


def delete(post_id: int) -> Post:
    """Mark a post as deleted; its address answers 410 if it was ever public. `undelete` restores all of it."""
    with write_transaction() as session:
        post = _load_undeleted(session, post_id)
        mark_deleted(session, post)
        return post


def mark_deleted(session: Session, post: Post) -> None:
    _remember_first_date(post)
    post.deleted_at = clock.now()
    revisions.record_save(session, post)


def undelete(post_id: int) -> Post:
    """Restore a deleted post as it was. If its scheduled time passed meanwhile, it is a draft, so nothing surprises."""
    with write_transaction() as session:
        post = working_copy.load_rows(session, post_id).post
        if post.deleted_at is None:
            raise Conflict(f"“{post.title}” is not deleted.")
        if post.published_at and post.published_at <= clock.now() and not post.was_public:
            post.published_at = None
        post.deleted_at = None
        revisions.record_save(session, post)
        return post


def rerender_outdated(progress: Callable[[Sequence[int]], Iterable[int]] = iter) -> list[str]:
    """Render the posts again whose HTML is from another renderer version. Return the slugs of those that it refuses.

    These posts keep their old HTML.
    """
    ids = db.session.scalars(select(Post.id).where(Post.renderer != RENDERER_VERSION).order_by(Post.id)).all()
    db.session.rollback()
    refused = []
    for post_id in progress(ids):
        post = working_copy.load_rows(db.session(), post_id).post
        version, slug = post.version, post.slug
        try:
            rendered = render_body(post.body, post.kind, post.cover or "")
        except Invalid:
            refused.append(slug)
            continue
        with write_transaction() as session:
            post = working_copy.load_rows(session, post_id).post
            if post.version == version:  # else its author saved it meanwhile, which rendered it with this version
                _set_rendered(post, rendered)
                index.index_posts(session, [post_id])
    return refused


def parse_guid(text: str) -> str:
    """Return the UUID of a permanent id as feeds write it (`urn:uuid:...`). Raises Invalid if it is no UUID."""
    try:
        return str(UUID(text.strip().lower().removeprefix("urn:uuid:")))
    except ValueError as error:
        message = f"“{validate.one_line(text)[:60]}” is not a UUID, which permanent ids are here."
        raise Invalid("guid", message) from error


# -- within a transaction -----------------------------------------------------------------------------------


def _load_undeleted(session: Session, post_id: int) -> Post:
    post = working_copy.load_rows(session, post_id).post
    if post.deleted_at:
        raise Conflict(f"“{post.title}” is deleted; undelete it first.")
    return post


def _remember_first_date(post: Post) -> None:
    if post.was_public and post.first_published_at is None:
        post.first_published_at = post.published_at


def _make_draft(post: Post) -> None:
    _remember_first_date(post)
    post.published_at = None


def _set_fields(post: Post, fields: Fields) -> None:
    for name, value in fields.changes().items():
        if name not in ("kind", "slug", "tags"):
            empty = not value and name in ("language", "canonical_url", "cover", "author_id")
            setattr(post, name, None if empty else value)


def _set_rendered(post: Post, rendered: RenderedText) -> None:
    post.html, post.feed_html = rendered.html, rendered.feed_html
    post.contents, post.links, post.pictures = rendered.contents, rendered.links, rendered.pictures
    post.words, post.extract = rendered.words, rendered.extract
    post.renderer = RENDERER_VERSION
