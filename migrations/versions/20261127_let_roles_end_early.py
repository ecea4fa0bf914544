"""let roles end early, and add four

Revision ID: let_roles_end_early
Revises: 0007
"""

import sqlalchemy as sa
from alembic import op

revision = "let_roles_end_early"
down_revision = "0007"
branch_labels = None
depends_on = None

BEFORE = (
    "anyone", "trainee", "instructor", "supervisor", "station_manager", "admin", "observer",
    "system",
)
NEW = ("class_tutor", "coordinator", "approver", "evaluator")
ENDED = "ended_at IS NULL OR to_on IS NOT NULL"
ONCE = "uq_role_grant_person_id_role_unit_id_from_on"


def among(roles: tuple[str, ...]) -> str:
    return f"role IN ({', '.join(repr(role) for role in roles)})"


def upgrade() -> None:
    with op.batch_alter_table("role_grant") as batch_op:
        batch_op.add_column(sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.drop_constraint(ONCE, type_="unique")
        batch_op.drop_constraint(op.f("ck_role_grant_role"), type_="check")
        batch_op.create_check_constraint(op.f("ck_role_grant_role"), among(BEFORE + NEW))
        batch_op.create_check_constraint(op.f("ck_role_grant_ended_has_a_day"), ENDED)
    op.create_index(op.f("ix_role_grant_person_id"), "role_grant", ["person_id"])
    op.create_index(op.f("ix_role_grant_unit_id"), "role_grant", ["unit_id"])


def downgrade() -> None:
    # the old form has no place for the new roles, for an early end, nor for the same role twice
    op.execute(sa.text("DELETE FROM role_grant WHERE role IN :new").bindparams(
        sa.bindparam("new", NEW, expanding=True)
    ))
    op.execute("DELETE FROM role_grant WHERE ended_at IS NOT NULL")
    op.drop_index(op.f("ix_role_grant_unit_id"), "role_grant")
    op.drop_index(op.f("ix_role_grant_person_id"), "role_grant")
    with op.batch_alter_table("role_grant") as batch_op:
        batch_op.drop_constraint(op.f("ck_role_grant_ended_has_a_day"), type_="check")
        batch_op.drop_constraint(op.f("ck_role_grant_role"), type_="check")
        batch_op.create_check_constraint(op.f("ck_role_grant_role"), among(BEFORE))
        batch_op.drop_column("ended_at")
        batch_op.create_unique_constraint(ONCE, ["person_id", "role", "unit_id", "from_on"])
