"""The first schema: posts, tags, pictures, people, the site, redirects."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "site",
        sa.Column("id", sa.Integer, sa.CheckConstraint("id = 1", name="one_site"), primary_key=True),
        sa.Column("title", sa.String, nullable=False),
        sa.Column("tagline", sa.String, nullable=False),
        sa.Column("language", sa.String, nullable=False),
        sa.Column("timezone", sa.String, nullable=False),
        sa.Column("accent", sa.String, nullable=False),
        sa.Column("author", sa.String, nullable=False),
        sa.Column("footer", sa.String, nullable=False),
        sa.Column("follow", sa.JSON, nullable=False),
        sa.Column("networks", sa.JSON, nullable=False),
        sa.Column("foreign_media", sa.Boolean, nullable=False),
        sa.Column("samples_at", sa.DateTime),
        sa.Column("public_version", sa.Integer, nullable=False),
        sa.Column("changed_version", sa.Integer, nullable=False),
        sa.Column("changed_at", sa.DateTime, nullable=False),
    )
    op.create_table(
        "person",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("name", sa.String, nullable=False),
        sa.Column("slug", sa.String, nullable=False, unique=True),
        sa.Column("email", sa.String, unique=True),
        sa.Column("password", sa.String),
        sa.Column("created_at", sa.DateTime, nullable=False),
    )
    op.create_table(
        "tag",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("name", sa.String, nullable=False),
        sa.Column("key", sa.String, nullable=False, unique=True),
        sa.Column("slug", sa.String, nullable=False, unique=True),
    )
    op.create_table(
        "media",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("hash", sa.String, nullable=False, unique=True),
        sa.Column("name", sa.String, nullable=False, unique=True),
        sa.Column("type", sa.String, nullable=False),
        sa.Column("width", sa.Integer, nullable=False),
        sa.Column("height", sa.Integer, nullable=False),
        sa.Column("bytes", sa.Integer, nullable=False),
        sa.Column("alt", sa.String, nullable=False),
        sa.Column("created_at", sa.DateTime, nullable=False),
    )
    _posts()


def _posts() -> None:
    op.create_table(
        "post",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("guid", sa.String, nullable=False, unique=True),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("slug", sa.String, nullable=False),
        sa.Column("title", sa.String, nullable=False),
        sa.Column("summary", sa.String, nullable=False),
        sa.Column("language", sa.String),
        sa.Column("author_id", sa.Integer, sa.ForeignKey("person.id", ondelete="SET NULL"), index=True),
        sa.Column("cover", sa.String),
        sa.Column("unlisted", sa.Boolean, nullable=False),
        sa.Column("canonical_url", sa.String),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("created_at", sa.DateTime, nullable=False),
        sa.Column("published_at", sa.DateTime),
        sa.Column("first_published_at", sa.DateTime),
        sa.Column("updated_at", sa.DateTime),
        sa.Column("deleted_at", sa.DateTime),
        sa.Column("origin", sa.String, unique=True),
        sa.Column("origin_source", sa.String),
        sa.Column("origin_digest", sa.String),
        sa.Column("origin_version", sa.Integer),
        sa.Column("words", sa.Integer, nullable=False),
        sa.Column("extract", sa.String, nullable=False),
        sa.Column("renderer", sa.Integer, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("html", sa.Text, nullable=False),
        sa.Column("feed_html", sa.Text, nullable=False),
        sa.Column("contents", sa.JSON, nullable=False),
        sa.Column("links", sa.JSON, nullable=False),
        sa.Column("pictures", sa.JSON, nullable=False),
        sa.CheckConstraint("kind IN ('post', 'page')", name="known_kind"),
    )
    op.create_index("post_by_slug", "post", ["kind", "slug"], unique=True)
    op.create_index("post_listed", "post", ["kind", "unlisted", "deleted_at", "published_at", "id"])
    op.create_index("post_public", "post", ["deleted_at", "published_at"])
    _around_posts()


def _around_posts() -> None:
    op.create_table(
        "post_tag",
        sa.Column("post_id", sa.Integer, sa.ForeignKey("post.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("tag_id", sa.Integer, sa.ForeignKey("tag.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("position", sa.Integer, nullable=False),
    )
    op.create_index("post_tag_by_tag", "post_tag", ["tag_id", "post_id"])
    op.create_table(
        "revision",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("post_id", sa.Integer, sa.ForeignKey("post.id", ondelete="CASCADE"), nullable=False, index=True),
        sa.Column("saved_at", sa.DateTime, nullable=False),
        sa.Column("title", sa.String, nullable=False),
        sa.Column("summary", sa.String, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
    )
    op.create_table(
        "redirect",
        sa.Column("path", sa.String, primary_key=True),
        sa.Column("post_id", sa.Integer, sa.ForeignKey("post.id", ondelete="CASCADE"), index=True),
        sa.Column("target", sa.String),
        sa.Column("created_at", sa.DateTime, nullable=False),
        sa.CheckConstraint("post_id IS NULL OR target IS NULL", name="one_target"),
    )
