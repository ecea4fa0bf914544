"""warn tutors

Revision ID: warn_tutors
Revises: date_memberships
"""

import sqlalchemy as sa
from alembic import op

revision = "warn_tutors"
down_revision = "date_memberships"
branch_labels = None
depends_on = None

KINDS = (
    "enrolled",
    "moved_up",
    "certificate_issued",
    "results_in",
    "role_granted",
    "import_finished",
    "sign_up_decided",
    "invited",
    "password_forgotten",
    "password_changed",
    "identity_changed",
    "passkey_changed",
    "request_answered",
    "data_deleted",
    "registration_ends",
    "data_due",
    "exam_date",
    "papers_lapse",
    "statement_lapses",
)
NEW = ("cohort_behind",)
TABLES = ("notice", "notice_choice")
OF_NEW = "notice_id IN (SELECT id FROM notice WHERE {})"


def among(kinds: tuple[str, ...]) -> str:
    return f"kind IN ({', '.join(repr(kind) for kind in kinds)})"


def allow(kinds: tuple[str, ...]) -> None:
    for table in TABLES:
        name = op.f(f"ck_{table}_noticekind")
        with op.batch_alter_table(table) as batch_op:
            batch_op.drop_constraint(name, type_="check")
            batch_op.create_check_constraint(name, among(kinds))


def upgrade() -> None:
    op.create_table(
        "cohort_warning",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("cohort_id", sa.Integer(), nullable=False),
        sa.Column("week_on", sa.Date(), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["cohort_id"], ["exam_cohort.id"], name=op.f("fk_cohort_warning_cohort_id_exam_cohort")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cohort_warning")),
        sa.UniqueConstraint(
            "cohort_id", "week_on", name=op.f("uq_cohort_warning_cohort_id_week_on")
        ),
    )
    allow(KINDS + NEW)


def downgrade() -> None:
    op.execute(f"DELETE FROM notice_delivery WHERE {OF_NEW.format(among(NEW))}")
    for table in TABLES:
        op.execute(f"DELETE FROM {table} WHERE {among(NEW)}")
    allow(KINDS)
    op.drop_table("cohort_warning")
