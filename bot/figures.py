"""Figures about questions, answers and cases: counted by the store, summed up here."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from statistics import median
from typing import Protocol

from bot.clock import city_day, day_begins
from bot.effects import Feedback
from intents.decision import DecisionKind
from intents.faq import FaqEntry

LONGEST = 731
"""Days of a period."""
SOON = 30
"""Days before an entry's date on which it is named."""

HELPED = (Feedback.HELPED,)
REPORTS = (Feedback.WRONG, Feedback.UNCLEAR, Feedback.INCOMPLETE, Feedback.NOT_HELPED)
"""What citizens say of an answer that did not help; the last one gives no reason."""

WAITS = (5, 15, 60, 240, 1440)
"""Minutes until the first reply of a case: the ends of the groups that they are counted in."""


@dataclass(frozen=True)
class Period:
    """Days of the city, both ends included."""

    first: date
    last: date

    @classmethod
    def of_days(cls, count: int, today: date) -> "Period":
        """Return the last days, today included."""
        return cls(today - timedelta(days=count - 1), today)

    @property
    def days(self) -> tuple[date, ...]:
        """All days."""
        return tuple(self.first + timedelta(days=number) for number in range((self.last - self.first).days + 1))

    @property
    def bounds(self) -> tuple[datetime, ...]:
        """When each day begins, and when the last one ends; a day has 23 hours when summer time begins."""
        days = (*self.days, self.last + timedelta(days=1))
        return tuple(day_begins(day) for day in days)


@dataclass(frozen=True)
class DayCount:
    """Questions of a day that were decided, and rated, alike."""

    day: int
    """Its place in the period."""
    decision: str
    feedback: str | None
    count: int


@dataclass(frozen=True)
class EntryCount:
    """Questions with the same entry that were decided, and rated, alike."""

    entry: str | None
    decision: str
    feedback: str | None
    count: int


@dataclass(frozen=True)
class CaseTimes:
    """What the figures need of a case that was opened in the period."""

    opened_at: datetime
    first_reply_at: datetime | None
    rating: int | None
    solved: bool | None


@dataclass(frozen=True)
class Topic:
    """A group of open questions that ask the same."""

    number: int
    example: str
    """A wording; empty when none is kept any more."""
    count: int
    open: int
    last_seen: datetime
    entry: str | None
    """The nearest."""


class FigureSource(Protocol):
    """Counts in the store."""

    def by_day(self, period: Period) -> Sequence[DayCount]:
        """Return how many questions of each day came to what."""

    def by_entry(self, period: Period) -> Sequence[EntryCount]:
        """Return how many questions came to which entry."""

    def cases(self, period: Period) -> Sequence[CaseTimes]:
        """Return the cases opened in the period."""

    def topics(self, period: Period, most: int) -> Sequence[Topic]:
        """Return the largest groups of open questions that were last asked in the period."""


@dataclass
class Day:
    """Sums of one day, or of all."""

    answered: int = 0
    redirected: int = 0
    clarified: int = 0
    unanswered: int = 0
    emergencies: int = 0
    cases: int = 0
    """Handed over to people."""
    helped: int = 0
    not_helped: int = 0

    @property
    def questions(self) -> int:
        """All that was asked; small talk and calls for help are no questions."""
        return self.answered + self.redirected + self.clarified + self.unanswered

    @property
    def helpful(self) -> float | None:
        """Share of the rated answers that helped."""
        return share(self.helped, self.helped + self.not_helped)


_SUMS = {
    DecisionKind.ANSWER: "answered",
    DecisionKind.REDIRECT: "redirected",
    DecisionKind.CLARIFY: "clarified",
    DecisionKind.FALLBACK: "unanswered",
    DecisionKind.EMERGENCY: "emergencies",
}


def share(part: int, whole: int) -> float | None:
    """Return a share; None of nothing."""
    return part / whole if whole else None


