"""What is held, apart from what hides it. The next update looks at all mentions again, and at what is held."""

import sqlalchemy as sa
from alembic import op

revision, down_revision, branch_labels, depends_on = "0012", "0011", None, None


def upgrade() -> None:
    words = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
    op.add_column("items", sa.Column("held", words, nullable=False, server_default=""))
    held = sa.text("held != ''")
    op.create_index("items_held", "items", ["held"], sqlite_where=held, postgresql_where=held)
    op.execute("UPDATE items SET held = hidden WHERE hidden LIKE 'held:%'")
    op.execute("DELETE FROM facts WHERE key = 'mentions'")
    c = op.get_bind()
    found = c.execute(sa.text("SELECT DISTINCT author FROM versions WHERE ours AND author != ''")).scalars().all()
    if found:
        told = {"value": "\n".join(sorted(found))}
        c.execute(sa.text("INSERT INTO facts (key, value) VALUES ('voices', :value)"), told)
