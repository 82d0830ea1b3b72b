"""Which channel brought a reaction. Those of before count as the first one's, by name, that brings webmentions."""

import json

import sqlalchemy as sa
from alembic import op

revision, down_revision, branch_labels, depends_on = "0013", "0012", None, None

KINDS = ("inbox", "webmention")  # that brought reactions when this was written


def upgrade() -> None:
    words = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
    op.add_column("reactions", sa.Column("channel", words, nullable=False, server_default=""))
    c = op.get_bind()
    told = c.execute(sa.text("SELECT name, facts FROM channels ORDER BY name")).all()
    found = [name for name, facts in told if json.loads(facts or "{}").get("kind") in KINDS]
    if found:
        c.execute(sa.text("UPDATE reactions SET channel = :name"), {"name": found[0]})
