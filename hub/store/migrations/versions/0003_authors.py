"""Who said what: the author of each version, and the names an author answers to."""

import json

import sqlalchemy as sa
from alembic import op

from hub.model import Account
from hub.store import authors

revision, down_revision, branch_labels, depends_on = "0003", "0002", None, None
STEP = 1000


def words() -> sa.types.TypeEngine[str]:
    return sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def key(name: str) -> sa.Column[str]:
    return sa.Column(name, words(), primary_key=True, nullable=False)


def upgrade() -> None:
    op.add_column("versions", sa.Column("author", words(), nullable=False, server_default=""))
    op.create_index("versions_author", "versions", ["author"])
    op.create_table("accounts", key("name"), key("author"))
    op.create_index("accounts_author", "accounts", ["author"])
    fill(op.get_bind())


def fill(c: sa.Connection) -> None:
    """Read the authors of what is kept already out of its texts."""
    versions = sa.table("versions", sa.column("text", sa.BigInteger()), sa.column("author"))
    texts = sa.table("texts", sa.column("id", sa.BigInteger()), sa.column("body"))
    ask = sa.select(versions.c.text, texts.c.body).join_from(versions, texts, versions.c.text == texts.c.id)
    past = -1
    while rows := c.execute(ask.where(versions.c.text > past).order_by(versions.c.text).limit(STEP)).all():
        past = rows[-1].text
        said = {row.text: Account(**json.loads(row.body).get("author", {})) for row in rows}
        for text, account in said.items():
            c.execute(versions.update().where(versions.c.text == text).values(author=authors.key(account)))
        authors.meet(c, said.values())
