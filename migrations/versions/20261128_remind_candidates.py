"""remind candidates

Revision ID: remind_candidates
Revises: date_exam_years
"""

import sqlalchemy as sa
from alembic import op

revision = "remind_candidates"
down_revision = "date_exam_years"
branch_labels = None
depends_on = None

MILESTONES = (
    "registration_opens",
    "registration_closes",
    "payment_closes",
    "tickets_open",
    "tickets_close",
    "exam_begins",
    "scores_come",
    "check_closes",
)
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
)
NEW = ("exam_date",)
TABLES = ("notice", "notice_choice")
OF_NEW = "notice_id IN (SELECT id FROM notice WHERE {})"


def closed(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)


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
        "candidacy_reminder",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("candidacy_id", sa.Integer(), nullable=False),
        sa.Column("milestone", closed("milestone", *MILESTONES), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["candidacy_id"],
            ["candidacy.id"],
            name=op.f("fk_candidacy_reminder_candidacy_id_candidacy"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_candidacy_reminder")),
        sa.UniqueConstraint(
            "candidacy_id",
            "milestone",
            "on",
            "days",
            name=op.f("uq_candidacy_reminder_candidacy_id_milestone_on_days"),
        ),
    )
    allow(KINDS + NEW)


def downgrade() -> None:
    op.execute(f"DELETE FROM notice_delivery WHERE {OF_NEW.format(among(NEW))}")
    for table in TABLES:
        op.execute(f"DELETE FROM {table} WHERE {among(NEW)}")
    allow(KINDS)
    op.drop_table("candidacy_reminder")
