"""An office's week: when it is open, by the clock on the wall, public holidays left aside."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, order=True)
class Span:
    """A time of a day."""

    opens: int
    """Minutes since midnight."""
    closes: int


@dataclass(frozen=True)
class Week:
    """The open times of each weekday, and the days on which they do not count."""

    days: tuple[tuple[Span, ...], ...]
    """From Monday; sorted, with closed time between any two spans."""
    closed: frozenset[date] = frozenset()
    closed_yearly: frozenset[tuple[int, int]] = frozenset()
    """Month and day."""

    def on(self, day: date) -> tuple[Span, ...]:
        """Return the open times of a day."""
        if day in self.closed or (day.month, day.day) in self.closed_yearly:
            return ()
        return self.days[day.weekday()]
