"""rule hours by region

Revision ID: rule_hours_by_region
Revises: keep_evidence
"""

import sqlalchemy as sa
from alembic import op

revision = "rule_hours_by_region"
down_revision = "keep_evidence"
branch_labels = None
depends_on = None

CONVERSION = ["region", "category", "unit", "name", "from_on"]
OLD, NEW = "uq_conversion_rule_region_category_unit_name_from_on", "uq_conversion_rule_known"
KNOWN = sa.text("superseded_at IS NULL")


def upgrade() -> None:
    with op.batch_alter_table("hours_rule") as batch_op:
        batch_op.add_column(sa.Column("region", sa.String(60), server_default="", nullable=False))
    with op.batch_alter_table("conversion_rule") as batch_op:
        batch_op.drop_constraint(op.f(OLD), type_="unique")
    op.create_index(
        NEW,
        "conversion_rule",
        CONVERSION,
        unique=True,
        sqlite_where=KNOWN,
        postgresql_where=KNOWN,
    )


def downgrade() -> None:
    # a row that was replaced keeps its name apart: entries refer to it
    op.execute(
        "UPDATE conversion_rule SET name = substr(name, 1, 100) || ' #' || id "
        "WHERE superseded_at IS NOT NULL"
    )
    op.drop_index(NEW, "conversion_rule")
    with op.batch_alter_table("conversion_rule") as batch_op:
        batch_op.create_unique_constraint(op.f(OLD), CONVERSION)
    op.execute("DELETE FROM hours_rule WHERE region <> ''")
    with op.batch_alter_table("hours_rule") as batch_op:
        batch_op.drop_column("region")
