"""The author's accounts elsewhere: a fediverse account, a Bluesky id."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    for name in ("fediverse", "atproto_did"):
        op.add_column("site", sa.Column(name, sa.String, nullable=False, server_default=""))
