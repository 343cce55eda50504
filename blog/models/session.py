"""Sessions, sign-in attempts, and invitations. Tokens and accounts are stored as hashes only."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from blog.extensions import Base
from blog.models.types import Instant


class AuthorSession(Base):
    """A browser in which a person is signed in. The id is the SHA-256 of the token in its cookie."""

    __tablename__ = "session"

    id: Mapped[str] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime] = mapped_column(Instant)
    seen_at: Mapped[datetime] = mapped_column(Instant)
    address: Mapped[str]
    agent: Mapped[str]


class Attempt(Base):
    """A sign-in attempt. `account` is a keyed hash: people may type their password into that field.

    Failures are counted; after a success the address is trusted for this account.
    """

    __tablename__ = "attempt"
    __table_args__ = (Index("attempt_account", "account", "at"), Index("attempt_address", "address", "at"))

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(Instant)
    account: Mapped[str]
    address: Mapped[str]
    succeeded: Mapped[bool] = mapped_column(default=False, server_default="0")


class Invitation(Base):
    """A link for making an account. The id is the SHA-256 of the token in its address.

    `invited_by` is None for the first author's link, which `serve` prints.
    """

    __tablename__ = "invitation"

    id: Mapped[str] = mapped_column(primary_key=True)
    email: Mapped[str | None]
    name: Mapped[str] = mapped_column(default="", server_default="")
    created_at: Mapped[datetime] = mapped_column(Instant)
    expires_at: Mapped[datetime] = mapped_column(Instant)
    invited_by: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
