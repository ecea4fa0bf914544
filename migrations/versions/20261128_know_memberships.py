"""know memberships

The journal says when each member was taken in; one that it does not know was known always.

Revision ID: know_memberships
Revises: date_memberships
"""

from alembic import op

revision = "know_memberships"
down_revision = "date_memberships"
branch_labels = None
depends_on = None

TAKEN_IN = (
    "FROM journal_entry WHERE noun = 'cohort_member' AND deed = 'add_member' "
    "AND row_id = cohort_member.id"
)


def upgrade() -> None:
    op.execute(
        f"UPDATE cohort_member SET recorded_at = (SELECT max(at) {TAKEN_IN}) "
        f"WHERE EXISTS (SELECT 1 {TAKEN_IN})"
    )


def downgrade() -> None:
    """The column goes with the revision before."""
