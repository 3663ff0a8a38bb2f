"""Time: the one module that asks the machine what time it is."""

from datetime import UTC, date, datetime, time
from typing import Protocol
from zoneinfo import ZoneInfo

CITY_ZONE = ZoneInfo("Europe/Berlin")
"""The time zone in which an entry's dates are meant."""


class Clock(Protocol):
    """Tells the time."""

    def now(self) -> datetime:
        """Return the current moment, aware, in UTC."""


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """Return the current moment, aware, in UTC."""
        return datetime.now(UTC)  # noqa: TID251 - this is the clock


def city_day(moment: datetime) -> date:
    """Return the calendar day of a moment in the city."""
    return moment.astimezone(CITY_ZONE).date()


def day_begins(day: date) -> datetime:
    """Return the moment in UTC at which a day begins in the city. Raises OverflowError before the first day of UTC."""
    return datetime.combine(day, time(), CITY_ZONE).astimezone(UTC)
