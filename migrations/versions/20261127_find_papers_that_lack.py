"""find papers that lack without looking through all

Revision ID: find_papers_that_lack
Revises: search_persons
"""

import sqlalchemy as sa
from alembic import op

revision = "find_papers_that_lack"
down_revision = "search_persons"
branch_labels = None
depends_on = None

LAPSED = sa.text("state IN ('expired', 'revoked', 'superseded')")
UNSETTLED = sa.text("state IN ('numbered', 'stopped', 'waiting')")


def upgrade() -> None:
    op.create_index(
        "ix_certificate_lapsed",
        "certificate",
        ["enrolment_id"],
        sqlite_where=LAPSED,
        postgresql_where=LAPSED,
    )
    op.create_index(
        "ix_batch_entry_unsettled",
        "batch_entry",
        ["batch_id"],
        sqlite_where=UNSETTLED,
        postgresql_where=UNSETTLED,
    )


def downgrade() -> None:
    op.drop_index("ix_batch_entry_unsettled", "batch_entry")
    op.drop_index("ix_certificate_lapsed", "certificate")
