"""Working copies of published and scheduled posts, secret links to previews, and who saved which text when."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.create_table(
        "draft",
        sa.Column("post_id", sa.Integer, sa.ForeignKey("post.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("base_version", sa.Integer, nullable=False),
        sa.Column("saved_at", sa.DateTime, nullable=False),
        sa.Column("saved_by", sa.Integer, sa.ForeignKey("person.id", ondelete="SET NULL")),
        sa.Column("saved_auto", sa.Boolean, nullable=False),
        sa.Column("title", sa.String, nullable=False),
        sa.Column("slug", sa.String, nullable=False),
        sa.Column("summary", sa.String, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("tags", sa.JSON, nullable=False),
        sa.Column("language", sa.String),
        sa.Column("cover", sa.String),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("unlisted", sa.Boolean, nullable=False),
        sa.Column("canonical_url", sa.String),
        sa.Column("published_at", sa.DateTime),
    )
    op.create_table(
        "preview",
        sa.Column("post_id", sa.Integer, sa.ForeignKey("post.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("token", sa.String, nullable=False, unique=True),
        sa.Column("created_at", sa.DateTime, nullable=False),
    )
    # In SQL: Alembic would rebuild the table to add a column with a reference.
    for column in (
        "planned_at DATETIME",
        "saved_at DATETIME",
        "saved_by INTEGER REFERENCES person (id) ON DELETE SET NULL",
        "saved_auto BOOLEAN DEFAULT 0 NOT NULL",
    ):
        op.execute(f"ALTER TABLE post ADD COLUMN {column}")
    op.execute("ALTER TABLE revision ADD COLUMN saved_by INTEGER REFERENCES person (id) ON DELETE SET NULL")
    op.execute("ALTER TABLE revision ADD COLUMN note VARCHAR DEFAULT '' NOT NULL")
    op.execute("UPDATE post SET saved_at = coalesce(updated_at, published_at, created_at)")
    # For the lists of the dashboard.
    drafts, deleted = "published_at IS NULL AND deleted_at IS NULL", "deleted_at IS NOT NULL"
    columns = ["deleted_at", "published_at", "saved_at", "id"]
    op.create_index("post_drafted", "post", columns, sqlite_where=sa.text(drafts))
    op.create_index("post_deleted", "post", ["deleted_at", "id"], sqlite_where=sa.text(deleted))
