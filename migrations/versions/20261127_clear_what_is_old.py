"""clear what is old

Revision ID: clear_what_is_old
Revises: keep_consents
"""

import sqlalchemy as sa
from alembic import op

revision = "clear_what_is_old"
down_revision = "keep_consents"
branch_labels = None
depends_on = None

KINDS = ("sign_ups", "rosters", "results", "letters", "invitations", "looks", "people")
CLOSED = {"native_enum": False, "create_constraint": True, "length": 32}


def upgrade() -> None:
    op.create_table(
        "clearing",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Enum(*KINDS, name="duekind", **CLOSED), nullable=False),
        sa.Column("before", sa.DateTime(timezone=True), nullable=False),
        sa.Column("chosen", sa.JSON(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("refused", sa.Integer(), nullable=False),
        sa.Column("ordered_by_id", sa.Integer(), nullable=True),
        sa.Column("ordered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("done >= 0 AND refused >= 0", name=op.f("ck_clearing_counts_up")),
        sa.ForeignKeyConstraint(
            ["ordered_by_id"], ["person.id"], name=op.f("fk_clearing_ordered_by_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clearing")),
    )


def downgrade() -> None:
    op.drop_table("clearing")
