"""The owner's design: a logo, a typeface, the links of header and footer."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    for name in ("logo", "logo_dark"):
        op.add_column("site", sa.Column(name, sa.JSON))
    op.add_column("site", sa.Column("typeface", sa.String, nullable=False, server_default="serif"))
    for name in ("header_links", "footer_links"):
        op.add_column("site", sa.Column(name, sa.JSON, nullable=False, server_default="[]"))
