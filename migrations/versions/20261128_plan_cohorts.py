"""plan cohorts

Revision ID: plan_cohorts
Revises: warn_of_lapses
"""

import sqlalchemy as sa
from alembic import op

revision = "plan_cohorts"
down_revision = "warn_of_lapses"
branch_labels = None
depends_on = None

KINDS = (
    "enrolled",
    "attended",
    "assessed",
    "completed",
    "registered",
    "paid",
    "ticketed",
    "sat",
    "own",
)


def upgrade() -> None:
    op.create_table(
        "cohort_milestone",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("cohort_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                *KINDS, name="milestonekind", native_enum=False, create_constraint=True, length=32
            ),
            nullable=False,
        ),
        sa.Column("what", sa.String(160), nullable=False),
        sa.Column("title", sa.String(60), nullable=False),
        sa.Column("title_en", sa.String(120), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("follows_on", sa.Date(), nullable=True),
        sa.Column("percent", sa.Integer(), nullable=True),
        sa.Column("assessment_id", sa.Integer(), nullable=True),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.CheckConstraint(
            "(kind = 'attended') = (percent IS NOT NULL)",
            name=op.f("ck_cohort_milestone_share_of_attended"),
        ),
        sa.CheckConstraint(
            "percent BETWEEN 1 AND 100", name=op.f("ck_cohort_milestone_percent_is_a_share")
        ),
        sa.CheckConstraint(
            "(kind = 'assessed') = (assessment_id IS NOT NULL)",
            name=op.f("ck_cohort_milestone_test_of_assessed"),
        ),
        sa.CheckConstraint(
            "kind <> 'own' OR title <> ''", name=op.f("ck_cohort_milestone_own_has_a_title")
        ),
        sa.ForeignKeyConstraint(
            ["assessment_id"],
            ["assessment.id"],
            name=op.f("fk_cohort_milestone_assessment_id_assessment"),
        ),
        sa.ForeignKeyConstraint(
            ["cohort_id"],
            ["exam_cohort.id"],
            name=op.f("fk_cohort_milestone_cohort_id_exam_cohort"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cohort_milestone")),
    )
    _unique_while_none("cohort_milestone", ("cohort_id", "what"), "removed_at")
    op.create_table(
        "milestone_tick",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("milestone_id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("taken_back_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["by_id"], ["person.id"], name=op.f("fk_milestone_tick_by_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["member_id"],
            ["cohort_member.id"],
            name=op.f("fk_milestone_tick_member_id_cohort_member"),
        ),
        sa.ForeignKeyConstraint(
            ["milestone_id"],
            ["cohort_milestone.id"],
            name=op.f("fk_milestone_tick_milestone_id_cohort_milestone"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_milestone_tick")),
    )
    op.create_index(op.f("ix_milestone_tick_member_id"), "milestone_tick", ["member_id"])
    _unique_while_none("milestone_tick", ("milestone_id", "member_id"), "taken_back_at")


def downgrade() -> None:
    op.drop_table("milestone_tick")
    op.drop_table("cohort_milestone")


def _unique_while_none(table: str, columns: tuple[str, ...], none: str) -> None:
    still = sa.text(f"{none} IS NULL")
    op.create_index(
        f"uq_{table}_{'_'.join(columns)}",
        table,
        list(columns),
        unique=True,
        sqlite_where=still,
        postgresql_where=still,
    )
