"""The post: the one noun of this blog. A page (About) is a post of another kind."""

from datetime import datetime

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from blog import clock
from blog.extensions import Base
from blog.models.json_types import Heading, Picture, Written
from blog.models.person import Person
from blog.models.tag import Tag, post_tag
from blog.models.types import Instant


def _heavy(**options: object) -> Mapped:  # type: ignore[type-arg]
    """A column that lists never load: reading it without having asked for it is an error."""
    return mapped_column(deferred=True, deferred_group="text", deferred_raiseload=True, **options)  # type: ignore[arg-type]


class Post(Base, Written):
    """An article or a page.

    `published_at` is None for a draft and lies ahead for a scheduled post. The columns from `html` to `pictures`
    are made from `body` when it is saved, by version `renderer` of `core.markdown.render`.
    """

    __tablename__ = "post"
    __table_args__ = (
        CheckConstraint("kind IN ('post', 'page')", name="known_kind"),
        Index("post_by_slug", "kind", "slug", unique=True),
        # With `updated_at`, so that what changed last among many is known without reading the posts.
        Index("post_listed", "kind", "unlisted", "deleted_at", "published_at", "id", "updated_at"),
        Index("post_signed", "author_id", "kind", "unlisted", "deleted_at", "published_at", "id"),
        Index("post_public", "deleted_at", "published_at"),
        Index("post_renderer", "renderer"),
        # The columns that are always empty here let SQLite prefer it to `post_public`, which is in another order.
        Index(
            "post_drafted",
            "deleted_at",
            "published_at",
            "saved_at",
            "id",
            sqlite_where=text("published_at IS NULL AND deleted_at IS NULL"),
        ),
        Index("post_deleted", "deleted_at", "id", sqlite_where=text("deleted_at IS NOT NULL")),
        # What a search asks of each of the thousands of posts that hold a word: see core.search.ranking.
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
    first_published_at: Mapped[datetime | None] = mapped_column(Instant)  # kept while unpublished
    updated_at: Mapped[datetime | None] = mapped_column(Instant)
    deleted_at: Mapped[datetime | None] = mapped_column(Instant)
    planned_at: Mapped[datetime | None] = mapped_column(Instant)  # the date that a draft's author has in mind

    # When its present words were saved, by whom, and whether the editor did it by itself.
    saved_at: Mapped[datetime | None] = mapped_column(Instant)
    saved_by: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    saved_auto: Mapped[bool] = mapped_column(default=False, server_default="0")

    origin: Mapped[str | None] = mapped_column(unique=True)  # its id in the system it came from
    origin_source: Mapped[str | None]  # the file it came of
    origin_digest: Mapped[str | None]  # what it looked like there when it came
    origin_version: Mapped[int | None]  # `version` when it came: a greater one was edited here since

    words: Mapped[int] = mapped_column(default=0)
    extract: Mapped[str] = mapped_column(default="")
    renderer: Mapped[int] = mapped_column(default=0)
    body: Mapped[str] = _heavy(type_=Text, default="")
    html: Mapped[str] = _heavy(type_=Text, default="")
    feed_html: Mapped[str] = _heavy(type_=Text, default="")
    contents: Mapped[list[Heading]] = _heavy(type_=JSON, default=list)
    links: Mapped[list[str]] = _heavy(type_=JSON, default=list)
    pictures: Mapped[list[Picture]] = _heavy(type_=JSON, default=list)

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
        """Whether readers could open it at any time until now (or until it was deleted)."""
        until = self.deleted_at or clock.now()
        return bool(self.first_published_at or (self.published_at and self.published_at <= until))


class Revision(Base):
    """Words that a post said once: saved at `saved_at`, replaced later.

    `note` says what is particular: they were `public`, lost to somebody else's save (`conflict`), or were thrown away
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
