"""keep reviews

Revision ID: keep_reviews
Revises: propose_what_is_due
"""

import sqlalchemy as sa
from alembic import op

revision = "keep_reviews"
down_revision = "propose_what_is_due"
branch_labels = None
depends_on = None

STATES = (
    "prepared", "applied", "passed", "not_passed", "noticed", "objected", "titled", "withdrawn",
)  # fmt: skip
OPEN = "state IN ('applied', 'passed', 'noticed')"
KNOWN = "superseded_at IS NULL"


def state() -> sa.Column:
    closed = sa.Enum(
        *STATES, name="reviewstate", native_enum=False, create_constraint=True, length=32
    )
    return sa.Column("state", closed, nullable=False)


def upgrade() -> None:
    op.create_table(
        "review",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("exam_year", sa.Integer(), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=False),
        sa.Column("ground", sa.String(200), nullable=False),
        sa.Column("committee", sa.String(120), nullable=False),
        state(),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.CheckConstraint(
            "until_on >= issued_on", name=op.f("ck_review_ends_after_beginning")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_review_person_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review")),
    )
    op.create_index("ix_review_person_id", "review", ["person_id"])
    op.create_index(
        "uq_review_open",
        "review",
        ["person_id"],
        unique=True,
        sqlite_where=sa.text(OPEN),
        postgresql_where=sa.text(OPEN),
    )
    op.create_table(
        "review_step",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("review_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        state(),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("to_on", sa.Date(), nullable=True),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("evidence", sa.String(200), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("superseded_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(state = 'noticed') = (to_on IS NOT NULL)",
            name=op.f("ck_review_step_notice_has_its_end"),
        ),
        sa.CheckConstraint(
            'to_on IS NULL OR to_on >= "on"', name=op.f("ck_review_step_ends_after_beginning")
        ),
        sa.ForeignKeyConstraint(
            ["review_id"], ["review.id"], name=op.f("fk_review_step_review_id_review")
        ),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_review_step_by_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_step")),
    )
    op.create_index(op.f("ix_review_step_review_id"), "review_step", ["review_id"])
    op.create_index(
        "uq_review_step_known",
        "review_step",
        ["review_id", "position"],
        unique=True,
        sqlite_where=sa.text(KNOWN),
        postgresql_where=sa.text(KNOWN),
    )


def downgrade() -> None:
    op.drop_table("review_step")
    op.drop_table("review")
