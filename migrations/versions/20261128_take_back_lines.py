"""take back lines

A line that was entered wrongly stays, as what was believed. Lines from before this are taken to have
been known always: of them only the day of their notice was on record.

Revision ID: take_back_lines
Revises: plan_cohorts
"""

import sqlalchemy as sa
from alembic import op

revision = "take_back_lines"
down_revision = "plan_cohorts"
branch_labels = None
depends_on = None

KEY = ["year", "level", "subject", "region"]
OLD, NEW = "uq_pass_line_year_level_subject_region", "uq_pass_line_standing"
STANDING = sa.text("superseded_at IS NULL")


def upgrade() -> None:
    with op.batch_alter_table("pass_line") as batch_op:
        batch_op.add_column(
            sa.Column(
                "recorded_at",
                sa.DateTime(timezone=True),
                nullable=False,
                server_default="1970-01-01 00:00:00+00:00",
            )
        )
        batch_op.add_column(sa.Column("superseded_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.drop_constraint(op.f(OLD), type_="unique")
    with op.batch_alter_table("pass_line") as batch_op:
        batch_op.alter_column("recorded_at", server_default=None)
    op.create_index(
        NEW, "pass_line", KEY, unique=True, sqlite_where=STANDING, postgresql_where=STANDING
    )


def downgrade() -> None:
    """The release before knows no line that was taken back: verdicts go without its name."""
    taken_back = "SELECT id FROM pass_line WHERE superseded_at IS NOT NULL"
    op.execute(f"UPDATE result SET pass_line_id = NULL WHERE pass_line_id IN ({taken_back})")
    op.execute(f"UPDATE rejudging SET line_id = NULL WHERE line_id IN ({taken_back})")
    op.execute("DELETE FROM pass_line WHERE superseded_at IS NOT NULL")
    op.drop_index(NEW, "pass_line")
    with op.batch_alter_table("pass_line") as batch_op:
        batch_op.create_unique_constraint(op.f(OLD), KEY)
        batch_op.drop_column("superseded_at")
        batch_op.drop_column("recorded_at")
