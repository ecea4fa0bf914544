"""date memberships

Since when a membership of a cohort is on record, and until when somebody had a seat that they gave
up: so that a funnel comes out as it was. The journal says when each member was taken in; one that it
does not know was known always. Seats given up before this were never on record by time.

Revision ID: date_memberships
Revises: choose_result_columns
"""

from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa
from alembic import op

revision = "date_memberships"
down_revision = "choose_result_columns"
branch_labels = None
depends_on = None

TAKEN_IN = (
    "FROM journal_entry WHERE noun = 'cohort_member' AND deed = 'add_member' "
    "AND row_id = cohort_member.id"
)


def upgrade() -> None:
    with triggers_kept("cohort_member"):
        with op.batch_alter_table("cohort_member") as batch_op:
            batch_op.add_column(
                sa.Column(
                    "recorded_at",
                    sa.DateTime(timezone=True),
                    nullable=False,
                    server_default="1970-01-01 00:00:00+00:00",
                )
            )
        with op.batch_alter_table("cohort_member") as batch_op:
            batch_op.alter_column("recorded_at", server_default=None)
    op.execute(
        f"UPDATE cohort_member SET recorded_at = (SELECT max(at) {TAKEN_IN}) "
        f"WHERE EXISTS (SELECT 1 {TAKEN_IN})"
    )
    op.add_column("enrolment", sa.Column("gave_up_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("enrolment", "gave_up_at")
    op.drop_column("cohort_member", "recorded_at")


@contextmanager
def triggers_kept(table: str) -> Iterator[None]:
    """SQLite makes the table anew, and forgets the triggers of the old one."""
    bind = op.get_bind()
    is_sqlite = bind.dialect.name == "sqlite"
    of_table = "SELECT sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = :table"
    found = bind.execute(sa.text(of_table), {"table": table}).scalars() if is_sqlite else ()
    triggers = list(found)
    yield
    for trigger in triggers:
        op.execute(trigger)
