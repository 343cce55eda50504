"""Tallies of listed posts, indexes for public pages, and the version of the code that rendered a text.

`core.schema.migrate` creates the triggers and the counts.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "tally",
        sa.Column("scope", sa.String, primary_key=True),
        sa.Column("month", sa.String, primary_key=True),
        sa.Column("posts", sa.Integer, nullable=False),
        sqlite_with_rowid=False,
    )
    op.add_column("post_tag", sa.Column("listed_at", sa.DateTime))
    op.create_index("post_tag_listed", "post_tag", ["tag_id", "listed_at", "post_id"])
    op.drop_index("post_tag_by_tag", "post_tag")
    op.drop_index("post_listed", "post")
    op.create_index("post_listed", "post", ["kind", "unlisted", "deleted_at", "published_at", "id", "updated_at"])
    op.create_index("post_signed", "post", ["author_id", "kind", "unlisted", "deleted_at", "published_at", "id"])
    op.drop_index("ix_post_author_id", "post")
    op.create_index("post_renderer", "post", ["renderer"])
    op.create_index("page_named", "post", ["unlisted", "deleted_at", "title"], sqlite_where=sa.text("kind = 'page'"))
    op.add_column("site", sa.Column("made_by", sa.String, nullable=False, server_default=""))
