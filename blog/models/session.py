"""Who is signed in, who tried to, and who may make an account. Nothing here is kept in words that would open a door."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from blog.extensions import Base
from blog.models.types import Instant


class AuthorSession(Base):
    """A browser in which somebody is signed in. The id is the SHA-256 of the token in its cookie."""

    __tablename__ = "session"

    id: Mapped[str] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime] = mapped_column(Instant)
    seen_at: Mapped[datetime] = mapped_column(Instant)
    address: Mapped[str]
    agent: Mapped[str]


class Attempt(Base):
    """A password that somebody gave. `account` is a keyed hash: what was typed there may have been a password.

    Those that failed are counted; one that succeeded says that its address is known to the account.
    """

    __tablename__ = "attempt"
    __table_args__ = (Index("attempt_account", "account", "at"), Index("attempt_address", "address", "at"))

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(Instant)
    account: Mapped[str]
    address: Mapped[str]
    succeeded: Mapped[bool] = mapped_column(default=False, server_default="0")


class Invitation(Base):
    """A link with which one person can make an account. The id is the SHA-256 of the token in its address.

    Nobody made the link that `serve` prints for the first author.
    """

    __tablename__ = "invitation"

    id: Mapped[str] = mapped_column(primary_key=True)
    email: Mapped[str | None]
    name: Mapped[str] = mapped_column(default="", server_default="")
    created_at: Mapped[datetime] = mapped_column(Instant)
    expires_at: Mapped[datetime] = mapped_column(Instant)
    invited_by: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
