"""Old addresses and their targets. A published address always gets an answer."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from blog.extensions import Base
from blog.models.types import Instant


class Redirect(Base):
    """An address that moved to a post or to another address; with neither it is gone for good."""

    __tablename__ = "redirect"
    __table_args__ = (
        CheckConstraint("post_id IS NULL OR target IS NULL", name="one_target"),
        Index("redirect_newest", "created_at", "path"),
    )

    path: Mapped[str] = mapped_column(primary_key=True)
    post_id: Mapped[int | None] = mapped_column(ForeignKey("post.id", ondelete="CASCADE"), index=True)
    target: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(Instant)
