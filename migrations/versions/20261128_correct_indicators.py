"""correct indicators

Revision ID: correct_indicators
Revises: remind_candidates
"""

import sqlalchemy as sa
from alembic import op

revision = "correct_indicators"
down_revision = "remind_candidates"
branch_labels = None
depends_on = None

# what was recorded before there was a journal counts as known from the beginning
SINCE = (
    "UPDATE indicator_value SET recorded_at = COALESCE((SELECT min(at) FROM journal_entry"
    " WHERE noun = 'indicator_value' AND row_id = indicator_value.id), {})"
)
BEGINNING = {
    "sqlite": "'2000-01-01 00:00:00.000000'",
    "postgresql": "TIMESTAMPTZ '2000-01-01 00:00:00+00'",
}
KNOWN = "superseded_at IS NULL"


def upgrade() -> None:
    moment = sa.DateTime(timezone=True)
    with op.batch_alter_table("indicator_value") as batch_op:
        batch_op.add_column(sa.Column("recorded_at", moment, nullable=True))
        batch_op.add_column(sa.Column("superseded_at", moment, nullable=True))
        name = op.f("uq_indicator_value_unit_id_code_as_of")
        batch_op.drop_constraint(name, type_="unique")
    op.execute(SINCE.format(BEGINNING[op.get_context().dialect.name]))
    with op.batch_alter_table("indicator_value") as batch_op:
        batch_op.alter_column("recorded_at", existing_type=moment, nullable=False)
    op.create_index(
        "uq_indicator_value_known",
        "indicator_value",
        ["unit_id", "code", "as_of"],
        unique=True,
        sqlite_where=sa.text(KNOWN),
        postgresql_where=sa.text(KNOWN),
    )


def downgrade() -> None:
    op.drop_index("uq_indicator_value_known", "indicator_value")
    op.execute("DELETE FROM indicator_value WHERE superseded_at IS NOT NULL")
    with op.batch_alter_table("indicator_value") as batch_op:
        for name in ("superseded_at", "recorded_at"):
            batch_op.drop_column(name)
        name = op.f("uq_indicator_value_unit_id_code_as_of")
        batch_op.create_unique_constraint(name, ["unit_id", "code", "as_of"])
