"""An index on posts for search. `core.schema.migrate` creates the search table itself, and fills it."""

from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.create_index("post_found", "post", ["id", "published_at", "deleted_at", "unlisted"])
