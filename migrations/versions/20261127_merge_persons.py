"""merge persons

Revision ID: merge_persons
Revises: take_data_requests
"""

import sqlalchemy as sa
from alembic import op

revision = "merge_persons"
down_revision = "take_data_requests"
branch_labels = None
depends_on = None


def person(table: str, column: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}_person")
    return sa.ForeignKeyConstraint([column], ["person.id"], name=name)


def upgrade() -> None:
    with op.batch_alter_table("person") as batch:
        batch.add_column(sa.Column("merged_into_id", sa.Integer(), nullable=True))
        batch.create_index("ix_person_merged_into_id", ["merged_into_id"])
        batch.create_foreign_key(
            op.f("fk_person_merged_into_id_person"), "person", ["merged_into_id"], ["id"]
        )
    op.create_table(
        "person_merge",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kept_id", sa.Integer(), nullable=False),
        sa.Column("gone_id", sa.Integer(), nullable=False),
        sa.Column("swapped", sa.JSON(), nullable=False),
        sa.Column("kept_version", sa.Integer(), nullable=False),
        sa.Column("merged_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False, server_default="1"),
        sa.CheckConstraint("kept_id <> gone_id", name=op.f("ck_person_merge_of_two")),
        person("person_merge", "kept_id"),
        person("person_merge", "gone_id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person_merge")),
    )
    op.create_index("ix_person_merge_kept_id", "person_merge", ["kept_id"])
    op.create_index("ix_person_merge_gone_id", "person_merge", ["gone_id"])
    op.create_table(
        "merged_row",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("merge_id", sa.Integer(), nullable=False),
        sa.Column("noun", sa.String(64), nullable=False),
        sa.Column("row_id", sa.Integer(), nullable=False),
        sa.Column("column", sa.String(64), nullable=False),
        sa.Column("before", sa.JSON(), nullable=False),
        sa.Column("after", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["merge_id"], ["person_merge.id"], name=op.f("fk_merged_row_merge_id_person_merge")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_merged_row")),
    )
    op.create_index("ix_merged_row_merge_id", "merged_row", ["merge_id"])
    op.create_table(
        "told_apart",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("first_id", sa.Integer(), nullable=False),
        sa.Column("second_id", sa.Integer(), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("first_id < second_id", name=op.f("ck_told_apart_in_order")),
        person("told_apart", "first_id"),
        person("told_apart", "second_id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_told_apart")),
        sa.UniqueConstraint(
            "first_id", "second_id", name=op.f("uq_told_apart_first_id_second_id")
        ),
    )
    op.create_index("ix_told_apart_second_id", "told_apart", ["second_id"])


def downgrade() -> None:
    op.drop_table("told_apart")
    op.drop_table("merged_row")
    op.drop_table("person_merge")
    with op.batch_alter_table("person") as batch:
        batch.drop_constraint(op.f("fk_person_merged_into_id_person"), type_="foreignkey")
        batch.drop_index("ix_person_merged_into_id")
        batch.drop_column("merged_into_id")
