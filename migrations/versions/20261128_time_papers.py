"""time papers

The day and the hours of each paper of an exam year.

Revision ID: time_papers
Revises: warn_tutors
"""

import sqlalchemy as sa
from alembic import op

from migrations.triggers import changing

revision = "time_papers"
down_revision = "warn_tutors"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with changing("exam_cycle") as batch_op:
        batch_op.add_column(sa.Column("paper_times", sa.JSON(), nullable=False, server_default="[]"))
    with changing("exam_cycle") as batch_op:
        batch_op.alter_column("paper_times", server_default=None)


def downgrade() -> None:
    with changing("exam_cycle") as batch_op:
        batch_op.drop_column("paper_times")
