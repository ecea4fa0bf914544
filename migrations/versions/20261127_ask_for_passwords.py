"""ask for passwords

Revision ID: ask_for_passwords
Revises: tell_people
"""

import sqlalchemy as sa
from alembic import op

revision = "ask_for_passwords"
down_revision = "tell_people"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "password_ask",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("typed_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_password_ask")),
    )


def downgrade() -> None:
    op.drop_table("password_ask")
