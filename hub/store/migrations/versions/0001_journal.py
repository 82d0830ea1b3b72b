"""The journal, items with their versions and names, figures, channels."""

import sqlalchemy as sa
from alembic import op

revision, down_revision, branch_labels, depends_on = "0001", None, None, None


def words() -> sa.types.TypeEngine[str]:
    return sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def key(name: str) -> sa.Column[str]:
    return sa.Column(name, words(), primary_key=True, nullable=False)


def word(name: str) -> sa.Column[str]:
    return sa.Column(name, words(), nullable=False, server_default="")


def flag(name: str) -> sa.Column[bool]:
    return sa.Column(name, sa.Boolean(), nullable=False)


def number(name: str, *, nullable: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), nullable=nullable)


def row_key(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), primary_key=True, autoincrement=False)


def of_item() -> sa.Column[str]:
    tie = sa.ForeignKey("items.id", deferrable=True, initially="DEFERRED")
    return sa.Column("item", words(), tie, primary_key=True, nullable=False)


def upgrade() -> None:
    op.create_table("journal", row_key("seq"), word("what"), word("id"))
    op.create_index("journal_thing", "journal", ["what", "id"], unique=True)
    op.create_table("texts", row_key("id"), number("size"), flag("wiped"), sa.Column("body", sa.Text(), nullable=False))
    items()
    versions()
    op.create_table("counts", key("name"), key("channel"), key("type"), number("value"))
    op.create_table("reactions", key("name"), key("type"), key("actor"), number("text"))
    op.create_table("channels", key("name"), word("facts"), word("cursor"))
    op.create_table("hosts", key("origin"), word("until"))
    op.create_table("facts", key("key"), word("value"))


def items() -> None:
    op.create_table(
        "items",
        key("id"),
        word("channel"),
        number("text", nullable=True),
        word("digest"),
        word("channels"),
        word("published"),
        flag("ours"),
        flag("gone"),
        flag("bare"),
        word("hidden"),
        word("parent_name"),
        word("root_name"),
        word("parent"),
        word("root"),
        word("lost"),
        word("above"),
        flag("joined"),
        word("thread"),
        flag("shown"),
    )
    for name in ("thread", "above", "parent_name", "root_name"):
        op.create_index(f"items_{name}", "items", [name])
    op.create_index("items_order", "items", ["shown", "published", "id"])


def versions() -> None:
    op.create_table(
        "versions",
        of_item(),
        key("channel"),
        number("text", nullable=True),
        word("digest"),
        word("edited"),
        flag("whole"),
        sa.Column("rank", sa.Integer(), nullable=False),
        word("published"),
        flag("ours"),
        word("parent_name"),
        word("root_name"),
    )
    op.create_index("versions_channel", "versions", ["channel", "item"])
    op.create_table("names", key("name"), of_item(), key("channel"), flag("own"))
    op.create_index("names_item", "names", ["item"])
