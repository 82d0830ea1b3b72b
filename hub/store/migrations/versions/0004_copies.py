"""Which posts are copies of which, and what they are found by."""

import sqlalchemy as sa
from alembic import op

revision, down_revision, branch_labels, depends_on = "0004", "0003", None, None


def words() -> sa.types.TypeEngine[str]:
    return sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    for name in ("copy_of", "tied_by"):
        op.add_column("items", sa.Column(name, words(), nullable=False, server_default=""))
    op.create_index("items_copy_of", "items", ["copy_of"])
    tie = sa.ForeignKey("items.id", deferrable=True, initially="DEFERRED")
    op.create_table(
        "traces",
        sa.Column("key", words(), primary_key=True, nullable=False),
        sa.Column("item", words(), tie, primary_key=True, nullable=False),
        sa.Column("published", words(), nullable=False, server_default=""),
    )
    op.create_index("traces_near", "traces", ["key", "published"])
    op.create_index("traces_item", "traces", ["item"])
