"""Pictures that the blog keeps, and where they are used. Their files lie in instance/media/; names hold a hash."""

from datetime import datetime

from sqlalchemy import JSON, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from blog.extensions import Base
from blog.models.types import Instant


class Media(Base):
    """A stored picture: `name` is that of its base file, `widths` those of its files.

    Pictures that were stored before there were twins have no widths, but the base alone.
    """

    __tablename__ = "media"
    __table_args__ = (Index("media_deleted", "deleted_at", "id", sqlite_where=text("deleted_at IS NOT NULL")),)

    id: Mapped[int] = mapped_column(primary_key=True)
    hash: Mapped[str] = mapped_column(unique=True)  # SHA-256 of the bytes that came in
    name: Mapped[str] = mapped_column(unique=True)
    type: Mapped[str]
    width: Mapped[int]
    height: Mapped[int]
    bytes: Mapped[int]
    alt: Mapped[str]  # offered when it is put into a text, which keeps its own
    created_at: Mapped[datetime] = mapped_column(Instant)
    widths: Mapped[list[int]] = mapped_column(JSON, default=list, server_default="[]")
    filename: Mapped[str] = mapped_column(default="", server_default="")  # what it was called where it came from
    deleted_at: Mapped[datetime | None] = mapped_column(Instant)


class MediaUse(Base):
    """A post (or, `copied`, its working copy) names a stored picture, be it there or not."""

    __tablename__ = "media_use"
    __table_args__ = (Index("media_use_by_stem", "stem", "post_id"), {"sqlite_with_rowid": False})

    post_id: Mapped[int] = mapped_column(ForeignKey("post.id", ondelete="CASCADE"), primary_key=True)
    copied: Mapped[bool] = mapped_column(primary_key=True)
    stem: Mapped[str] = mapped_column(primary_key=True)


# A working copy ends in several ways, and what it used ends with it.
TRIGGERS = {
    "use_draft_delete": "CREATE TRIGGER use_draft_delete AFTER DELETE ON draft BEGIN"
    " DELETE FROM media_use WHERE post_id = OLD.post_id AND copied; END"
}
