"""Reads the setting OPENING_HOURS: «Mo-Fr 08:00-12:00; Do 14:00-18:00; 24.12. geschlossen»."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from bot.errors import OpeningHoursError
from bot.opening_week import Span, Week
from bot.opening_words import words

_MOST_CLOSED = 180
"""Days; with more, the office might be closed for ever."""
_MIDNIGHT = 24 * 60
_LEAP_YEAR = 2000
"""Stands for every year: it has all days."""

_DASH = "-–"
_TIME = re.compile(r"(\d{1,2})(?:[:.](\d{2}))?")
_DATE = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})?")
_CLOSED = re.compile(r"(.*?)\s+(?:geschlossen|zu)", re.IGNORECASE)


@dataclass(frozen=True)
class _Piece:
    """A part of the setting that knows where it stands."""

    text: str
    place: int

    def split(self, signs: str) -> Iterator["_Piece"]:
        """Cut at each of the signs."""
        start = 0
        for part in re.split(f"[{signs}]", self.text):
            yield self.part(start, start + len(part))
            start += len(part) + 1

    def part(self, start: int, end: int) -> "_Piece":
        """Return what stands between two places, without the spaces around it."""
        raw = self.text[start:end]
        return _Piece(raw.strip(), self.place + start + len(raw) - len(raw.lstrip()))

    def error(self, key: str, **values: object) -> OpeningHoursError:
        """Return what is wrong here, in words."""
        why = words()["errors"][key].format(**values)
        return OpeningHoursError(words()["error"].format(stelle=self.place + 1, text=self.text, grund=why))


@dataclass(frozen=True)
class _Opening:
    """A time of a weekday, and the rule that tells it."""

    day: int
    span: Span
    rule: _Piece


def read_week(text: str) -> Week:
    """Return the week that a setting describes; raise OpeningHoursError with place and value."""
    whole = _Piece(text, 0)
    rules = [rule for rule in whole.split(";") if rule.text]
    closings = [rule for rule in rules if _DATE.match(rule.text)]
    openings = [opening for rule in rules if rule not in closings for opening in _openings(rule)]
    if not openings:
        raise whole.error("empty")
    days = tuple(_tidy(opening for opening in openings if opening.day == day) for day in range(7))
    return Week(days, *_closed(closings))


def _openings(rule: _Piece) -> Iterator[_Opening]:
    """Read «Mo, Mi-Fr 08:00-12:00, 14:00-16:00»."""
    digit = re.search(r"\d", rule.text)
    days = rule.part(0, digit.start() if digit else len(rule.text))
    numbers = [number for each in days.split(",") for number in _days(each)]
    if not digit:
        raise rule.error("times")
    for each in rule.part(digit.start(), len(rule.text)).split(","):
        span = _span(each)
        yield from (_Opening(number, span, rule) for number in numbers)


def _days(piece: _Piece) -> Sequence[int]:
    """Read «Mo» or «Mo-Fr»; «Sa-Mo» goes over the end of the week."""
    ends = [_day(each) for each in piece.split(_DASH)]
    if len(ends) > 2:
        raise piece.error("day")
    return [(ends[0] + step) % 7 for step in range((ends[-1] - ends[0]) % 7 + 1)]


def _day(piece: _Piece) -> int:
    name = piece.text.removesuffix(".").casefold()
    for number, day in enumerate(words()["days"]):
        if name in (day[:2].casefold(), day.casefold()):
            return number
    raise piece.error("day")


def _span(piece: _Piece) -> Span:
    """Read «08:00-12:00», «8-12 Uhr», «8.30–12»."""
    ends = list(_Piece(re.sub(r"\s*Uhr$", "", piece.text), piece.place).split(_DASH))
    if len(ends) != 2:
        raise piece.error("span")
    span = Span(_minutes(ends[0]), _minutes(ends[1]))
    if span.closes <= span.opens:
        raise piece.error("order")
    return span


def _minutes(piece: _Piece) -> int:
    found = _TIME.fullmatch(piece.text)
    hour, minute = (int(part or 0) for part in found.groups()) if found else (0, 60)
    if minute > 59 or hour * 60 + minute > _MIDNIGHT:
        raise piece.error("time")
    return hour * 60 + minute


def _tidy(openings: Iterable[_Opening]) -> tuple[Span, ...]:
    """Sort the times of a weekday and join those that touch; refuse those that overlap."""
    spans: list[Span] = []
    for opening in sorted(openings, key=lambda opening: opening.span):
        if spans and opening.span.opens < spans[-1].closes:
            raise opening.rule.error("overlap", tag=words()["days"][opening.day])
        touches = bool(spans) and opening.span.opens == spans[-1].closes
        spans.append(Span(spans.pop().opens, opening.span.closes) if touches else opening.span)
    return tuple(spans)


def _closed(rules: Sequence[_Piece]) -> tuple[frozenset[date], frozenset[tuple[int, int]]]:
    """Read the closing days: those of one year, and those of every year."""
    once: set[date] = set()
    yearly: set[tuple[int, int]] = set()
    for rule in rules:
        for day, is_yearly in _closed_days(rule):
            if is_yearly:
                yearly.add((day.month, day.day))
            else:
                once.add(day)
        if len(once) + len(yearly) > _MOST_CLOSED:
            raise rule.error("long", tage=_MOST_CLOSED)
    return frozenset(once), frozenset(yearly)


def _closed_days(rule: _Piece) -> Iterator[tuple[date, bool]]:
    """Read «24.12. geschlossen», «27.12.-1.1. geschlossen», «15.05.2026 geschlossen»."""
    found = _CLOSED.fullmatch(rule.text)
    ends = [_date(each) for each in rule.part(0, found.end(1)).split(_DASH)] if found else []
    if len(ends) not in (1, 2):
        raise rule.error("closing")
    (first, is_yearly), (last, is_yearly_too) = ends[0], ends[-1]
    if is_yearly != is_yearly_too:
        raise rule.error("years")
    if is_yearly and last < first:
        last = last.replace(year=last.year + 1)
    if last < first:
        raise rule.error("order")
    yield from ((first + timedelta(number), is_yearly) for number in range((last - first).days + 1))


def _date(piece: _Piece) -> tuple[date, bool]:
    """Return a day, and whether it means every year."""
    found = _DATE.fullmatch(piece.text)
    if not found:
        raise piece.error("closing")
    day, month, year = found.groups()
    try:
        return date(int(year or _LEAP_YEAR), int(month), int(day)), year is None
    except ValueError:
        raise piece.error("date") from None
