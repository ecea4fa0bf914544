"""The only place that reads the clock or names a time zone."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")
_put_at: ContextVar[datetime | None] = ContextVar("put_at", default=None)


def now() -> datetime:
    return _put_at.get() or datetime.now(UTC)


def today() -> date:
    """The college's date: what a wall calendar in Tongliao shows, wherever the server stands."""
    return now().astimezone(SHANGHAI).date()


def local(moment: datetime) -> datetime:
    return moment.astimezone(SHANGHAI)


def midnight(day: date) -> datetime:
    """The moment at which a day begins on the college's wall clock."""
    return datetime.combine(day, time(), SHANGHAI)


@contextmanager
def put_at(moment: datetime) -> Iterator[None]:
    """Let the demo college live through its past: what happens here happens at `moment`.

    Nothing but college/demo may do so; a test holds it.
    """
    before = _put_at.set(moment)
    try:
        yield
    finally:
        _put_at.reset(before)
