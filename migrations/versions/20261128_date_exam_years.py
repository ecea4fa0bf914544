"""date exam years

Days that are not announced stay empty, and there are more of them to be told of.

Revision ID: date_exam_years
Revises: take_official_lists
"""

from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa
from alembic import op

revision = "date_exam_years"
down_revision = "take_official_lists"
branch_labels = None
depends_on = None

DAYS = ("payment_to_on", "tickets_from_on", "tickets_to_on", "check_from_on", "check_to_on")
BOTH = "both_exam_days_or_none"


def upgrade() -> None:
    with triggers_kept():
        widen()


def downgrade() -> None:
    """A year without days cannot stand there: it gets the last day of the year for both."""
    with triggers_kept():
        narrow()


@contextmanager
def triggers_kept() -> Iterator[None]:
    """SQLite makes the table anew, and forgets the triggers of the old one."""
    bind = op.get_bind()
    of_table = "SELECT sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'exam_cycle'"
    is_sqlite = bind.dialect.name == "sqlite"
    triggers = bind.execute(sa.text(of_table)).scalars().all() if is_sqlite else []
    yield
    for trigger in triggers:
        op.execute(trigger)


def widen() -> None:
    with op.batch_alter_table("exam_cycle") as batch_op:
        for name in DAYS:
            batch_op.add_column(sa.Column(name, sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("remind_days", sa.JSON(), nullable=False, server_default="[]"))
        batch_op.alter_column("exam_from_on", existing_type=sa.Date(), nullable=True)
        batch_op.alter_column("exam_to_on", existing_type=sa.Date(), nullable=True)
        batch_op.create_check_constraint(
            op.f(f"ck_exam_cycle_{BOTH}"), "(exam_from_on IS NULL) = (exam_to_on IS NULL)"
        )
    with op.batch_alter_table("exam_cycle") as batch_op:
        batch_op.alter_column("remind_days", server_default=None)


def narrow() -> None:
    op.execute(
        "UPDATE exam_cycle SET exam_from_on = CAST(year AS VARCHAR(4)) || '-12-31', "
        "exam_to_on = CAST(year AS VARCHAR(4)) || '-12-31' WHERE exam_from_on IS NULL"
        if op.get_bind().dialect.name == "sqlite"
        else "UPDATE exam_cycle SET exam_from_on = make_date(year, 12, 31), "
        "exam_to_on = make_date(year, 12, 31) WHERE exam_from_on IS NULL"
    )
    with op.batch_alter_table("exam_cycle") as batch_op:
        batch_op.drop_constraint(op.f(f"ck_exam_cycle_{BOTH}"), type_="check")
        batch_op.alter_column("exam_to_on", existing_type=sa.Date(), nullable=False)
        batch_op.alter_column("exam_from_on", existing_type=sa.Date(), nullable=False)
        for name in (*DAYS, "remind_days"):
            batch_op.drop_column(name)
