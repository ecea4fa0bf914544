"""import rosters of staff

Revision ID: import_rosters
Revises: keep_photos
"""

import sqlalchemy as sa
from alembic import op

revision = "import_rosters"
down_revision = "keep_photos"
branch_labels = None
depends_on = None

STATES = "state IN ('uploaded', 'checked', 'importing', 'imported')"
CAPACITIES = (
    "capacity IN ('station_worker', 'community_worker', 'cadre', 'volunteer', 'lecturer',"
    " 'supervisor', 'other')"
)


def upgrade() -> None:
    op.create_table(
        "roster_column",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("heading", sa.String(120), nullable=False),
        sa.Column("field", sa.String(32), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_roster_column")),
        sa.UniqueConstraint("heading", name=op.f("uq_roster_column_heading")),
    )
    op.create_table(
        "roster_import",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("filename", sa.String(200), nullable=False),
        sa.Column("file_sha256", sa.String(64), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("columns", sa.JSON(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("capacity", sa.String(32), nullable=True),
        sa.Column("since_on", sa.Date(), nullable=False),
        sa.Column("check_sha256", sa.String(64), nullable=False),
        sa.Column("rows_sha256", sa.String(64), nullable=False),
        sa.Column("late", sa.JSON(), nullable=False),
        sa.Column("uploaded_by_id", sa.Integer(), nullable=True),
        sa.Column("uploaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ordered_by_id", sa.Integer(), nullable=True),
        sa.Column("imported_at", sa.DateTime(timezone=True), nullable=True),
        *(
            sa.Column(f"rows_{name}", sa.Integer(), nullable=False)
            for name in ("total", "new", "changed", "unchanged", "refused", "ready", "done")
        ),
        sa.CheckConstraint(STATES, name=op.f("ck_roster_import_importstate")),
        sa.CheckConstraint(CAPACITIES, name=op.f("ck_roster_import_capacity")),
        sa.ForeignKeyConstraint(
            ["unit_id"], ["unit.id"], name=op.f("fk_roster_import_unit_id_unit")
        ),
        sa.ForeignKeyConstraint(
            ["uploaded_by_id"], ["person.id"], name=op.f("fk_roster_import_uploaded_by_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["ordered_by_id"], ["person.id"], name=op.f("fk_roster_import_ordered_by_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_roster_import")),
    )


def downgrade() -> None:
    op.drop_table("roster_import")
    op.drop_table("roster_column")
