"""Texts that readers do not see yet: working copies, and secret preview links."""

from datetime import datetime

from sqlalchemy import JSON, ForeignKey, Text
from sqlalchemy.orm import Mapped, mapped_column

from blog.extensions import Base
from blog.models.types import Instant


class Draft(Base):
    """The working copy of a published or scheduled post: its content after the next publication.

    `version` continues the post's own version, so one number tells a form whether it is outdated. `base_version` is
    the post's version when the copy began. If `slug` is empty, it will be made from the title.
    """

    __tablename__ = "draft"

    post_id: Mapped[int] = mapped_column(ForeignKey("post.id", ondelete="CASCADE"), primary_key=True)
    version: Mapped[int]
    base_version: Mapped[int]
    saved_at: Mapped[datetime] = mapped_column(Instant)
    saved_by: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    saved_auto: Mapped[bool] = mapped_column(default=False)
    title: Mapped[str]
    slug: Mapped[str]
    summary: Mapped[str]
    body: Mapped[str] = mapped_column(Text)
    tags: Mapped[list[str]] = mapped_column(JSON)
    language: Mapped[str | None]
    cover: Mapped[str | None]
    kind: Mapped[str]
    unlisted: Mapped[bool]
    canonical_url: Mapped[str | None]
    published_at: Mapped[datetime | None] = mapped_column(Instant)


class Preview(Base):
    """The secret link of a post: anybody who has it may read the text that was saved last."""

    __tablename__ = "preview"

    post_id: Mapped[int] = mapped_column(ForeignKey("post.id", ondelete="CASCADE"), primary_key=True)
    token: Mapped[str] = mapped_column(unique=True)
    created_at: Mapped[datetime] = mapped_column(Instant)
