"""keep registrations

Revision ID: keep_registrations
Revises: link_identities
"""

import sqlalchemy as sa
from alembic import op

revision = "keep_registrations"
down_revision = "link_identities"
branch_labels = None
depends_on = None

LEVELS = ("assistant", "social_worker", "senior")
STATES = (
    "not_applied", "applied", "first_passed", "first_refused", "final_passed", "final_refused",
    "registered", "issued", "cancelled",
)  # fmt: skip
OPEN = "state IN ('applied', 'first_passed', 'first_refused', 'final_passed', 'final_refused')"
KNOWN = "superseded_at IS NULL"


def closed(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)


def dated() -> list[sa.Column]:
    return [
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("superseded_at", sa.DateTime(timezone=True), nullable=True),
    ]


def upgrade() -> None:
    op.create_table(
        "registration_rule",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("first_within_months", sa.Integer(), nullable=False),
        sa.Column("period_months", sa.Integer(), nullable=False),
        sa.Column("window_months", sa.Integer(), nullable=False),
        sa.Column("decision_days", sa.Integer(), nullable=False),
        sa.Column("citation", sa.String(300), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("to_on", sa.Date(), nullable=True),
        *dated(),
        sa.CheckConstraint(
            "to_on IS NULL OR to_on >= from_on",
            name=op.f("ck_registration_rule_ends_after_beginning"),
        ),
        sa.CheckConstraint(
            "first_within_months > 0 AND period_months > 0 AND window_months > 0",
            name=op.f("ck_registration_rule_counts_up"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_registration_rule")),
        sa.UniqueConstraint("from_on", name=op.f("uq_registration_rule_from_on")),
    )
    op.create_table(
        "registration",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("level", closed("level", *LEVELS), nullable=False),
        sa.Column("kind", closed("registrationkind", "first", "renewal"), nullable=False),
        sa.Column("state", closed("registrationstate", *STATES), nullable=False),
        sa.Column("registrar", sa.String(120), nullable=False),
        sa.Column("ground", sa.String(200), nullable=False),
        sa.Column("rule_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_registration_person_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["rule_id"],
            ["registration_rule.id"],
            name=op.f("fk_registration_rule_id_registration_rule"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_registration")),
    )
    op.create_index("ix_registration_person_level", "registration", ["person_id", "level"])
    op.create_index(
        "uq_registration_open",
        "registration",
        ["person_id", "level"],
        unique=True,
        sqlite_where=sa.text(OPEN),
        postgresql_where=sa.text(OPEN),
    )
    op.create_table(
        "registration_step",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("registration_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("state", closed("registrationstate", *STATES), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("evidence", sa.String(200), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=True),
        sa.Column("to_on", sa.Date(), nullable=True),
        sa.Column("certificate_no", sa.String(40), nullable=False),
        *dated(),
        sa.CheckConstraint(
            "(state = 'registered') = (from_on IS NOT NULL AND to_on IS NOT NULL)",
            name=op.f("ck_registration_step_has_its_period"),
        ),
        sa.CheckConstraint(
            "to_on IS NULL OR to_on >= from_on",
            name=op.f("ck_registration_step_ends_after_beginning"),
        ),
        sa.ForeignKeyConstraint(
            ["registration_id"],
            ["registration.id"],
            name=op.f("fk_registration_step_registration_id_registration"),
        ),
        sa.ForeignKeyConstraint(
            ["by_id"], ["person.id"], name=op.f("fk_registration_step_by_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_registration_step")),
    )
    op.create_index(
        op.f("ix_registration_step_registration_id"), "registration_step", ["registration_id"]
    )
    op.create_index(
        "uq_registration_step_known",
        "registration_step",
        ["registration_id", "position"],
        unique=True,
        sqlite_where=sa.text(KNOWN),
        postgresql_where=sa.text(KNOWN),
    )


def downgrade() -> None:
    op.drop_table("registration_step")
    op.drop_table("registration")
    op.drop_table("registration_rule")
