"""date result lists

A verdict that a list prints speaks of the pass lines of its day, so a sheet says of which day it is.
One that came in before is taken to be of the day when the scores came out, or else of its upload.

Revision ID: date_result_lists
Revises: check_registrations
"""

import sqlalchemy as sa
from alembic import op

revision = "date_result_lists"
down_revision = "check_registrations"
branch_labels = None
depends_on = None

DAY_OF_UPLOAD = {
    "sqlite": "date(uploaded_at, '+8 hours')",
    "postgresql": "(uploaded_at AT TIME ZONE 'Asia/Shanghai')::date",
}


def upgrade() -> None:
    op.add_column("result_import", sa.Column("published_on", sa.Date(), nullable=True))
    day = DAY_OF_UPLOAD[op.get_bind().dialect.name]
    op.execute(
        "UPDATE result_import SET published_on = coalesce("
        "(SELECT scores_on FROM exam_cycle WHERE exam_cycle.id = result_import.cycle_id "
        f"AND scores_on <= {day}), {day})"
    )
    with op.batch_alter_table("result_import") as batch_op:
        batch_op.alter_column("published_on", existing_type=sa.Date(), nullable=False)


def downgrade() -> None:
    with op.batch_alter_table("result_import") as batch_op:
        batch_op.drop_column("published_on")
