"""Posts and their revisions. A page (About) is a post of another kind."""

from datetime import datetime

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from blog import clock
from blog.extensions import Base
from blog.models.json_types import Heading, Picture, PostProperties
from blog.models.person import Person
from blog.models.tag import Tag, post_tag
from blog.models.types import Instant


def _text_column(**options: object) -> Mapped:  # type: ignore[type-arg]
    """Return a column that queries load only when asked to; reading it otherwise raises an error."""
    return mapped_column(deferred=True, deferred_group="text", deferred_raiseload=True, **options)  # type: ignore[arg-type]


class Post(Base, PostProperties):
    """An article or a page.

    `published_at` is None for a draft and in the future for a scheduled post. The columns from `html` to `pictures`
    are rendered from `body` when it is saved, by version `renderer` of `core.markdown.render`.
    """

    __tablename__ = "post"
    __table_args__ = (
        CheckConstraint("kind IN ('post', 'page')", name="known_kind"),
        Index("post_by_slug", "kind", "slug", unique=True),
        # With `updated_at`: the last change among many posts is then read from the index alone.
        Index("post_listed", "kind", "unlisted", "deleted_at", "published_at", "id", "updated_at"),
        Index("post_signed", "author_id", "kind", "unlisted", "deleted_at", "published_at", "id"),
        Index("post_public", "deleted_at", "published_at"),
        Index("post_renderer", "renderer"),
        # The two columns that are always empty here make SQLite prefer it to `post_public`, which has another order.
        Index(
            "post_drafted",
            "deleted_at",
            "published_at",
            "saved_at",
            "id",
            sqlite_where=text("published_at IS NULL AND deleted_at IS NULL"),
        ),
        Index("post_deleted", "deleted_at", "id", sqlite_where=text("deleted_at IS NOT NULL")),
        # A search reads these of each of the thousands of posts that hold a word: see core.search.ranking.
        Index("post_found", "id", "published_at", "deleted_at", "unlisted"),
        Index("page_named", "unlisted", "deleted_at", "title", sqlite_where=text("kind = 'page'")),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    guid: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str] = mapped_column(default="post")
    slug: Mapped[str]
    title: Mapped[str]
    summary: Mapped[str] = mapped_column(default="")
    language: Mapped[str | None]
    author_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    cover: Mapped[str | None]
    unlisted: Mapped[bool] = mapped_column(default=False)
    canonical_url: Mapped[str | None]
    version: Mapped[int] = mapped_column(default=1)

    created_at: Mapped[datetime] = mapped_column(Instant)
    published_at: Mapped[datetime | None] = mapped_column(Instant)
    first_published_at: Mapped[datetime | None] = mapped_column(Instant)  # stays while the post is unpublished
    updated_at: Mapped[datetime | None] = mapped_column(Instant)
    deleted_at: Mapped[datetime | None] = mapped_column(Instant)
    planned_at: Mapped[datetime | None] = mapped_column(Instant)  # the date in the form of a draft

    # When and by whom the present text was saved, and whether by autosave.
    saved_at: Mapped[datetime | None] = mapped_column(Instant)
    saved_by: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    saved_auto: Mapped[bool] = mapped_column(default=False, server_default="0")

    origin: Mapped[str | None] = mapped_column(unique=True)  # its id in the system it was imported from
    origin_source: Mapped[str | None]  # the file it was imported from
    origin_digest: Mapped[str | None]  # a hash of the source at the import
    origin_version: Mapped[int | None]  # `version` at the import: a greater `version` means an edit since

    words: Mapped[int] = mapped_column(default=0)
    extract: Mapped[str] = mapped_column(default="")
    renderer: Mapped[int] = mapped_column(default=0)
    body: Mapped[str] = _text_column(type_=Text, default="")
    html: Mapped[str] = _text_column(type_=Text, default="")
    feed_html: Mapped[str] = _text_column(type_=Text, default="")
    contents: Mapped[list[Heading]] = _text_column(type_=JSON, default=list)
    links: Mapped[list[str]] = _text_column(type_=JSON, default=list)
    pictures: Mapped[list[Picture]] = _text_column(type_=JSON, default=list)

    author: Mapped[Person | None] = relationship(lazy="raise", viewonly=True, foreign_keys=author_id)
    tags: Mapped[list[Tag]] = relationship(
        secondary=post_tag, order_by=post_tag.c.position, lazy="raise", viewonly=True
    )

    @property
    def status(self) -> str:
        """One of: deleted, draft, scheduled, published."""
        if self.deleted_at:
            return "deleted"
        if self.published_at is None:
            return "draft"
        return "published" if self.published_at <= clock.now() else "scheduled"

    @property
    def was_public(self) -> bool:
        """Whether readers could ever open it, until now or until its deletion."""
        until = self.deleted_at or clock.now()
        return bool(self.first_published_at or (self.published_at and self.published_at <= until))


class Revision(Base):
    """An earlier text of a post.

    `note` is empty or says why it is here: it was `public`, lost to another person's save (`conflict`), or thrown away
    (`discarded`, `unsaved`).
    """

    __tablename__ = "revision"

    id: Mapped[int] = mapped_column(primary_key=True)
    post_id: Mapped[int] = mapped_column(ForeignKey("post.id", ondelete="CASCADE"), index=True)
    saved_at: Mapped[datetime] = mapped_column(Instant)
    saved_by: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    note: Mapped[str] = mapped_column(default="", server_default="")
    title: Mapped[str]
    summary: Mapped[str]
    body: Mapped[str] = mapped_column(Text)
