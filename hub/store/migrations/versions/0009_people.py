"""Which accounts are one person's, and what they say of themselves. The next update fills it from what is kept."""

import sqlalchemy as sa
from alembic import op

revision, down_revision, branch_labels, depends_on = "0009", "0008", None, None


def words() -> sa.types.TypeEngine[str]:
    return sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def key(name: str) -> sa.Column[str]:
    return sa.Column(name, words(), primary_key=True, nullable=False)


def column(name: str) -> sa.Column[str]:
    return sa.Column(name, words(), nullable=False, server_default="")


def upgrade() -> None:
    facts = (sa.Column("text", sa.BigInteger()), column("digest"), column("day"))
    op.create_table("profiles", key("author"), key("channel"), *facts)
    op.create_table("claims", key("name"), key("author"), sa.Column("held", sa.Boolean(), nullable=False))
    op.create_index("claims_author", "claims", ["author"])
    op.create_table("people", key("author"), column("person"))
    op.create_index("people_person", "people", ["person"])
