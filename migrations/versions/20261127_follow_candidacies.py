"""follow candidacies

Revision ID: follow_candidacies
Revises: say_who_may_sit
"""

import sqlalchemy as sa
from alembic import op

revision = "follow_candidacies"
down_revision = "say_who_may_sit"
branch_labels = None
depends_on = None

LEVELS = ("assistant", "social_worker", "senior")
STEPS = (
    "intends",
    "eligible",
    "registered",
    "paid",
    "ticketed",
    "sat",
    "scored",
    "checked",
    "listed",
    "certified",
    "absent",
    "cancelled",
    "withdrawn",
)


def closed(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)


def upgrade() -> None:
    op.create_table(
        "candidacy",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("cycle_id", sa.Integer(), nullable=False),
        sa.Column("level", closed("level", *LEVELS), nullable=False),
        sa.Column("papers", sa.JSON(), nullable=False),
        sa.Column("region", sa.String(60), nullable=False),
        sa.Column("state", closed("candidacystep", *STEPS), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_candidacy_person_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["cycle_id"], ["exam_cycle.id"], name=op.f("fk_candidacy_cycle_id_exam_cycle")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_candidacy")),
        sa.UniqueConstraint(
            "person_id", "cycle_id", "level", name=op.f("uq_candidacy_person_id_cycle_id_level")
        ),
    )
    op.create_index("ix_candidacy_cycle_id", "candidacy", ["cycle_id"])
    op.create_table(
        "candidacy_step",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("candidacy_id", sa.Integer(), nullable=False),
        sa.Column("step", closed("candidacystep", *STEPS), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("evidence", sa.String(200), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["candidacy_id"],
            ["candidacy.id"],
            name=op.f("fk_candidacy_step_candidacy_id_candidacy"),
        ),
        sa.ForeignKeyConstraint(
            ["by_id"], ["person.id"], name=op.f("fk_candidacy_step_by_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_candidacy_step")),
    )
    op.create_index("ix_candidacy_step_candidacy_id", "candidacy_step", ["candidacy_id"])


def downgrade() -> None:
    op.drop_table("candidacy_step")
    op.drop_table("candidacy")
