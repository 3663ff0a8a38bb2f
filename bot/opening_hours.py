"""Opening hours of the people behind the bot: open or not, since when, until when, and how that is said."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from itertools import count

from bot.clock import CITY_ZONE, city_day
from bot.opening_text import read_week
from bot.opening_week import Week
from bot.opening_words import describe, say

_Open = tuple[datetime, datetime]
"""From when on, and until when; in UTC, where hours are equally long."""


@dataclass(frozen=True)
class OpeningHours:
    """A week, and the Land whose public holidays count."""

    week: Week
    land: str

    @classmethod
    def from_text(cls, text: str, land: str) -> "OpeningHours":
        """Read the setting OPENING_HOURS; raise OpeningHoursError with place and value."""
        return cls(read_week(text), land)

    def is_open(self, now: datetime) -> bool:
        """Say whether it is open; at the minute of closing it is not any more."""
        return any(opens <= now < closes for opens, closes in self._day(city_day(now)))

    def next_opening(self, now: datetime) -> datetime:
        """Return from when on it is open: now, if it is."""
        opens, _ = next(self._open_after(now))
        return opens

    def due(self, now: datetime, hours: float) -> datetime:
        """Return the moment at which so many business hours have passed; it lies in one, or at its end."""
        left = timedelta(hours=hours)
        later = self._open_after(now)
        opens, closes = next(later)
        while left > closes - opens:
            left -= closes - opens
            opens, closes = next(later)
        return opens + left

    def described(self) -> str:
        """Return «Montag bis Freitag 8 bis 12 Uhr, donnerstags auch 14 bis 18 Uhr»."""
        return describe(self.week)

    def spoken(self, moment: datetime, now: datetime) -> str:
        """Return «morgen ab 8 Uhr» for the beginning of open time, «heute bis 16 Uhr» for any other moment."""
        same = moment.astimezone(UTC)  # two zones never agree about an hour that comes twice
        is_opening = any(opens == same for opens, _ in self._day(city_day(moment)))
        return say(moment, now, is_opening=is_opening)

    def _open_after(self, now: datetime) -> Iterator[_Open]:
        """Yield what is left of the open time under way, and all that comes; without end."""
        for number in count():
            for opens, closes in self._day(city_day(now) + timedelta(number)):
                if closes > now:
                    yield max(opens, now.astimezone(UTC)), closes

    def _day(self, day: date) -> list[_Open]:
        """Return the open times of a day; a time that the clock jumps over is none."""
        if day in _holidays(self.land, day.year):
            return []
        spans = [(_moment(day, span.opens), _moment(day, span.closes)) for span in self.week.on(day)]
        return [(opens, closes) for opens, closes in spans if opens < closes]


def _moment(day: date, minutes: int) -> datetime:
    """Return the moment at which the clock on the wall shows a time."""
    wall = datetime.combine(day, time()) + timedelta(minutes=minutes)
    there = wall.replace(tzinfo=CITY_ZONE).astimezone(UTC)
    is_skipped = there.astimezone(CITY_ZONE).replace(tzinfo=None) != wall
    return _moment(day, minutes // 60 * 60) if is_skipped and minutes % 60 else there


@cache
def _holidays(land: str, year: int) -> frozenset[date]:
    """Return the public holidays of a Land."""
    from holidays import country_holidays  # 60 ms that other verbs do not need

    return frozenset(country_holidays("DE", subdiv=land, years=year))
