"""keep hours of continuing education

Revision ID: keep_hours
Revises: check_qualifications
"""

import sqlalchemy as sa
from alembic import op

revision = "keep_hours"
down_revision = "check_qualifications"
branch_labels = None
depends_on = None

LEVELS = ("assistant", "social_worker", "senior")
CATEGORIES = ("training", "degree", "publication", "homework")


def closed(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)


def dated() -> list[sa.Column]:
    return [
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("superseded_at", sa.DateTime(timezone=True), nullable=True),
    ]


def lasting() -> list[sa.Column]:
    return [
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("to_on", sa.Date(), nullable=True),
        *dated(),
    ]


def to_person(table: str, column: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [column], ["person.id"], name=op.f(f"fk_{table}_{column}_person")
    )


def upgrade() -> None:
    op.create_table(
        "hours_rule",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("level", closed("level", *LEVELS), nullable=False),
        sa.Column("category", closed("hourcategory", *CATEGORIES), nullable=True),
        sa.Column("bound", closed("bound", "at_least", "at_most"), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("citation", sa.String(300), nullable=False),
        *lasting(),
        sa.CheckConstraint("minutes > 0", name=op.f("ck_hours_rule_minutes_positive")),
        sa.CheckConstraint(
            "to_on IS NULL OR to_on >= from_on", name=op.f("ck_hours_rule_ends_after_beginning")
        ),
        sa.CheckConstraint(
            "category IS NOT NULL OR bound = 'at_least'",
            name=op.f("ck_hours_rule_all_is_at_least"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hours_rule")),
    )
    op.create_table(
        "conversion_rule",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("region", sa.String(60), nullable=False),
        sa.Column("category", closed("hourcategory", *CATEGORIES), nullable=False),
        sa.Column("unit", closed("hourunit", "hour", "period", "piece"), nullable=False),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("minutes_per_unit", sa.Integer(), nullable=False),
        sa.Column("is_once", sa.Boolean(), nullable=False),
        sa.Column("citation", sa.String(300), nullable=False),
        *lasting(),
        sa.CheckConstraint(
            "minutes_per_unit > 0", name=op.f("ck_conversion_rule_minutes_positive")
        ),
        sa.CheckConstraint(
            "to_on IS NULL OR to_on >= from_on",
            name=op.f("ck_conversion_rule_ends_after_beginning"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conversion_rule")),
        sa.UniqueConstraint(
            "region", "category", "unit", "name", "from_on",
            name=op.f("uq_conversion_rule_region_category_unit_name_from_on"),
        ),
    )
    op.create_table(
        "hour_entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("first_id", sa.Integer(), nullable=True),
        sa.Column("category", closed("hourcategory", *CATEGORIES), nullable=False),
        sa.Column("title", sa.String(120), nullable=False),
        sa.Column("provider", sa.String(120), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("done_on", sa.Date(), nullable=False),
        sa.Column("quantity", sa.Numeric(6, 1), nullable=False),
        sa.Column("conversion_id", sa.Integer(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("filing_no", sa.String(64), nullable=False),
        sa.Column("authority", sa.String(120), nullable=False),
        sa.Column("evidence", sa.String(200), nullable=False),
        sa.Column("entered_by_id", sa.Integer(), nullable=True),
        sa.Column(
            "state", closed("entrystate", "waiting", "confirmed", "refused"), nullable=False
        ),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.String(200), nullable=False),
        *dated(),
        sa.CheckConstraint("minutes > 0", name=op.f("ck_hour_entry_minutes_positive")),
        sa.CheckConstraint("done_on >= from_on", name=op.f("ck_hour_entry_ends_after_beginning")),
        sa.CheckConstraint(
            "category <> 'training' OR filing_no <> ''",
            name=op.f("ck_hour_entry_training_is_filed"),
        ),
        sa.CheckConstraint(
            "(state = 'waiting') = (decided_at IS NULL)",
            name=op.f("ck_hour_entry_decided_when_it_was"),
        ),
        sa.CheckConstraint(
            "decided_by_id IS NULL OR entered_by_id IS NULL OR decided_by_id <> entered_by_id",
            name=op.f("ck_hour_entry_decided_by_another"),
        ),
        *(to_person("hour_entry", c) for c in ("person_id", "entered_by_id", "decided_by_id")),
        sa.ForeignKeyConstraint(
            ["first_id"], ["hour_entry.id"], name=op.f("fk_hour_entry_first_id_hour_entry")
        ),
        sa.ForeignKeyConstraint(
            ["conversion_id"],
            ["conversion_rule.id"],
            name=op.f("fk_hour_entry_conversion_id_conversion_rule"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hour_entry")),
    )
    op.create_index("ix_hour_entry_person_id_done_on", "hour_entry", ["person_id", "done_on"])
    op.create_index(op.f("ix_hour_entry_first_id"), "hour_entry", ["first_id"])
    op.create_table(
        "period_warning",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("registration_id", sa.Integer(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["registration_id"],
            ["registration.id"],
            name=op.f("fk_period_warning_registration_id_registration"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_period_warning")),
        sa.UniqueConstraint(
            "registration_id", "days", name=op.f("uq_period_warning_registration_id_days")
        ),
    )


def downgrade() -> None:
    for table in ("period_warning", "hour_entry", "conversion_rule", "hours_rule"):
        op.drop_table(table)
