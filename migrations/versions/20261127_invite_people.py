"""invite people

Revision ID: invite_people
Revises: look_up_mail_addresses
"""

import sqlalchemy as sa
from alembic import op

revision = "invite_people"
down_revision = "look_up_mail_addresses"
branch_labels = None
depends_on = None


def closed(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)


def upgrade() -> None:
    op.create_table(
        "invitation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("kind", closed("invitationkind", "first", "reset"), nullable=False),
        sa.Column("way", closed("way", "mail", "slip"), nullable=False),
        sa.Column("code_hash", sa.String(64), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("was_used", sa.Boolean(), nullable=False),
        sa.CheckConstraint("expires_at > made_at", name=op.f("ck_invitation_ends_after_beginning")),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_invitation_person_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitation")),
        sa.UniqueConstraint("code_hash", name=op.f("uq_invitation_code_hash")),
    )
    op.create_index(op.f("ix_invitation_person_id"), "invitation", ["person_id"])


def downgrade() -> None:
    op.drop_table("invitation")
