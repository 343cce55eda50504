"""Pictures that the blog keeps. The file lies in instance/media/ under `name`, which holds its hash."""

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from blog.extensions import Base
from blog.models.types import Instant


class Media(Base):
    """A stored picture."""

    __tablename__ = "media"

    id: Mapped[int] = mapped_column(primary_key=True)
    hash: Mapped[str] = mapped_column(unique=True)  # SHA-256 of the bytes that came in
    name: Mapped[str] = mapped_column(unique=True)
    type: Mapped[str]
    width: Mapped[int]
    height: Mapped[int]
    bytes: Mapped[int]
    alt: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(Instant)
