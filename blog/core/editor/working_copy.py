"""A post as its authors see it: the text that was saved last, in the post itself or in its working copy.

A draft is edited in place. A published or scheduled post is edited in a working copy, so that readers see nothing
unfinished; publishing replaces the post's text with the copy's.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlalchemy import Integer, bindparam, case, select
from sqlalchemy.orm import Load, Session

from blog.core.editor import revisions
from blog.core.editor.fields import Fields
from blog.core.editor.revisions import PostText, SavedText
from blog.core.errors import NotFound
from blog.core.urls import permalinks
from blog.extensions import db
from blog.models import Draft, Person, Post, Preview, Tag, post_tag


@dataclass(frozen=True)
class EditorPost:
    """The values of a post that its form shows; no field of `fields` is None.

    `date` is when its author wants to publish it, `due_at` when it is published. `version` tells whether a form is
    older than the last save. `copied`: it has a working copy, so readers see another text. `behind`: the post changed
    after the working copy was begun. `rows` are what `current_rows` needs.
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
    rows: "PostRows" = field(repr=False, compare=False)

    @property
    def kind(self) -> str:
        return self.fields.kind or "post"

    @property
    def text(self) -> PostText:
        return self.saved.text

    @property
    def published_text(self) -> SavedText:
        """Return the text of the post itself, even if it has a working copy."""
        return revisions.text_of(self.rows.post)

    @property
    def scheduled_at(self) -> datetime | None:
        """The time of publication, if it is in the future."""
        return self.due_at if self.status == "scheduled" else None


@dataclass(frozen=True)
class PostRows:
    """The rows of a post: the post with its text and tags, and its working copy if it has one.

    The properties are the values that were saved last.
    """

    post: Post
    copy: Draft | None
    tags: list[str]

    @property
    def versions(self) -> tuple[str, int, int | None]:
        """Return what tells whether anybody saved the post since it was loaded."""
        return self.post.guid, self.post.version, self.copy.version if self.copy else None

    @property
    def version(self) -> int:
        """The version that a form must have."""
        return self.copy.version if self.copy else self.post.version

    @property
    def fields(self) -> Fields:
        if self.copy:
            return _fields(self.copy, self.copy.tags)
        return self.post_fields

    @property
    def post_fields(self) -> Fields:
        """Return the values of the post itself, even if it has a working copy."""
        return _fields(self.post, self.tags)

    @property
    def date(self) -> datetime | None:
        return self.copy.published_at if self.copy else self.post.published_at or self.post.planned_at

    @property
    def saved(self) -> SavedText:
        return revisions.text_of(self.copy or self.post)


POST_ID = bindparam("post_id", type_=Integer)
SAVED_BY = case((Draft.post_id.is_(None), Post.saved_by), else_=Draft.saved_by)
ROWS_QUERY = (
    select(Post, Draft, Person.name, Preview.token)
    .outerjoin(Draft, Draft.post_id == Post.id)
    .outerjoin(Person, Person.id == SAVED_BY)
    .outerjoin(Preview, Preview.post_id == Post.id)
    .where(Post.id == POST_ID)
    .options(Load(Post).undefer_group("text"))
)
TAGS_QUERY = select(Tag.name).join(post_tag).where(post_tag.c.post_id == POST_ID).order_by(post_tag.c.position)
VERSIONS_QUERY = (
    select(Post.guid, Post.version, Draft.version).outerjoin(Draft, Draft.post_id == Post.id).where(Post.id == POST_ID)
)


def load_rows(session: Session, post_id: int) -> PostRows:
    """Load the rows of a post. Raises NotFound."""
    return _load(session, post_id)[0]


def _load(session: Session, post_id: int) -> tuple[PostRows, str | None, str | None]:
    """Load the rows of a post, the name of the person who saved it last, and the token of its secret link."""
    row = session.execute(ROWS_QUERY, {"post_id": post_id}).first()
    if row is None:
        raise NotFound("There is no such post.")
    post, copy, name, token = row
    return PostRows(post, copy, list(session.scalars(TAGS_QUERY, {"post_id": post_id}))), name, token


def current_rows(session: Session, post: EditorPost) -> PostRows:
    """Return the rows of a post in a session: as they were loaded, or loaded anew if somebody saved meanwhile.

    Raises NotFound if it is no more.
    """
    rows = post.rows
    if session.execute(VERSIONS_QUERY, {"post_id": post.id}).first() != rows.versions:
        return load_rows(session, post.id)
    copy = session.merge(rows.copy, load=False) if rows.copy else None
    return replace(rows, post=session.merge(rows.post, load=False), copy=copy)


def has_copy(post_id: int) -> bool:
    """Return whether a post has a working copy, so that readers see another text."""
    return db.session.scalar(select(Draft.post_id).where(Draft.post_id == post_id)) is not None


def load(post_id: int) -> EditorPost:
    """Load a post as its authors see it. Raises NotFound."""
    session = db.session()
    rows, name, token = _load(session, post_id)
    post, copy = rows.post, rows.copy
    for row in filter(None, (post, copy)):  # no later query or rollback changes them
        session.expunge(row)
    return EditorPost(
        id=post.id,
        version=rows.version,
        status=post.status,
        fields=rows.fields,
        date=rows.date,
        saved=rows.saved,
        author=name,
        copied=copy is not None,
        behind=copy is not None and copy.base_version != post.version,
        was_public=post.was_public,
        due_at=post.published_at,
        path=permalinks.path_of(post),
        preview=token,
        rows=rows,
    )


def same_fields(first: Fields, second: Fields) -> bool:
    """Return whether two sets of fields have the same values; None counts as empty."""
    return _values(first) == _values(second)


def _values(fields: Fields) -> dict[str, object]:
    fields = replace(fields, author_id=None, kind=fields.kind or "post")
    return {name: value or None for name, value in vars(fields).items()}


def _fields(row: Post | Draft, tags: list[str]) -> Fields:
    return Fields(
        title=row.title, slug=row.slug, summary=row.summary, body=row.body, tags=tags, language=row.language or "",
        cover=row.cover or "", kind=row.kind, unlisted=row.unlisted, canonical_url=row.canonical_url or "",
    )  # fmt: skip
