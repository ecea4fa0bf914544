"""withdraw for good

A qualification that somebody withdrew was awarded again as soon as the papers of its exam were
judged anew. From now on it stays away; those withdrawn before are left as they are, since an undone
merge withdrew in the same words.

Revision ID: withdraw_for_good
Revises: find_senior_passes
"""

import sqlalchemy as sa
from alembic import op

from migrations.triggers import changing

revision = "withdraw_for_good"
down_revision = "find_senior_passes"
branch_labels = None
depends_on = None

NAME = "ix_qualification_withdrawn"


def upgrade() -> None:
    with changing("qualification") as batch_op:
        added = sa.Column("is_withdrawn", sa.Boolean(), nullable=False, server_default=sa.false())
        batch_op.add_column(added)
    with changing("qualification") as batch_op:
        batch_op.alter_column("is_withdrawn", server_default=None)
    rows = {"sqlite_where": sa.text("is_withdrawn = 1"), "postgresql_where": sa.text("is_withdrawn")}
    op.create_index(NAME, "qualification", ["person_id"], **rows)


def downgrade() -> None:
    op.drop_index(NAME, "qualification")
    with changing("qualification") as batch_op:
        batch_op.drop_column("is_withdrawn")
