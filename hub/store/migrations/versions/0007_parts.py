"""Which items go on with a post of the brand and stand with it as one."""

import sqlalchemy as sa
from alembic import op

revision, down_revision, branch_labels, depends_on = "0007", "0006", None, None


def upgrade() -> None:
    op.add_column("items", sa.Column("part", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_index("items_part", "items", ["part", "thread"])
    op.create_index("items_voice", "items", ["above", "ours"])
    op.drop_index("items_above", "items")
