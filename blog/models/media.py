"""Stored pictures, and which posts use them. Their files lie in instance/media/; the file names hold a hash."""

from datetime import datetime, timedelta

from sqlalchemy import JSON, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from blog.extensions import Base
from blog.models.types import Instant

# A deleted picture can be restored for this long.
KEEP_DELETED = timedelta(days=30)


class Media(Base):
    """A stored picture: `name` is the name of its base file, `widths` lists the widths of all its files in pixels.

    Pictures stored before there were variants have the base file only, and no widths.
    """

    __tablename__ = "media"
    __table_args__ = (Index("media_deleted", "deleted_at", "id", sqlite_where=text("deleted_at IS NOT NULL")),)

    id: Mapped[int] = mapped_column(primary_key=True)
    hash: Mapped[str] = mapped_column(unique=True)  # SHA-256 of the uploaded bytes
    name: Mapped[str] = mapped_column(unique=True)
    type: Mapped[str]
    width: Mapped[int]
    height: Mapped[int]
    bytes: Mapped[int]
    alt: Mapped[str]  # suggested when the picture is put into a text; the text has its own
    created_at: Mapped[datetime] = mapped_column(Instant)
    widths: Mapped[list[int]] = mapped_column(JSON, default=list, server_default="[]")
    filename: Mapped[str] = mapped_column(default="", server_default="")  # its name before the upload
    deleted_at: Mapped[datetime | None] = mapped_column(Instant)


class MediaUse(Base):
    """A post (or, if `copied`, its working copy) names a picture (or a missing one). `stem` begins the file names."""

    __tablename__ = "media_use"
    __table_args__ = (Index("media_use_by_stem", "stem", "post_id"), {"sqlite_with_rowid": False})

    post_id: Mapped[int] = mapped_column(ForeignKey("post.id", ondelete="CASCADE"), primary_key=True)
    copied: Mapped[bool] = mapped_column(primary_key=True)
    stem: Mapped[str] = mapped_column(primary_key=True)


# A working copy can end in several ways; its uses always end with it.
TRIGGERS = {
    "use_draft_delete": "CREATE TRIGGER use_draft_delete AFTER DELETE ON draft BEGIN"
    " DELETE FROM media_use WHERE post_id = OLD.post_id AND copied; END"
}
