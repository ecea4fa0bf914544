"""confirm partly hidden

Revision ID: confirm_partly_hidden
Revises: rule_hours_by_region
"""

import sqlalchemy as sa
from alembic import op

revision = "confirm_partly_hidden"
down_revision = "rule_hours_by_region"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("official_list") as batch_op:
        batch_op.add_column(sa.Column("confirmed", sa.JSON(), nullable=False, server_default="{}"))
    with op.batch_alter_table("official_list") as batch_op:
        batch_op.alter_column("confirmed", existing_type=sa.JSON(), server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("official_list") as batch_op:
        batch_op.drop_column("confirmed")
