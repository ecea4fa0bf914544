"""keep the notices that let passes count longer

Revision ID: extend_pass_windows
Revises: set_targets
"""

import sqlalchemy as sa
from alembic import op

revision = "extend_pass_windows"
down_revision = "set_targets"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "pass_extension",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column(
            "level",
            sa.Enum(
                "assistant",
                "social_worker",
                "senior",
                name="level",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("passed_year", sa.Integer(), nullable=False),
        sa.Column("until_year", sa.Integer(), nullable=False),
        sa.Column("province", sa.String(length=40), nullable=False),
        sa.Column("published_on", sa.Date(), nullable=True),
        sa.Column("citation", sa.String(length=300), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("superseded_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "until_year > passed_year", name=op.f("ck_pass_extension_lasts_longer")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pass_extension")),
    )
    op.create_index(op.f("ix_pass_extension_passed_year"), "pass_extension", ["passed_year"])


def downgrade() -> None:
    op.drop_index(op.f("ix_pass_extension_passed_year"), "pass_extension")
    op.drop_table("pass_extension")
