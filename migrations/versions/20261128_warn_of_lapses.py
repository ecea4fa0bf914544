"""warn of lapses

Revision ID: warn_of_lapses
Revises: date_result_lists
"""

import sqlalchemy as sa
from alembic import op

revision = "warn_of_lapses"
down_revision = "date_result_lists"
branch_labels = None
depends_on = None

LEVELS = ("assistant", "social_worker", "senior")
STAGES = (
    "year_begins",
    "registration_opens",
    "registration_closes",
    "days_180",
    "days_90",
    "days_30",
)
KINDS = (
    "enrolled",
    "moved_up",
    "certificate_issued",
    "results_in",
    "role_granted",
    "import_finished",
    "sign_up_decided",
    "invited",
    "password_forgotten",
    "password_changed",
    "identity_changed",
    "passkey_changed",
    "request_answered",
    "data_deleted",
    "registration_ends",
    "data_due",
    "exam_date",
)
NEW = ("papers_lapse", "statement_lapses")
TABLES = ("notice", "notice_choice")
OF_NEW = "notice_id IN (SELECT id FROM notice WHERE {})"


def closed(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)


def among(kinds: tuple[str, ...]) -> str:
    return f"kind IN ({', '.join(repr(kind) for kind in kinds)})"


def allow(kinds: tuple[str, ...]) -> None:
    for table in TABLES:
        name = op.f(f"ck_{table}_noticekind")
        with op.batch_alter_table(table) as batch_op:
            batch_op.drop_constraint(name, type_="check")
            batch_op.create_check_constraint(name, among(kinds))


def upgrade() -> None:
    op.create_table(
        "lapse_warning",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("level", closed("level", *LEVELS), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("stage", closed("lapsestage", *STAGES), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_lapse_warning_person_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lapse_warning")),
        sa.UniqueConstraint(
            "person_id",
            "level",
            "year",
            "stage",
            "on",
            name=op.f("uq_lapse_warning_person_id_level_year_stage_on"),
        ),
    )
    allow(KINDS + NEW)


def downgrade() -> None:
    op.execute(f"DELETE FROM notice_delivery WHERE {OF_NEW.format(among(NEW))}")
    for table in TABLES:
        op.execute(f"DELETE FROM {table} WHERE {among(NEW)}")
    allow(KINDS)
    op.drop_table("lapse_warning")
