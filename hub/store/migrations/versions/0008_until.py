"""Until when terms let a text be kept. What is here counts from when its channel was pulled last."""

import json
from datetime import date, timedelta

import sqlalchemy as sa
from alembic import op

revision, down_revision, branch_labels, depends_on = "0008", "0007", None, None

DAYS = {"youtube": 30}  # of the kinds that had a keeping time when this was written


def upgrade() -> None:
    words = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
    op.add_column("versions", sa.Column("until", words, nullable=False, server_default=""))
    limited = sa.text("until != ''")
    op.create_index("versions_until", "versions", ["until"], sqlite_where=limited, postgresql_where=limited)
    c = op.get_bind()
    for name, facts in c.execute(sa.text("SELECT name, facts FROM channels")).all():
        known = json.loads(facts or "{}")
        days, pulled = DAYS.get(known.get("kind", "")), known.get("last_success")
        if days and pulled:
            until = (date.fromisoformat(pulled[:10]) + timedelta(days=days)).isoformat()
            change = "UPDATE versions SET until = :until WHERE channel = :name AND text IS NOT NULL"
            c.execute(sa.text(change), {"until": until, "name": name})
