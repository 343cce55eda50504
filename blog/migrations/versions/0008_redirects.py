"""An index for the list of redirects, the newest first."""

from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.create_index("redirect_newest", "redirect", ["created_at", "path"])
