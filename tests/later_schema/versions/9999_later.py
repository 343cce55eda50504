"""The table that most others refer to is made anew, with a column more."""

import sqlalchemy as sa
from alembic import op

from tests.later_schema import LATER, OLDER

revision, down_revision = LATER, OLDER


def upgrade() -> None:
    with op.batch_alter_table("post", recreate="always") as post:
        post.add_column(sa.Column("later", sa.String))
    op.execute("UPDATE post SET later = upper(slug)")
