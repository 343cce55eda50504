"""The first schema. `core.schema.migrate` creates the triggers, the search table and the site's row."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = None


def upgrade() -> None:
    _site()
    _people_tags_and_pictures()
    _posts()
    _indexes_of_posts()
    _parts_of_posts()
    _redirects_and_tallies()
    _outbox()
    _sign_in()
    _drafts()


def _site() -> None:
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
        sa.Column("made_by", sa.String, nullable=False, server_default=""),
        sa.Column("hubs", sa.JSON, nullable=False, server_default="[]"),
        sa.Column("guid", sa.String, nullable=False, server_default=""),
        sa.Column("fediverse", sa.String, nullable=False, server_default=""),
        sa.Column("atproto_did", sa.String, nullable=False, server_default=""),
        sa.Column("logo", sa.JSON),
        sa.Column("logo_dark", sa.JSON),
        sa.Column("typeface", sa.String, nullable=False, server_default="serif"),
        sa.Column("header_links", sa.JSON, nullable=False, server_default="[]"),
        sa.Column("footer_links", sa.JSON, nullable=False, server_default="[]"),
        sa.Column("security_contact", sa.String, nullable=False, server_default=""),
    )


def _people_tags_and_pictures() -> None:
    op.create_table(
        "person",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("name", sa.String, nullable=False),
        sa.Column("slug", sa.String, nullable=False, unique=True),
        sa.Column("email", sa.String, unique=True),
        sa.Column("password", sa.String),
        sa.Column("created_at", sa.DateTime, nullable=False),
        sa.Column("joined_at", sa.DateTime),
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
        sa.Column("widths", sa.JSON, nullable=False, server_default="[]"),
        sa.Column("filename", sa.String, nullable=False, server_default=""),
        sa.Column("deleted_at", sa.DateTime),
    )
    op.create_index("media_deleted", "media", ["deleted_at", "id"], sqlite_where=sa.text("deleted_at IS NOT NULL"))


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
        sa.Column("author_id", sa.Integer, sa.ForeignKey("person.id", ondelete="SET NULL")),
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
        sa.Column("planned_at", sa.DateTime),
        sa.Column("saved_at", sa.DateTime),
        sa.Column("saved_by", sa.Integer, sa.ForeignKey("person.id", ondelete="SET NULL")),
        sa.Column("saved_auto", sa.Boolean, nullable=False, server_default=sa.text("0")),
        sa.CheckConstraint("kind IN ('post', 'page')", name="known_kind"),
    )


def _indexes_of_posts() -> None:
    op.create_index("post_by_slug", "post", ["kind", "slug"], unique=True)
    op.create_index("post_public", "post", ["deleted_at", "published_at"])
    op.create_index("post_listed", "post", ["kind", "unlisted", "deleted_at", "published_at", "id", "updated_at"])
    op.create_index("post_signed", "post", ["author_id", "kind", "unlisted", "deleted_at", "published_at", "id"])
    op.create_index("post_renderer", "post", ["renderer"])
    op.create_index("page_named", "post", ["unlisted", "deleted_at", "title"], sqlite_where=sa.text("kind = 'page'"))
    # For the lists of the dashboard.
    drafts, deleted = "published_at IS NULL AND deleted_at IS NULL", "deleted_at IS NOT NULL"
    columns = ["deleted_at", "published_at", "saved_at", "id"]
    op.create_index("post_drafted", "post", columns, sqlite_where=sa.text(drafts))
    op.create_index("post_deleted", "post", ["deleted_at", "id"], sqlite_where=sa.text(deleted))
    # For search.
    op.create_index("post_found", "post", ["id", "published_at", "deleted_at", "unlisted"])


def _parts_of_posts() -> None:
    op.create_table(
        "post_tag",
        sa.Column("post_id", sa.Integer, sa.ForeignKey("post.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("tag_id", sa.Integer, sa.ForeignKey("tag.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("listed_at", sa.DateTime),
    )
    op.create_index("post_tag_listed", "post_tag", ["tag_id", "listed_at", "post_id"])
    op.create_table(
        "revision",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("post_id", sa.Integer, sa.ForeignKey("post.id", ondelete="CASCADE"), nullable=False, index=True),
        sa.Column("saved_at", sa.DateTime, nullable=False),
        sa.Column("title", sa.String, nullable=False),
        sa.Column("summary", sa.String, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("saved_by", sa.Integer, sa.ForeignKey("person.id", ondelete="SET NULL")),
        sa.Column("note", sa.String, nullable=False, server_default=""),
    )
    op.create_table(
        "media_use",
        sa.Column("post_id", sa.Integer, sa.ForeignKey("post.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("copied", sa.Boolean, primary_key=True),
        sa.Column("stem", sa.String, primary_key=True),
        sqlite_with_rowid=False,
    )
    op.create_index("media_use_by_stem", "media_use", ["stem", "post_id"])


def _redirects_and_tallies() -> None:
    op.create_table(
        "redirect",
        sa.Column("path", sa.String, primary_key=True),
        sa.Column("post_id", sa.Integer, sa.ForeignKey("post.id", ondelete="CASCADE"), index=True),
        sa.Column("target", sa.String),
        sa.Column("created_at", sa.DateTime, nullable=False),
        sa.CheckConstraint("post_id IS NULL OR target IS NULL", name="one_target"),
    )
    op.create_index("redirect_newest", "redirect", ["created_at", "path"])
    op.create_table(
        "tally",
        sa.Column("scope", sa.String, primary_key=True),
        sa.Column("month", sa.String, primary_key=True),
        sa.Column("posts", sa.Integer, nullable=False),
        sqlite_with_rowid=False,
    )


def _outbox() -> None:
    op.create_table(
        "outbox",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("target", sa.String, nullable=False),
        sa.Column("about", sa.String, nullable=False),
        sa.Column("not_before", sa.DateTime, nullable=False),
        sa.Column("changes", sa.Integer, nullable=False, server_default="1"),
        sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
        sa.Column("retry_at", sa.DateTime),
        sa.Column("tried_at", sa.DateTime),
        sa.Column("answer", sa.String, nullable=False, server_default=""),
        sa.Column("done_at", sa.DateTime),
    )
    waiting = ["kind", "target", "about", "not_before"]
    op.create_index("outbox_waiting", "outbox", waiting, unique=True, sqlite_where=sa.text("done_at IS NULL"))
    op.create_table(
        "lease",
        sa.Column("name", sa.String, primary_key=True),
        sa.Column("holder", sa.String, nullable=False),
        sa.Column("until", sa.DateTime, nullable=False),
    )


def _sign_in() -> None:
    op.create_table(
        "session",
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("person_id", sa.Integer, sa.ForeignKey("person.id", ondelete="CASCADE"), nullable=False, index=True),
        sa.Column("created_at", sa.DateTime, nullable=False),
        sa.Column("seen_at", sa.DateTime, nullable=False),
        sa.Column("address", sa.String, nullable=False),
        sa.Column("agent", sa.String, nullable=False),
    )
    op.create_table(
        "attempt",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("at", sa.DateTime, nullable=False),
        sa.Column("account", sa.String, nullable=False),
        sa.Column("address", sa.String, nullable=False),
        sa.Column("succeeded", sa.Boolean, nullable=False, server_default="0"),
    )
    op.create_index("attempt_account", "attempt", ["account", "at"])
    op.create_index("attempt_address", "attempt", ["address", "at"])
    op.create_table(
        "invitation",
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("email", sa.String),
        sa.Column("name", sa.String, nullable=False, server_default=""),
        sa.Column("created_at", sa.DateTime, nullable=False),
        sa.Column("expires_at", sa.DateTime, nullable=False),
        sa.Column("invited_by", sa.Integer, sa.ForeignKey("person.id", ondelete="CASCADE"), index=True),
    )


def _drafts() -> None:
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
