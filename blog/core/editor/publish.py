"""Write, publish and take away posts: each in one transaction with one commit.

Texts are judged and rendered before the transaction begins, so that a slow text keeps nobody waiting.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import select, update
from sqlalchemy.orm import Session, undefer_group

from blog import clock
from blog.core.db.transaction import write_transaction
from blog.core.editor import revisions
from blog.core.editor.fields import Fields, require_valid
from blog.core.editor.revisions import PostText, Saver
from blog.core.editor.unit_of_work import PostWrites
from blog.core.errors import Conflict, Invalid, NotFound
from blog.core.images import storage
from blog.core.markdown import render
from blog.core.markdown.render import Rendered
from blog.core.search import index
from blog.core.text import slugs, validate
from blog.core.urls import permalinks
from blog.extensions import db
from blog.models import Draft, Post, Site
from blog.models.json_types import RENDERER_VERSION

NOBODY = Saver()


def render_body(body: str, kind: str, cover: str = "") -> Rendered:
    """The text rendered as this site shows it. Raises Invalid for one that grows too large."""
    plates = storage.image_files_in(body, cover)
    foreign = db.session.scalars(select(Site.foreign_media)).one()
    db.session.rollback()
    return render.render(body, base=permalinks.path(kind, "-"), cover=cover, image_files=plates, foreign_media=foreign)


def create(given: Fields, *, published_at: datetime | None = None) -> Post:
    """A new post: a draft, or published (or scheduled) at `published_at`. Raises Invalid or Conflict."""
    given = require_valid(replace(given, title=given.title or "", body=given.body or ""))
    text = render_body(given.body or "", given.kind or "post", given.cover or "")
    with write_transaction() as session:
        ledger = PostWrites(session)
        post = add(ledger, given, text, published_at=published_at)
        ledger.write()
        return post


def add(
    ledger: PostWrites,
    given: Fields,
    text: Rendered,
    *,
    published_at: datetime | None = None,
    guid: str | None = None,
    aliases: Sequence[str] = (),
    instead_of: Post | None = None,
) -> Post:
    """Put a judged and rendered post into a ledger, in the place of another if need be.

    Its old addresses (`aliases`) will lead to it. Raises Conflict, with nothing changed, when its slug or one of
    these is taken.
    """
    kind = given.kind or "post"
    if given.slug:
        slug = permalinks.check_slug(ledger.addresses, kind, given.slug, exclude=instead_of)
    else:
        slug = permalinks.free_slug(ledger.addresses, kind, slugs.slug_of(given.title or ""))
    permalinks.check_old_addresses(ledger.addresses, aliases, exclude=instead_of)
    if instead_of is not None:
        ledger.remove(instead_of)
    post = Post(guid=guid or str(uuid4()), kind=kind, slug=slug, created_at=clock.now(), published_at=published_at)
    post.version, post.saved_at = 1, post.created_at
    _fill(post, given)
    _show(post, text)
    ledger.put(post)
    if given.tags:
        ledger.tags.put(post, given.tags)
    for alias in aliases:
        permalinks.redirect_to_post(ledger.addresses, post, alias)
    return post


def edit(post_id: int, given: Fields, *, minor: bool = False, published_at: datetime | None = None) -> Post:
    """Change a post; what it said before is kept as a revision. Raises Invalid, Conflict or Missing.

    A public post counts as updated when title, summary or body changed, unless `minor`.
    """
    before = load(db.session(), post_id)
    given = require_valid(replace(given, kind=given.kind or before.kind))
    anew = given.body is not None or given.cover is not None or given.kind != before.kind
    body = before.body if given.body is None else given.body
    cover = (before.cover or "") if given.cover is None else given.cover
    text = render_body(body, given.kind or "post", cover) if anew else None
    with write_transaction() as session:
        post = load(session, post_id)
        if post.deleted_at:
            raise Conflict(f"“{post.title}” is deleted; undelete it first.")
        stale = (given.body is None and post.body != body) or (given.cover is None and (post.cover or "") != cover)
        if anew and stale:  # what was rendered is not what would be stored
            raise Conflict(f"“{post.title}” was changed by somebody else meanwhile. Nothing was saved; try again.")
        ledger = PostWrites(session)
        change(ledger, post, given, text, minor=minor, published_at=published_at)
        ledger.write()
        return post


def change(
    ledger: PostWrites,
    post: Post,
    given: Fields,
    text: Rendered | None,
    *,
    minor: bool = False,
    published_at: datetime | None = None,
    taken_back: bool = False,
    aliases: Sequence[str] = (),
    by: Saver = NOBODY,
) -> None:
    """Change a post in a ledger; `taken_back` makes it a draft again, `aliases` will lead to it.

    Raises Invalid or Conflict, with nothing changed, for a slug or an old address that it cannot have.
    """
    was_public, old_path = post.was_public, permalinks.path_of(post)
    before, was_read = revisions.text_of(post), "public" if post.status == "published" else ""
    kind, slug = given.kind or post.kind, given.slug or post.slug
    moves = (kind, slug) != (post.kind, post.slug)
    if moves:
        slug = permalinks.check_slug(ledger.addresses, kind, slugs.validate_slug(slug, kind), exclude=post)
    permalinks.check_old_addresses(ledger.addresses, aliases, exclude=post)
    if taken_back:
        _withdraw(post)
    if moves:
        ledger.move(post, kind, slug)
    _fill(post, given)
    if text is not None:
        _show(post, text)
    if published_at is not None:
        _remember(post)
        post.published_at = published_at
    if given.tags is not None:
        ledger.tags.put(post, given.tags)
    ledger.reword(post)
    new = PostText(post.title, post.summary, post.body)
    if new != before.words:
        revisions.record_replaced(ledger.session, post.id, before, new, was_read)
        if was_public and post.published_at and not minor:
            post.updated_at = clock.now()
    post.version += 1
    post.saved_at, post.saved_by, post.saved_auto = clock.now(), by.person, by.auto
    # Whoever is at work on a copy of it will be told.
    ledger.session.execute(update(Draft).where(Draft.post_id == post.id).values(version=Draft.version + 1))
    for old in [old_path, *aliases] if was_public else aliases:
        permalinks.redirect_to_post(ledger.addresses, post, old)


def publish(post_id: int, at: datetime | None = None) -> Post:
    """Make a post public now, or at a later (or earlier) time.

    One that was public before and was taken back keeps its first date unless another is given.
    """
    with write_transaction() as session:
        post = _alive(session, post_id)
        if at is None and post.status == "published":
            return post
        if at is not None:
            _remember(post)
            post.published_at = at
        elif post.published_at is None or post.published_at > clock.now():
            post.published_at = post.first_published_at or clock.now()
        post.version += 1
        return post


def unpublish(post_id: int) -> Post:
    """Make a post a draft again."""
    with write_transaction() as session:
        post = _alive(session, post_id)
        if post.published_at is None:
            raise Conflict(f"“{post.title}” is a draft already.")
        _withdraw(post)
        post.version += 1
        return post


def delete(post_id: int) -> Post:
    """Take a post away; its address answers 410 if it was ever public. `undelete` brings all of it back."""
    with write_transaction() as session:
        post = _alive(session, post_id)
        remove(post)
        return post


def remove(post: Post) -> None:
    """Take a post away within an open transaction."""
    _remember(post)
    post.deleted_at = clock.now()
    post.version += 1


def undelete(post_id: int) -> Post:
    """Bring a deleted post back as it was; one whose time came while it was deleted is a draft, no surprise."""
    with write_transaction() as session:
        post = session.get(Post, post_id)
        if post is None:
            raise NotFound("There is no such post.")
        if post.deleted_at is None:
            raise Conflict(f"“{post.title}” is not deleted.")
        if post.published_at and post.published_at <= clock.now() and not post.was_public:
            post.published_at = None
        post.deleted_at = None
        post.version += 1
        return post


def rerender_outdated(progress: Callable[[Sequence[int]], Iterable[int]] = iter) -> list[str]:
    """Render anew the posts that another renderer made. Returns the slugs of those that it refuses.

    These keep the page they have.
    """
    ids = db.session.scalars(select(Post.id).where(Post.renderer != RENDERER_VERSION).order_by(Post.id)).all()
    db.session.rollback()
    refused = []
    for post_id in progress(ids):
        post = load(db.session(), post_id)
        version, slug = post.version, post.slug
        try:
            text = render_body(post.body, post.kind, post.cover or "")
        except Invalid:
            refused.append(slug)
            continue
        with write_transaction() as session:
            again = load(session, post_id)
            if again.version == version:  # an author who saved meanwhile was rendered by this code
                _show(again, text)
                index.put(session, [post_id])
    return refused


def parse_guid(text: str) -> str:
    """A permanent id as feeds name it. Raises Invalid for what is not a UUID."""
    try:
        return str(UUID(text.strip().lower().removeprefix("urn:uuid:")))
    except ValueError as error:
        raise Invalid(
            "guid", f"“{validate.one_line(text)[:60]}” is not a UUID, which permanent ids are here."
        ) from error


# -- within a transaction -----------------------------------------------------------------------------------


def load(session: Session, post_id: int) -> Post:
    """A post with its text. Raises Missing."""
    post = session.scalars(select(Post).where(Post.id == post_id).options(undefer_group("text"))).first()
    if post is None:
        raise NotFound("There is no such post.")
    return post


def _alive(session: Session, post_id: int) -> Post:
    post = session.get(Post, post_id)
    if post is None:
        raise NotFound("There is no such post.")
    if post.deleted_at:
        raise Conflict(f"“{post.title}” is deleted; undelete it first.")
    return post


def _remember(post: Post) -> None:
    if post.was_public and post.first_published_at is None:
        post.first_published_at = post.published_at


def _withdraw(post: Post) -> None:
    _remember(post)
    post.published_at = None


def _fill(post: Post, given: Fields) -> None:
    for name, value in given.given().items():
        if name not in ("kind", "slug", "tags"):
            empty = not value and name in ("language", "canonical_url", "cover", "author_id")
            setattr(post, name, None if empty else value)


def _show(post: Post, text: Rendered) -> None:
    post.html, post.feed_html = text.html, text.feed_html
    post.contents, post.links, post.pictures = text.contents, text.links, text.pictures
    post.words, post.extract = text.words, text.extract
    post.renderer = RENDERER_VERSION
