"""The outbox, leases, hubs, and a permanent id for the site's feeds."""

from uuid import uuid4

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
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
    op.add_column("site", sa.Column("hubs", sa.JSON, nullable=False, server_default="[]"))
    op.add_column("site", sa.Column("guid", sa.String, nullable=False, server_default=""))
    op.execute(sa.text("UPDATE site SET guid = :guid").bindparams(guid=str(uuid4())))
