"""import results in chunks

Revision ID: 0002
Revises: 0001
Create Date: 2026-11-23 21:00:00

"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

BEFORE = ("checked", "imported")
AFTER = ("uploaded", "checked", "importing", "imported")
NAME = "ck_result_import_importstate"


def upgrade() -> None:
    with op.batch_alter_table("result_import") as table:
        table.add_column(
            sa.Column("check_sha256", sa.String(length=64), nullable=False, server_default="")
        )
        for name in ("results_ready", "results_done", "persons_done"):
            table.add_column(sa.Column(name, sa.Integer(), nullable=False, server_default="0"))
        table.add_column(sa.Column("ordered_by_id", sa.Integer(), nullable=True))
        table.create_foreign_key(
            op.f("fk_result_import_ordered_by_id_person"), "person", ["ordered_by_id"], ["id"]
        )
        table.drop_constraint(op.f(NAME), type_="check")
        table.create_check_constraint(op.f(NAME), _one_of(AFTER))
    with op.batch_alter_table("result_import") as table:
        for name in ("check_sha256", "results_ready", "results_done", "persons_done"):
            table.alter_column(name, server_default=None)
    # what the dry run found was not kept so far: it is made anew
    op.execute("UPDATE result_import SET ordered_by_id = uploaded_by_id")
    op.execute("UPDATE result_import SET state = 'uploaded' WHERE state = 'checked'")


def downgrade() -> None:
    # the release before knows no half-way: what was begun is imported anew, and changes nothing
    op.execute(
        "UPDATE result_import SET state = 'checked' WHERE state IN ('uploaded', 'importing')"
    )
    with op.batch_alter_table("result_import") as table:
        table.drop_constraint(op.f(NAME), type_="check")
        table.create_check_constraint(op.f(NAME), _one_of(BEFORE))
        table.drop_constraint(op.f("fk_result_import_ordered_by_id_person"), type_="foreignkey")
        for name in (
            "ordered_by_id", "persons_done", "results_done", "results_ready", "check_sha256",
        ):  # fmt: skip
            table.drop_column(name)


def _one_of(states: tuple[str, ...]) -> str:
    return "state IN (" + ", ".join(f"'{state}'" for state in states) + ")"
