"""What stands in a table, in one number that any changed, lost or doubled row would change.

It is the sum of the hashes of all rows, so that their order makes no difference and nothing has to
be sorted. Two fingerprints can be compared when they are of the same engine. It tells of
accidents; that nobody altered a backup on purpose is the archive's encryption to prove.
"""

import hashlib
from collections.abc import Iterable

import sqlalchemy as sa

PLAIN = (  # how PostgreSQL writes a value down must not depend on the server it is on
    "SET LOCAL timezone = 'UTC'",
    "SET LOCAL datestyle = 'ISO, YMD'",
    "SET LOCAL intervalstyle = 'postgres'",
    "SET LOCAL bytea_output = 'hex'",
    "SET LOCAL extra_float_digits = 1",
)
BITS = 60  # of an MD5, so that PostgreSQL's bigint holds it
BATCH = 2000  # rows


def fingerprints(connection: sa.Connection, tables: Iterable[str]) -> dict[str, str]:
    """The fingerprint of each table, as hexadecimal digits."""
    if connection.dialect.name == "postgresql":
        for setting in PLAIN:
            connection.exec_driver_sql(setting)
        return {name: f"{_summed_there(connection, name):x}" for name in tables}
    return {name: f"{_summed_here(connection, name):x}" for name in tables}


def _summed_there(connection: sa.Connection, name: str) -> int:
    row = sa.text(f"sum(('x' || left(md5(t::text), {BITS // 4}))::bit({BITS})::bigint)")
    summed = connection.scalar(sa.select(row).select_from(sa.table(name).alias("t")))
    return int(summed or 0)


def _summed_here(connection: sa.Connection, name: str) -> int:
    chosen = sa.select(sa.text("*")).select_from(sa.table(name))
    found = connection.execute(chosen, execution_options={"yield_per": BATCH})
    summed = 0
    for row in found:
        digest = hashlib.md5(repr(tuple(row)).encode(), usedforsecurity=False).digest()
        summed += int.from_bytes(digest, "big") >> (128 - BITS)
    return summed
