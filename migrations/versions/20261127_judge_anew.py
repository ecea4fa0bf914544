"""keep rounds of judging results anew, and what each changed

Revision ID: judge_anew
Revises: extend_pass_windows
"""

import sqlalchemy as sa
from alembic import op

revision = "judge_anew"
down_revision = "extend_pass_windows"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "rejudging",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("cycle_id", sa.Integer(), nullable=False),
        sa.Column("line_id", sa.Integer(), nullable=True),
        sa.Column("ordered_by_id", sa.Integer(), nullable=True),
        sa.Column("ordered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("persons_total", sa.Integer(), nullable=False),
        sa.Column("persons_done", sa.Integer(), nullable=False),
        sa.Column("last_person_id", sa.Integer(), nullable=False),
        sa.Column("results_changed", sa.Integer(), nullable=False),
        sa.Column("qualifications_new", sa.Integer(), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["cycle_id"], ["exam_cycle.id"], name=op.f("fk_rejudging_cycle_id_exam_cycle")
        ),
        sa.ForeignKeyConstraint(
            ["line_id"], ["pass_line.id"], name=op.f("fk_rejudging_line_id_pass_line")
        ),
        sa.ForeignKeyConstraint(
            ["ordered_by_id"], ["person.id"], name=op.f("fk_rejudging_ordered_by_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rejudging")),
    )
    op.create_index(op.f("ix_rejudging_cycle_id"), "rejudging", ["cycle_id"])
    op.create_table(
        "rejudging_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("rejudging_id", sa.Integer(), nullable=False),
        sa.Column("result_id", sa.Integer(), nullable=True),
        sa.Column("qualification_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "(result_id IS NULL) != (qualification_id IS NULL)",
            name=op.f("ck_rejudging_change_one_thing"),
        ),
        sa.ForeignKeyConstraint(
            ["rejudging_id"],
            ["rejudging.id"],
            name=op.f("fk_rejudging_change_rejudging_id_rejudging"),
        ),
        sa.ForeignKeyConstraint(
            ["result_id"], ["result.id"], name=op.f("fk_rejudging_change_result_id_result")
        ),
        sa.ForeignKeyConstraint(
            ["qualification_id"],
            ["qualification.id"],
            name=op.f("fk_rejudging_change_qualification_id_qualification"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rejudging_change")),
    )
    for column in ("rejudging_id", "result_id", "qualification_id"):
        op.create_index(op.f(f"ix_rejudging_change_{column}"), "rejudging_change", [column])


def downgrade() -> None:
    op.drop_table("rejudging_change")
    op.drop_table("rejudging")
