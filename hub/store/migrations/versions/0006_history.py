"""What the networks counted, day by day."""

import sqlalchemy as sa
from alembic import op

revision, down_revision, branch_labels, depends_on = "0006", "0005", None, None


def upgrade() -> None:
    words = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
    keys = (sa.Column(name, words, primary_key=True, nullable=False) for name in ("name", "channel", "type", "day"))
    op.create_table("history", *keys, sa.Column("value", sa.BigInteger(), nullable=False))
