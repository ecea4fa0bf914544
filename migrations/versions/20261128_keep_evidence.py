"""keep evidence

Revision ID: keep_evidence
Revises: correct_indicators
"""

import sqlalchemy as sa
from alembic import op

revision = "keep_evidence"
down_revision = "correct_indicators"
branch_labels = None
depends_on = None

LEVELS = ("assistant", "social_worker", "senior")
SEALS = ("unsigned", "known", "unknown", "unchecked", "changed")
KNOWN = "superseded_at IS NULL"


def closed(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)


def upgrade() -> None:
    op.create_table(
        "evidence_file",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("level", closed("level", *LEVELS), nullable=False),
        sa.Column("filename", sa.String(200), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("content_sha256", sa.String(64), nullable=False),
        sa.Column("file_sha256", sa.String(64), nullable=False),
        sa.Column("seal", closed("seal", *SEALS), nullable=False),
        sa.Column("findings", sa.JSON(), nullable=False),
        sa.Column("uploaded_by_id", sa.Integer(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("superseded_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_evidence_file_person_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["uploaded_by_id"], ["person.id"], name=op.f("fk_evidence_file_uploaded_by_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evidence_file")),
    )
    op.create_index(op.f("ix_evidence_file_person_id"), "evidence_file", ["person_id"])
    op.create_index(
        "uq_evidence_file_known",
        "evidence_file",
        ["person_id", "level", "content_sha256"],
        unique=True,
        sqlite_where=sa.text(KNOWN),
        postgresql_where=sa.text(KNOWN),
    )


def downgrade() -> None:
    op.drop_table("evidence_file")
