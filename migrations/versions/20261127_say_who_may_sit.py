"""say who may sit

Revision ID: say_who_may_sit
Revises: clear_what_is_old
"""

import sqlalchemy as sa
from alembic import op

revision = "say_who_may_sit"
down_revision = "clear_what_is_old"
branch_labels = None
depends_on = None

LEVELS = ("assistant", "social_worker", "senior")
EDUCATION = ("secondary", "junior_college", "bachelor", "master", "doctorate")


def closed(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)


def recorded() -> list[sa.Column]:
    return [
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("superseded_at", sa.DateTime(timezone=True), nullable=True),
    ]


def of_person(table: str) -> list[sa.Constraint]:
    return [
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f(f"fk_{table}_person_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    ]


def upgrade() -> None:
    op.create_table(
        "schooling",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("education", closed("education", *EDUCATION), nullable=False),
        sa.Column("is_social_work", sa.Boolean(), nullable=False),
        sa.Column("graduated_on", sa.Date(), nullable=False),
        sa.Column("studied_from_on", sa.Date(), nullable=True),
        sa.Column("evidence", sa.String(200), nullable=False),
        *recorded(),
        sa.CheckConstraint(
            "studied_from_on IS NULL OR studied_from_on <= graduated_on",
            name=op.f("ck_schooling_begins_before_its_end"),
        ),
        *of_person("schooling"),
    )
    op.create_index("ix_schooling_person_id", "schooling", ["person_id"])
    op.create_table(
        "earlier_practice",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("employer", sa.String(120), nullable=False),
        sa.Column("evidence", sa.String(200), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("to_on", sa.Date(), nullable=True),
        *recorded(),
        sa.CheckConstraint(
            "to_on IS NULL OR to_on >= from_on",
            name=op.f("ck_earlier_practice_ends_after_beginning"),
        ),
        *of_person("earlier_practice"),
    )
    op.create_index("ix_earlier_practice_person_id", "earlier_practice", ["person_id"])
    rule_tables()


def rule_tables() -> None:
    op.create_table(
        "eligibility_rule",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("level", closed("level", *LEVELS), nullable=False),
        sa.Column("education", closed("education", *EDUCATION), nullable=False),
        sa.Column("needs_social_work_major", sa.Boolean(), nullable=False),
        sa.Column("practice_years", sa.Integer(), nullable=False),
        sa.Column("takes_graduating", sa.Boolean(), nullable=False),
        sa.Column("after_level", closed("after_level", *LEVELS), nullable=True),
        sa.Column("from_year", sa.Integer(), nullable=False),
        sa.Column("to_year", sa.Integer(), nullable=True),
        sa.Column("citation", sa.String(300), nullable=False),
        sa.CheckConstraint(
            "practice_years >= 0", name=op.f("ck_eligibility_rule_practice_counts_up")
        ),
        sa.CheckConstraint(
            "to_year IS NULL OR to_year >= from_year",
            name=op.f("ck_eligibility_rule_ends_after_beginning"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_eligibility_rule")),
        sa.UniqueConstraint(
            "level",
            "education",
            "needs_social_work_major",
            "from_year",
            name=op.f("uq_eligibility_rule_level_education_needs_social_work_major_from_year"),
        ),
    )
    op.create_table(
        "practice_rule",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("province", sa.String(40), nullable=False),
        sa.Column("years_before", sa.Integer(), nullable=False),
        sa.Column("month", sa.Integer(), nullable=False),
        sa.Column("day", sa.Integer(), nullable=False),
        sa.Column("study_counts", sa.Boolean(), nullable=False),
        sa.Column("capacities", sa.JSON(), nullable=False),
        sa.Column("from_year", sa.Integer(), nullable=False),
        sa.Column("to_year", sa.Integer(), nullable=True),
        sa.Column("citation", sa.String(300), nullable=False),
        sa.CheckConstraint(
            "years_before >= 0", name=op.f("ck_practice_rule_counted_to_no_later_year")
        ),
        sa.CheckConstraint(
            "month BETWEEN 1 AND 12 AND day BETWEEN 1 AND 31",
            name=op.f("ck_practice_rule_a_day_of_the_year"),
        ),
        sa.CheckConstraint(
            "to_year IS NULL OR to_year >= from_year",
            name=op.f("ck_practice_rule_ends_after_beginning"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_practice_rule")),
        sa.UniqueConstraint(
            "province", "from_year", name=op.f("uq_practice_rule_province_from_year")
        ),
    )


def downgrade() -> None:
    op.drop_table("practice_rule")
    op.drop_table("eligibility_rule")
    op.drop_table("earlier_practice")
    op.drop_table("schooling")
