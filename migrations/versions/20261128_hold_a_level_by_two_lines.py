"""hold a level by two lines

Revision ID: hold_by_two_lines
Revises: remember_columns
"""

import sqlalchemy as sa
from alembic import op

revision = "hold_by_two_lines"
down_revision = "remember_columns"
branch_labels = None
depends_on = None

KNOWN = sa.text("superseded_at IS NULL")
NAME, TABLE = "uq_qualification_known", "qualification"


def upgrade() -> None:
    index("person_id", "level", "basis", "region")


def downgrade() -> None:
    # of several rows of one level the national one, or else the first, is believed again alone
    op.execute(
        "UPDATE qualification SET superseded_at = recorded_at WHERE superseded_at IS NULL "
        "AND EXISTS (SELECT 1 FROM qualification better WHERE better.superseded_at IS NULL "
        "AND better.person_id = qualification.person_id AND better.level = qualification.level "
        "AND ((better.basis = 'national' AND qualification.basis = 'regional') "
        "OR (better.basis = qualification.basis AND better.id < qualification.id)))"
    )
    index("person_id", "level")


def index(*columns: str) -> None:
    op.drop_index(NAME, TABLE)
    op.create_index(
        NAME,
        TABLE,
        list(columns),
        unique=True,
        sqlite_where=KNOWN,
        postgresql_where=KNOWN,
    )
