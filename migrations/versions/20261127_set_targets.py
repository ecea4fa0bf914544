"""set targets

Revision ID: set_targets
Revises: keep_registrations
"""

import sqlalchemy as sa
from alembic import op

revision = "set_targets"
down_revision = "keep_registrations"
branch_labels = None
depends_on = None

LEVELS = ("assistant", "social_worker", "senior")
KNOWN = sa.text("superseded_at IS NULL")


def upgrade() -> None:
    op.create_table(
        "target",
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column(
            "level",
            sa.Enum(*LEVELS, name="level", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("persons", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(200), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("superseded_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("persons > 0", name=op.f("ck_target_asks_for_somebody")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_target_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_target")),
    )
    op.create_index(op.f("ix_target_year"), "target", ["year"])
    op.create_index(
        "uq_target_known",
        "target",
        ["unit_id", "year", "level"],
        unique=True,
        sqlite_where=KNOWN,
        postgresql_where=KNOWN,
    )


def downgrade() -> None:
    op.drop_table("target")
