"""date units and posts twice: what was so, and since when we know

Revision ID: date_units_and_posts
Revises: let_roles_end_early
"""

import sqlalchemy as sa
from alembic import op

revision = "date_units_and_posts"
down_revision = "let_roles_end_early"
branch_labels = None
depends_on = None

OLD_KINDS = (
    "college",
    "department",
    "district",
    "general_station",
    "station",
    "mental_health_station",
    "room",
    "agency",
    "other",
)
KINDS = (*OLD_KINDS, "street", "town", "township", "sumu", "zone", "farm", "community")
KNOWN = sa.text("superseded_at IS NULL")


def one_of(kinds: tuple[str, ...]) -> str:
    return "kind IN ({})".format(", ".join(f"'{kind}'" for kind in kinds))


def upgrade() -> None:
    with op.batch_alter_table("unit") as unit:
        unit.add_column(sa.Column("admin_by", sa.String(120), nullable=False, server_default=""))
        unit.add_column(sa.Column("credit_code", sa.String(18), nullable=False, server_default=""))
        unit.add_column(sa.Column("contact", sa.String(120), nullable=False, server_default=""))
        unit.add_column(sa.Column("phone", sa.String(40), nullable=False, server_default=""))
        unit.add_column(sa.Column("domains", sa.JSON(), nullable=False, server_default="[]"))
        unit.add_column(sa.Column("merged_into_id", sa.Integer(), nullable=True))
        unit.create_foreign_key(
            op.f("fk_unit_merged_into_id_unit"), "unit", ["merged_into_id"], ["id"]
        )
        unit.drop_constraint(op.f("ck_unit_unitkind"), type_="check")
        unit.create_check_constraint(op.f("ck_unit_unitkind"), one_of(KINDS))
    op.create_table(
        "unit_phase",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("name_en", sa.String(200), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("parent_id", sa.Integer(), nullable=True),
        sa.Column("from_on", sa.Date(), nullable=True),
        sa.Column("to_on", sa.Date(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("superseded_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(one_of(KINDS), name=op.f("ck_unit_phase_unitkind")),
        sa.CheckConstraint(
            "to_on IS NULL OR to_on >= from_on", name=op.f("ck_unit_phase_ends_after_beginning")
        ),
        sa.CheckConstraint("parent_id <> unit_id", name=op.f("ck_unit_phase_below_another")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_unit_phase_unit_id_unit")),
        sa.ForeignKeyConstraint(
            ["parent_id"], ["unit.id"], name=op.f("fk_unit_phase_parent_id_unit")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unit_phase")),
    )
    op.create_index(op.f("ix_unit_phase_parent_id"), "unit_phase", ["parent_id"])
    op.create_index(
        "uq_unit_phase_known",
        "unit_phase",
        ["unit_id", "from_on"],
        unique=True,
        sqlite_where=KNOWN,
        postgresql_where=KNOWN,
    )
    fill_phases()
    with op.batch_alter_table("employment") as employment:
        employment.add_column(sa.Column("superseded_at", sa.DateTime(timezone=True), nullable=True))
        employment.add_column(sa.Column("first_id", sa.Integer(), nullable=True))
        employment.create_foreign_key(
            op.f("fk_employment_first_id_employment"), "employment", ["first_id"], ["id"]
        )
        employment.drop_constraint(
            op.f("uq_employment_person_id_unit_id_capacity_from_on"), type_="unique"
        )
    op.create_index(op.f("ix_employment_person_id"), "employment", ["person_id"])
    op.create_index(op.f("ix_employment_first_id"), "employment", ["first_id"])
    op.create_index(
        "uq_employment_known",
        "employment",
        ["person_id", "unit_id", "capacity", "from_on"],
        unique=True,
        sqlite_where=KNOWN,
        postgresql_where=KNOWN,
    )
    with op.batch_alter_table("qualification") as qualification:
        qualification.add_column(
            sa.Column("superseded_at", sa.DateTime(timezone=True), nullable=True)
        )
        qualification.drop_constraint(
            op.f("uq_qualification_person_id_level"), type_="unique"
        )
    op.create_index(
        "uq_qualification_known",
        "qualification",
        ["person_id", "level"],
        unique=True,
        sqlite_where=KNOWN,
        postgresql_where=KNOWN,
    )


def fill_phases() -> None:
    """What each unit is today it has been since it opened; known since the journal told of it."""
    day_before = (
        "date(u.closed_on, '-1 day')"
        if op.get_bind().dialect.name == "sqlite"
        else "u.closed_on - 1"
    )
    op.execute(
        "INSERT INTO unit_phase"
        " (unit_id, name, name_en, kind, parent_id, from_on, to_on, recorded_at)"
        f" SELECT u.id, u.name, u.name_en, u.kind, u.parent_id, u.opened_on, {day_before},"
        " COALESCE((SELECT min(j.at) FROM journal_entry j"
        " WHERE j.noun = 'unit' AND j.row_id = u.id), '2000-01-01 00:00:00')"
        " FROM unit u ORDER BY u.id"
    )


def downgrade() -> None:
    op.drop_index("uq_qualification_known", "qualification")
    op.execute("DELETE FROM qualification WHERE superseded_at IS NOT NULL")
    with op.batch_alter_table("qualification") as qualification:
        qualification.create_unique_constraint(
            op.f("uq_qualification_person_id_level"), ["person_id", "level"]
        )
        qualification.drop_column("superseded_at")
    op.drop_index("uq_employment_known", "employment")
    op.drop_index(op.f("ix_employment_first_id"), "employment")
    op.drop_index(op.f("ix_employment_person_id"), "employment")
    op.execute("UPDATE employment SET first_id = NULL")
    op.execute("DELETE FROM employment WHERE superseded_at IS NOT NULL")
    with op.batch_alter_table("employment") as employment:
        employment.create_unique_constraint(
            op.f("uq_employment_person_id_unit_id_capacity_from_on"),
            ["person_id", "unit_id", "capacity", "from_on"],
        )
        employment.drop_constraint(op.f("fk_employment_first_id_employment"), type_="foreignkey")
        employment.drop_column("first_id")
        employment.drop_column("superseded_at")
    op.drop_table("unit_phase")
    kinds = ", ".join(f"'{kind}'" for kind in OLD_KINDS)
    op.execute(f"UPDATE unit SET kind = 'other' WHERE kind NOT IN ({kinds})")
    with op.batch_alter_table("unit") as unit:
        unit.drop_constraint(op.f("ck_unit_unitkind"), type_="check")
        unit.create_check_constraint(op.f("ck_unit_unitkind"), one_of(OLD_KINDS))
        unit.drop_constraint(op.f("fk_unit_merged_into_id_unit"), type_="foreignkey")
        for name in ("merged_into_id", "domains", "phone", "contact", "credit_code", "admin_by"):
            unit.drop_column(name)
