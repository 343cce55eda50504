"""A post as its authors see it: the text that was saved last, in the post itself or in its working copy.

A draft is edited in place. A published or scheduled post is edited in a working copy, so that readers see nothing
unfinished; publishing replaces the post's text with the copy's.
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
    """The values of a post that its form shows; no field of `fields` is None.

    `date` is when its author wants to publish it, `due_at` when it is published. `version` tells whether a form is
    older than the last save. `copied`: it has a working copy, so readers see another text. `behind`: the post changed
    after the working copy was begun.
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
        return self.fields.kind or "post"

    @property
    def text(self) -> PostText:
        return self.saved.text

    @property
    def scheduled_at(self) -> datetime | None:
        """The time of publication, if it is in the future."""
        return self.due_at if self.status == "scheduled" else None


@dataclass(frozen=True)
class PostRows:
    """The rows of a post in an open session: the post with its text, and its working copy if it has one.

    The properties are the values that were saved last.
    """

    post: Post
    copy: Draft | None

    @property
    def version(self) -> int:
        """The version that a form must have."""
        return self.copy.version if self.copy else self.post.version

    @property
    def fields(self) -> Fields:
        if self.copy:
            return _fields(self.copy, self.copy.tags)
        return _fields(self.post, [tag.name for tag in self.post.tags])

    @property
    def date(self) -> datetime | None:
        return self.copy.published_at if self.copy else self.post.published_at or self.post.planned_at

    @property
    def saved(self) -> SavedText:
        return revisions.text_of(self.copy or self.post)


def load_rows(session: Session, post_id: int) -> PostRows:
    """Load the rows of a post. Raises NotFound."""
    query = select(Post).where(Post.id == post_id).options(undefer_group("text"), selectinload(Post.tags))
    post = session.scalars(query).first()
    if post is None:
        raise NotFound("There is no such post.")
    return PostRows(post, session.get(Draft, post_id))


def load(post_id: int) -> EditorPost:
    """Load a post as its authors see it. Raises NotFound."""
    rows = load_rows(db.session(), post_id)
    post, copy = rows.post, rows.copy
    name = select(Person.name).where(Person.id == rows.saved.by)
    return EditorPost(
        id=post.id,
        version=rows.version,
        status=post.status,
        fields=rows.fields,
        date=rows.date,
        saved=rows.saved,
        author=db.session.scalar(name) if rows.saved.by else None,
        copied=copy is not None,
        behind=copy is not None and copy.base_version != post.version,
        was_public=post.was_public,
        due_at=post.published_at,
        path=permalinks.path_of(post),
        preview=db.session.scalar(select(Preview.token).where(Preview.post_id == post_id)),
    )


def published_text(post_id: int) -> SavedText:
    """Return the text of the post itself, even if it has a working copy. Raises NotFound."""
    return revisions.text_of(load_rows(db.session(), post_id).post)


def has_date(post_id: int) -> bool:
    """Return whether a post is published or scheduled. Raises NotFound."""
    return load(post_id).status in ("published", "scheduled")


def same_fields(first: Fields, second: Fields) -> bool:
    """Return whether two sets of fields have the same values; None counts as empty."""
    return _without_none(first) == _without_none(second)


def _without_none(fields: Fields) -> Fields:
    return replace(
        fields, author_id=None, slug=fields.slug or "", summary=fields.summary or "", tags=fields.tags or [],
        language=fields.language or "", cover=fields.cover or "", kind=fields.kind or "post",
        unlisted=bool(fields.unlisted), canonical_url=fields.canonical_url or "",
    )  # fmt: skip


def _fields(row: Post | Draft, tags: list[str]) -> Fields:
    return Fields(
        title=row.title, slug=row.slug, summary=row.summary, body=row.body, tags=tags, language=row.language or "",
        cover=row.cover or "", kind=row.kind, unlisted=row.unlisted, canonical_url=row.canonical_url or "",
    )  # fmt: skip
