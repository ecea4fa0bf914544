"""remember columns

What was chosen for a heading is remembered for each kind of sheet, no longer for rosters alone.

Revision ID: remember_columns
Revises: keep_passkeys
"""

import sqlalchemy as sa
from alembic import op

revision = "remember_columns"
down_revision = "keep_passkeys"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.rename_table("roster_column", "column_choice")
    with op.batch_alter_table("column_choice") as batch_op:
        batch_op.add_column(
            sa.Column("sheet", sa.String(32), nullable=False, server_default="roster")
        )
        batch_op.drop_constraint(op.f("uq_roster_column_heading"), type_="unique")
        batch_op.create_unique_constraint(
            op.f("uq_column_choice_sheet_heading"), ["sheet", "heading"]
        )
    with op.batch_alter_table("column_choice") as batch_op:
        batch_op.alter_column("sheet", server_default=None)
    rename_key("roster_column", "column_choice")


def downgrade() -> None:
    op.execute("DELETE FROM column_choice WHERE sheet <> 'roster'")
    with op.batch_alter_table("column_choice") as batch_op:
        batch_op.drop_constraint(op.f("uq_column_choice_sheet_heading"), type_="unique")
        batch_op.drop_column("sheet")
        batch_op.create_unique_constraint(op.f("uq_roster_column_heading"), ["heading"])
    op.rename_table("column_choice", "roster_column")
    rename_key("column_choice", "roster_column")


def rename_key(old: str, new: str) -> None:
    """PostgreSQL leaves key and sequence under the table's old name."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(f"ALTER TABLE {new} RENAME CONSTRAINT pk_{old} TO pk_{new}")
        op.execute(f"ALTER SEQUENCE {old}_id_seq RENAME TO {new}_id_seq")
