"""Tags, and the tags of each post in the author's order."""

from sqlalchemy import Column, ForeignKey, Index, Integer, Table
from sqlalchemy.orm import Mapped, mapped_column

from blog.extensions import Base
from blog.models.types import Instant

post_tag = Table(
    "post_tag",
    Base.metadata,
    Column("post_id", ForeignKey("post.id", ondelete="CASCADE"), primary_key=True),
    Column("tag_id", ForeignKey("tag.id", ondelete="CASCADE"), primary_key=True),
    Column("position", Integer, nullable=False),
    Column("listed_at", Instant),  # the post's date while lists show it: see models.tally
    Index("post_tag_listed", "tag_id", "listed_at", "post_id"),
)


class Tag(Base):
    """A tag. `key` is the case-folded name: two names that differ only in case are one tag."""

    __tablename__ = "tag"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    key: Mapped[str] = mapped_column(unique=True)
    slug: Mapped[str] = mapped_column(unique=True)
