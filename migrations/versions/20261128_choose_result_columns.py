"""choose result columns

A result sheet keeps which of its headings holds what, and a result may be published as a verdict
without a mark.

Revision ID: choose_result_columns
Revises: take_back_lines
"""

import sqlalchemy as sa
from alembic import op

from migrations.triggers import changing

revision = "choose_result_columns"
down_revision = "take_back_lines"
branch_labels = None
depends_on = None

OLD = "ck_result_who_sat_has_a_score"
SCORE, VERDICT = "ck_result_who_has_a_score_sat", "ck_result_who_sat_has_a_score_or_a_verdict"


def upgrade() -> None:
    with op.batch_alter_table("result_import") as batch_op:
        batch_op.add_column(sa.Column("columns", sa.JSON(), nullable=False, server_default="{}"))
    with op.batch_alter_table("result_import") as batch_op:
        batch_op.alter_column("columns", server_default=None)
    with changing("result") as batch_op:
        batch_op.drop_constraint(op.f(OLD), type_="check")
        batch_op.create_check_constraint(op.f(SCORE), "score IS NULL OR status = 'sat'")
        batch_op.create_check_constraint(
            op.f(VERDICT),
            "status <> 'sat' OR score IS NOT NULL OR published_verdict IS NOT NULL",
        )


def downgrade() -> None:
    """The release before knows no result without a mark. What one corrected stays corrected."""
    bare = "SELECT id FROM result WHERE status = 'sat' AND score IS NULL"
    op.execute(f"UPDATE result SET superseded_by_id = id WHERE superseded_by_id IN ({bare})")
    op.execute(f"DELETE FROM result WHERE id IN ({bare})")
    with changing("result") as batch_op:
        batch_op.drop_constraint(op.f(SCORE), type_="check")
        batch_op.drop_constraint(op.f(VERDICT), type_="check")
        batch_op.create_check_constraint(op.f(OLD), "(status = 'sat') = (score IS NOT NULL)")
    with op.batch_alter_table("result_import") as batch_op:
        batch_op.drop_column("columns")
