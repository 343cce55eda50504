"""A post as its authors see it: the words they saved last, wherever these are kept.

What has no date is edited where it is. What has one, published or scheduled, is edited in a working copy, so that
readers see nothing half-written; publishing puts the copy in the post's place.
"""

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload, undefer_group

from blog.core.editor import revisions
from blog.core.editor.fields import Fields
from blog.core.editor.revisions import PostText, SavedText
from blog.core.errors import NotFound
from blog.core.urls import permalinks
from blog.extensions import db
from blog.models import Draft, Person, Post, Preview


@dataclass(frozen=True)
class EditorPost:
    """What an author's form shows of a post. All its fields are given.

    `date` is when its author wants it to be published, `due_at` when it is. `version` tells whether a form was
    overtaken. `copied` says that readers see other words than these, `behind` that the post was changed since the copy
    began.
    """

    id: int
    version: int
    status: str
    fields: Fields
    date: datetime | None
    saved: SavedText
    author: str | None
    copied: bool
    behind: bool
    was_public: bool
    due_at: datetime | None
    path: str
    preview: str | None

    @property
    def kind(self) -> str:
        """`post` or `page`."""
        return self.fields.kind or "post"

    @property
    def words(self) -> PostText:
        """What it says."""
        return self.saved.words

    @property
    def scheduled_at(self) -> datetime | None:
        """When it is to be published, while that lies ahead."""
        return self.due_at if self.status == "scheduled" else None


@dataclass(frozen=True)
class PostRows:
    """The rows of a manuscript in an open session: the post whole, and its working copy if it has one."""

    post: Post
    copy: Draft | None

    @property
    def version(self) -> int:
        """The number that a form has to know."""
        return self.copy.version if self.copy else self.post.version

    @property
    def fields(self) -> Fields:
        """What was saved last."""
        return _fields(self.copy, self.copy.tags) if self.copy else _fields(self.post, _names(self.post))

    @property
    def date(self) -> datetime | None:
        """When it is to be published, or was."""
        return self.copy.published_at if self.copy else self.post.published_at or self.post.planned_at

    @property
    def saved(self) -> SavedText:
        """The words saved last."""
        return revisions.text_of(self.copy or self.post)


def load_rows(session: Session, post_id: int) -> PostRows:
    """The rows of a post. Raises Missing."""
    query = select(Post).where(Post.id == post_id).options(undefer_group("text"), selectinload(Post.tags))
    post = session.scalars(query).first()
    if post is None:
        raise NotFound("There is no such post.")
    return PostRows(post, session.get(Draft, post_id))


def load(post_id: int) -> EditorPost:
    """A post as its authors see it. Raises Missing."""
    kept = load_rows(db.session(), post_id)
    post, copy = kept.post, kept.copy
    name = select(Person.name).where(Person.id == kept.saved.by)
    return EditorPost(
        id=post.id,
        version=kept.version,
        status=post.status,
        fields=kept.fields,
        date=kept.date,
        saved=kept.saved,
        author=db.session.scalar(name) if kept.saved.by else None,
        copied=copy is not None,
        behind=copy is not None and copy.base_version != post.version,
        was_public=post.was_public,
        due_at=post.published_at,
        path=permalinks.path_of(post),
        preview=db.session.scalar(select(Preview.token).where(Preview.post_id == post_id)),
    )


def published_text(post_id: int) -> SavedText:
    """What the post itself says, whatever its working copy does. Raises Missing."""
    return revisions.text_of(load_rows(db.session(), post_id).post)


def has_date(post_id: int) -> bool:
    """Whether a post is published or scheduled. Raises Missing."""
    return load(post_id).status in ("published", "scheduled")


def same_fields(one: Fields, other: Fields) -> bool:
    """Whether two sets of fields say the same, given or left empty."""
    return _full(one) == _full(other)


def _full(fields: Fields) -> Fields:
    return replace(
        fields, author_id=None, slug=fields.slug or "", summary=fields.summary or "", tags=fields.tags or [],
        language=fields.language or "", cover=fields.cover or "", kind=fields.kind or "post",
        unlisted=bool(fields.unlisted), canonical_url=fields.canonical_url or "",
    )  # fmt: skip


def _names(post: Post) -> list[str]:
    return [tag.name for tag in post.tags]


def _fields(row: Post | Draft, tags: list[str]) -> Fields:
    return Fields(
        title=row.title, slug=row.slug, summary=row.summary, body=row.body, tags=tags, language=row.language or "",
        cover=row.cover or "", kind=row.kind, unlisted=row.unlisted, canonical_url=row.canonical_url or "",
    )  # fmt: skip