def days_of(period: Period, counts: Iterable[DayCount], cases: Iterable[CaseTimes]) -> list[Day]:
    """Return the sums of each day."""
    days = [Day() for _ in period.days]
    for one in counts:
        _add(days[one.day], one.decision, one.feedback, one.count)
    for case in cases:
        opened = city_day(case.opened_at)
        days[(opened - period.first).days].cases += 1
    return days


def total_of(days: Iterable[Day]) -> Day:
    """Return the sums of all days."""
    total = Day()
    for day in days:
        for name in vars(total):
            setattr(total, name, getattr(total, name) + getattr(day, name))
    return total


def _add(day: Day, decision: str, feedback: str | None, count: int) -> None:
    """Add questions to the sums of a day; what became of a «Meinten Sie …?» is no rating of an answer."""
    name = _SUMS.get(DecisionKind(decision))
    if name:
        setattr(day, name, getattr(day, name) + count)
    if feedback in HELPED:
        day.helped += count
    elif feedback in REPORTS:
        day.not_helped += count


@dataclass
class EntryFigures:
    """How often an entry was shown, and what citizens said of it."""

    entry: str
    shown: int = 0
    said: Counter[str] = field(default_factory=Counter)

    @property
    def helped(self) -> int:
        """How often it helped."""
        return sum(self.said[kind] for kind in HELPED)

    @property
    def reports(self) -> int:
        """How often it did not."""
        return sum(self.said[kind] for kind in REPORTS)


def entries_of(counts: Iterable[EntryCount]) -> list[EntryFigures]:
    """Return the figures of all entries that were shown: as answer, as the way elsewhere, or picked of several."""
    found: dict[str, EntryFigures] = {}
    for one in counts:
        if one.entry:
            figures = found.setdefault(one.entry, EntryFigures(one.entry))
            figures.shown += one.count
            figures.said[one.feedback or ""] += one.count
    return sorted(found.values(), key=lambda figures: (-figures.shown, figures.entry))


@dataclass(frozen=True)
class CaseFigures:
    """Reply times and ratings."""

    opened: int
    replied: int
    median: float | None
    """Minutes until the first reply, of those that have one."""
    waits: tuple[int, ...]
    """How many first replies came within each of WAITS, later than all of them, and not yet."""
    ratings: tuple[int, int, int]
    """How many were rated 1, 2, 3."""
    rating: float | None
    """In the mean."""
    solved: int
    unsolved: int


def case_figures(cases: Sequence[CaseTimes]) -> CaseFigures:
    """Sum up cases."""
    replies = [(case.first_reply_at - case.opened_at).total_seconds() / 60 for case in cases if case.first_reply_at]
    ratings = [case.rating for case in cases if case.rating]
    groups = Counter(next((place for place, end in enumerate(WAITS) if wait <= end), len(WAITS)) for wait in replies)
    low, middle, high = (ratings.count(value) for value in (1, 2, 3))
    return CaseFigures(
        opened=len(cases),
        replied=len(replies),
        median=median(replies) if replies else None,
        waits=(*(groups[place] for place in range(len(WAITS) + 1)), len(cases) - len(replies)),
        ratings=(low, middle, high),
        rating=sum(ratings) / len(ratings) if ratings else None,
        solved=sum(case.solved is True for case in cases),
        unsolved=sum(case.solved is False for case in cases),
    )


@dataclass(frozen=True)
class Care:
    """An entry that somebody has to look at."""

    entry: FaqEntry
    due: date
    ends: bool
    """It is not shown any more after the day; else it is to be reviewed by then."""


def care_for(entries: Iterable[FaqEntry], today: date) -> list[Care]:
    """Return the entries whose dates are over or near, the most urgent first."""
    found: defaultdict[str, list[Care]] = defaultdict(list)
    for entry in entries:
        for due, ends in ((entry.valid_until, True), (entry.review_by, False)):
            if due and due <= today + timedelta(days=SOON):
                found[entry.id].append(Care(entry, due, ends))
    return sorted((one for each in found.values() for one in each), key=lambda care: (care.due, care.entry.id))
