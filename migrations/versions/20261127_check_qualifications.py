"""check qualifications

Revision ID: check_qualifications
Revises: follow_candidacies
"""

import sqlalchemy as sa
from alembic import op

revision = "check_qualifications"
down_revision = "follow_candidacies"
branch_labels = None
depends_on = None

PEOPLE = ("recorded_by_id", "checked_by_id")
RULES = {
    "checked_by_somebody": "(checked_at IS NULL) = (checked_by_id IS NULL)",
    "checked_by_a_second_person": "checked_by_id != recorded_by_id",
}


def upgrade() -> None:
    with op.batch_alter_table("qualification") as batch_op:
        for name in PEOPLE:
            batch_op.add_column(sa.Column(name, sa.Integer(), nullable=True))
            foreign = op.f(f"fk_qualification_{name}_person")
            batch_op.create_foreign_key(foreign, "person", [name], ["id"])
        batch_op.add_column(sa.Column("checked_at", sa.DateTime(timezone=True), nullable=True))
        for name, rule in RULES.items():
            batch_op.create_check_constraint(op.f(f"ck_qualification_{name}"), rule)


def downgrade() -> None:
    with op.batch_alter_table("qualification") as batch_op:
        for name in RULES:
            batch_op.drop_constraint(op.f(f"ck_qualification_{name}"), type_="check")
        for name in PEOPLE:
            batch_op.drop_constraint(op.f(f"fk_qualification_{name}_person"), type_="foreignkey")
        for name in ("checked_at", *PEOPLE):
            batch_op.drop_column(name)
