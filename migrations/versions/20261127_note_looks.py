"""note looks

Revision ID: note_looks
Revises: ask_for_passwords
"""

import sqlalchemy as sa
from alembic import op

revision = "note_looks"
down_revision = "ask_for_passwords"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "look",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("reader_id", sa.Integer(), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_look_person_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["reader_id"], ["person.id"], name=op.f("fk_look_reader_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_look")),
        sa.UniqueConstraint(
            "person_id", "reader_id", "on", name=op.f("uq_look_person_id_reader_id_on")
        ),
    )
    for column in ("reader_id", "on"):
        op.create_index(op.f(f"ix_look_{column}"), "look", [column])


def downgrade() -> None:
    op.drop_table("look")
