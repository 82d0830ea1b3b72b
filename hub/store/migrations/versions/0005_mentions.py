"""What the public says of its own accord: below which post it hangs, or whether it heads a conversation."""

import sqlalchemy as sa
from alembic import op

revision, down_revision, branch_labels, depends_on = "0005", "0004", None, None


def upgrade() -> None:
    words = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
    op.add_column("items", sa.Column("mention", words, nullable=False, server_default=""))
    op.add_column("items", sa.Column("crowned", sa.Boolean(), nullable=False, server_default=sa.false()))
