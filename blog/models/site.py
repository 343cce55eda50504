"""The site: one row with the blog's name, appearance and other settings."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint
from sqlalchemy.orm import Mapped, mapped_column

from blog.extensions import Base
from blog.models.json_types import NamedLink, Picture
from blog.models.types import Instant

# The share links of a new site, in order.
DEFAULT_NETWORKS = "x facebook linkedin bluesky mastodon threads reddit whatsapp telegram email".split()
# The row of a new site.
DEFAULTS: dict[str, Any] = {
    "id": 1,
    "title": "Broadsheet",
    "tagline": "",
    "language": "en",
    "timezone": "UTC",
    "accent": "#9b2d1f",
    "author": "Editor",
    "footer": "",
    "logo": None,
    "logo_dark": None,
    "typeface": "serif",
    "header_links": [],
    "footer_links": [],
    "follow": [],
    "networks": DEFAULT_NETWORKS,
    "hubs": [],
    "fediverse": "",
    "atproto_did": "",
    "security_contact": "",
    "foreign_media": False,
    "public_version": 1,
    "changed_version": 1,
}


class Site(Base):
    """The one row of site settings, with the version of everything public."""

    __tablename__ = "site"
    __table_args__ = (CheckConstraint("id = 1", name="one_site"),)

    id: Mapped[int] = mapped_column(primary_key=True, default=1)
    title: Mapped[str]
    tagline: Mapped[str]
    language: Mapped[str]
    timezone: Mapped[str]
    accent: Mapped[str]
    author: Mapped[str]
    footer: Mapped[str]
    logo: Mapped[Picture | None] = mapped_column(JSON(none_as_null=True))
    logo_dark: Mapped[Picture | None] = mapped_column(JSON(none_as_null=True))
    typeface: Mapped[str] = mapped_column(default="serif", server_default="serif")
    header_links: Mapped[list[NamedLink]] = mapped_column(JSON, default=list, server_default="[]")
    footer_links: Mapped[list[NamedLink]] = mapped_column(JSON, default=list, server_default="[]")
    follow: Mapped[list[NamedLink]] = mapped_column(JSON)
    networks: Mapped[list[str]] = mapped_column(JSON)
    hubs: Mapped[list[str]] = mapped_column(JSON, default=list, server_default="[]")
    fediverse: Mapped[str] = mapped_column(default="", server_default="")
    atproto_did: Mapped[str] = mapped_column(default="", server_default="")
    security_contact: Mapped[str] = mapped_column(default="", server_default="")
    foreign_media: Mapped[bool]
    guid: Mapped[str] = mapped_column(default="", server_default="")  # of its feeds; a move does not change it
    made_by: Mapped[str] = mapped_column(default="", server_default="")  # the code and address of the last server
    samples_at: Mapped[datetime | None] = mapped_column(Instant)
    # Triggers advance public_version; core.db.transaction sets changed_at when it moved.
    public_version: Mapped[int]
    changed_version: Mapped[int]
    changed_at: Mapped[datetime] = mapped_column(Instant)
