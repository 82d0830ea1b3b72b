"""Pictures, and redirects of merged threads."""

import sqlalchemy as sa
from alembic import op

revision, down_revision, branch_labels, depends_on = "0002", "0001", None, None


def words() -> sa.types.TypeEngine[str]:
    return sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def key(name: str) -> sa.Column[str]:
    return sa.Column(name, words(), primary_key=True, nullable=False)


def word(name: str) -> sa.Column[str]:
    return sa.Column(name, words(), nullable=False, server_default="")


def of_item(*, primary_key: bool) -> sa.Column[str]:
    tie = sa.ForeignKey("items.id", deferrable=True, initially="DEFERRED")
    return sa.Column("item", words(), tie, primary_key=primary_key, nullable=False)


def upgrade() -> None:
    text: sa.Column[int] = sa.Column("text", sa.BigInteger())
    shown: sa.Column[bool] = sa.Column("shown", sa.Boolean(), nullable=False)
    op.create_table("files", key("key"), word("digest"), word("not_before"), text, shown)
    op.create_index("files_wanted", "files", ["shown", "digest", "not_before"])
    op.create_table("shows", key("key"), of_item(primary_key=True))
    op.create_index("shows_item", "shows", ["item"])
    op.create_table("redirects", key("address"), of_item(primary_key=False))
    op.create_index("redirects_item", "redirects", ["item"])
