"""Numbers without gaps or doubles: one row per series and year, locked while the next is taken."""

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column
from stdnum.iso7064 import mod_11_10

from college.core.db import Base, db, insert_or_leave


class Serial(Base):
    """The last number given out. A rolled-back transaction gives its number back."""

    __tablename__ = "serial"
    __table_args__ = (
        sa.UniqueConstraint("series", "year"),
        sa.CheckConstraint("last >= 0", "last_counts_up"),
    )

    series: Mapped[str] = mapped_column(sa.String(32))
    year: Mapped[int]
    last: Mapped[int] = mapped_column(default=0)


def next_serials(series: str, year: int, count: int = 1) -> range:
    """Take the next `count` numbers of a series, starting at 1 each year.

    Call it inside an operation, late: on PostgreSQL the row stays locked until the commit.
    """
    taken = sa.update(Serial).where(Serial.series == series, Serial.year == year)
    found = taken.values(last=Serial.last + count).returning(Serial.last)
    last = db.session.scalar(found)
    if last is None:
        # two first-comers: the UNIQUE lets one insert, the other then finds the row
        insert_or_leave(Serial, [{"series": series, "year": year, "last": 0}])
        last = db.session.scalars(found).one()
    return range(last - count + 1, last + 1)


def with_check_digit(number: str) -> str:
    """Append the ISO 7064 MOD 11,10 digit of the digits in `number`: TLSW-JY-2026-000187-4."""
    digits = "".join(c for c in number if c.isdigit())
    return f"{number}-{mod_11_10.calc_check_digit(digits)}"
