"""SQLite changes a table by making a new one, and the triggers go with the old."""

from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa
from alembic import op
from alembic.operations import BatchOperations

MINE = sa.text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = :table")


@contextmanager
def changing(table: str) -> Iterator[BatchOperations]:
    """As `op.batch_alter_table`, with the triggers as they were."""
    before = _triggers(table)
    with op.batch_alter_table(table) as batch_op:
        yield batch_op
    for name in before.keys() - _triggers(table).keys():
        op.get_bind().exec_driver_sql(before[name])


def _triggers(table: str) -> dict[str, str]:
    """What makes each of them anew; none on PostgreSQL, which changes a table as it stands."""
    if op.get_bind().dialect.name != "sqlite":
        return {}
    found = op.get_bind().execute(MINE, {"table": table})
    return {row.name: row.sql for row in found}
