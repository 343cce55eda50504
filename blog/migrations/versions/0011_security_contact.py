"""The security contact, for /.well-known/security.txt."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.add_column("site", sa.Column("security_contact", sa.String, nullable=False, server_default=""))
