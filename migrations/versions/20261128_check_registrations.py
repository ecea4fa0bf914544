"""date the check of registrations

An exam year has two checks: of the registrations, before anybody pays, and after the exam.

Revision ID: check_registrations
Revises: confirm_partly_hidden
"""

import sqlalchemy as sa
from alembic import op

revision = "check_registrations"
down_revision = "confirm_partly_hidden"
branch_labels = None
depends_on = None

DAYS = ("registration_check_from_on", "registration_check_to_on")
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
NEW = "registration_check_closes"


def allow(*milestones: str) -> None:
    name = op.f("ck_candidacy_reminder_milestone")
    with op.batch_alter_table("candidacy_reminder") as batch_op:
        batch_op.drop_constraint(name, type_="check")
        batch_op.create_check_constraint(
            name, f"milestone IN ({', '.join(repr(milestone) for milestone in milestones)})"
        )


def upgrade() -> None:
    for name in DAYS:
        op.add_column("exam_cycle", sa.Column(name, sa.Date(), nullable=True))
    allow(*MILESTONES, NEW)


def downgrade() -> None:
    op.execute(f"DELETE FROM candidacy_reminder WHERE milestone = '{NEW}'")
    allow(*MILESTONES)
    for name in DAYS:
        op.drop_column("exam_cycle", name)
