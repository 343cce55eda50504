"""Narrower files, file names and deletion dates of pictures; and which posts use which pictures."""

import re

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

ADDRESS = re.compile(r"/media/([0-9a-f]{24})(?:-\d{3,4})?\.(?:jpg|png|webp|gif)")
BATCH = 200
USES = sa.table("media_use", sa.column("post_id"), sa.column("copied"), sa.column("stem"))


def upgrade() -> None:
    op.add_column("media", sa.Column("widths", sa.JSON, nullable=False, server_default="[]"))
    op.add_column("media", sa.Column("filename", sa.String, nullable=False, server_default=""))
    op.add_column("media", sa.Column("deleted_at", sa.DateTime))
    op.create_index("media_deleted", "media", ["deleted_at", "id"], sqlite_where=sa.text("deleted_at IS NOT NULL"))
    op.create_table(
        "media_use",
        sa.Column("post_id", sa.Integer, sa.ForeignKey("post.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("copied", sa.Boolean, primary_key=True),
        sa.Column("stem", sa.String, primary_key=True),
        sqlite_with_rowid=False,
    )
    op.create_index("media_use_by_stem", "media_use", ["stem", "post_id"])
    _record_uses("post", "id", copied=False)
    _record_uses("draft", "post_id", copied=True)


def _record_uses(table: str, key: str, *, copied: bool) -> None:
    """Record the pictures that the texts of a table use, in batches: together the texts may be large."""
    query = f"SELECT {key}, body || char(10) || coalesce(cover, '') FROM {table}"  # noqa: S608
    batch = sa.text(f"{query} WHERE {key} > :last ORDER BY {key} LIMIT {BATCH}")
    connection, last = op.get_bind(), -1
    while rows := connection.execute(batch, {"last": last}).all():
        uses = [
            {"post_id": post_id, "copied": copied, "stem": stem}
            for post_id, text in rows
            for stem in dict.fromkeys(ADDRESS.findall(text))
        ]
        if uses:
            connection.execute(sa.insert(USES), uses)
        last = rows[-1][0]
