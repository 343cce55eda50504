"""Sign-in: sessions, attempts, invitations, and the date of each account."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    _sessions()
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
        sa.Column("invited_by", sa.Integer, sa.ForeignKey("person.id", ondelete="CASCADE")),
    )
    op.create_index("ix_invitation_invited_by", "invitation", ["invited_by"])
    op.add_column("person", sa.Column("joined_at", sa.DateTime))
    op.execute("UPDATE person SET joined_at = created_at WHERE email IS NOT NULL")


def _sessions() -> None:
    op.create_table(
        "session",
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("person_id", sa.Integer, sa.ForeignKey("person.id", ondelete="CASCADE"), nullable=False),
        sa.Column("created_at", sa.DateTime, nullable=False),
        sa.Column("seen_at", sa.DateTime, nullable=False),
        sa.Column("address", sa.String, nullable=False),
        sa.Column("agent", sa.String, nullable=False),
    )
    op.create_index("ix_session_person_id", "session", ["person_id"])
