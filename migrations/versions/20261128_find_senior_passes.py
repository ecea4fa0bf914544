"""find senior passes

Who passed the senior exam is asked on every page that tells of the senior level: a few of a nation's
results, which have an index of their own.

Revision ID: find_senior_passes
Revises: count_by_lists
"""

import sqlalchemy as sa
from alembic import op

revision = "find_senior_passes"
down_revision = "count_by_lists"
branch_labels = None
depends_on = None

NAME = "ix_result_senior_pass"
STATED = sa.text("level = 'senior' AND verdict = 'passed'")


def upgrade() -> None:
    where = {"sqlite_where": STATED, "postgresql_where": STATED}
    op.create_index(NAME, "result", ["person_id"], **where)


def downgrade() -> None:
    op.drop_index(NAME, "result")
