"""What the brand answers to its own posts is found by what it answers, wherever it hangs."""

import sqlalchemy as sa
from alembic import op

revision, down_revision, branch_labels, depends_on = "0011", "0010", None, None


def upgrade() -> None:
    lite, postgres = sa.text("ours = 1"), sa.text("ours")
    op.create_index("items_answer", "items", ["parent"], sqlite_where=lite, postgresql_where=postgres)
