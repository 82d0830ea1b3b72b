"""Who is whose is asked anew of everybody: a page that was checked for many made one person of them."""

import sqlalchemy as sa
from alembic import op

revision, down_revision, branch_labels, depends_on = "0010", "0009", None, None


def upgrade() -> None:
    op.execute(sa.text("DELETE FROM facts WHERE key = 'people'"))
