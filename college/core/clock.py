"""The only place that reads the clock or names a time zone."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")


def now() -> datetime:
    return datetime.now(UTC)


def today() -> date:
    """The college's date: what a wall calendar in Tongliao shows, wherever the server stands."""
    return now().astimezone(SHANGHAI).date()


def local(moment: datetime) -> datetime:
    return moment.astimezone(SHANGHAI)
