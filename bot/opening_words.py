"""Says opening hours and moments in German; the words stand in opening_hours.yaml."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Any

import yaml

from bot.clock import CITY_ZONE
from bot.opening_week import Span, Week

_MINUTE = timedelta(minutes=1)
_UNITS = (("days", 24 * 60, 48 * 60), ("hours", 60, 120), ("minutes", 1, 0))
"""How many minutes a unit has, and from how many on it is used: never for one alone."""


@cache
def words() -> dict[str, Any]:
    """Return the words of opening_hours.yaml."""
    loaded: dict[str, Any] = yaml.safe_load(Path(__file__).with_name("opening_hours.yaml").read_text("utf-8"))
    return loaded


def describe(week: Week) -> str:
    """Return «Montag bis Freitag 8 bis 12 Uhr, donnerstags auch 14 bis 18 Uhr»."""
    told: set[int] = set()
    parts = []
    for days, spans in _groups(week):
        also = words()["described"]["also"] if told.issuperset(days) else ""
        parts.append(f"{_days(days)} {also}{_times(spans)}")
        told.update(days)
    text = ", ".join(parts)
    return text[:1].upper() + text[1:]


def say(moment: datetime, now: datetime, *, is_opening: bool) -> str:
    """Return «heute bis 16 Uhr», «morgen ab 8 Uhr», «Montag, 4. Mai, ab 8 Uhr»; up to the next full minute."""
    local = _full_minute(moment).astimezone(CITY_ZONE)
    day, minutes = local.date(), local.hour * 60 + local.minute
    if not minutes and not is_opening:
        day, minutes = day - timedelta(1), 24 * 60
    spoken = words()["spoken"]
    time = spoken["from" if is_opening else "until"].format(zeit=_clock(minutes))
    key = {0: "today", 1: "tomorrow"}.get((day - now.astimezone(CITY_ZONE).date()).days, "day")
    return str(spoken[key].format(zeit=time, **_date(day)))


def lasted(since: datetime, now: datetime) -> str:
    """Return «weniger als 1 Minute», «45 Minuten», «3 Stunden», «2 Tagen»: how long it took, as people count."""
    minutes = max(0, int((now - since).total_seconds() // 60))
    if not minutes:
        return str(words()["lasted"]["less"])
    unit, size = next((unit, size) for unit, size, least in _UNITS if minutes >= least)
    return str(words()["lasted"]["minute" if minutes == 1 else unit].format(zahl=minutes // size))


def _full_minute(moment: datetime) -> datetime:
    """Round up: a promise is not to sound earlier than it is."""
    begun = moment.replace(second=0, microsecond=0)
    return begun if begun == moment else begun + _MINUTE


def _date(day: date) -> dict[str, object]:
    names = words()
    return {"wochentag": names["days"][day.weekday()], "tag": day.day, "monat": names["months"][day.month - 1]}


def _groups(week: Week) -> list[tuple[tuple[int, ...], list[Span]]]:
    """Put together the times that the same weekdays have; most days first."""
    days: defaultdict[Span, list[int]] = defaultdict(list)
    for number, spans in enumerate(week.days):
        for span in spans:
            days[span].append(number)
    groups: defaultdict[tuple[int, ...], list[Span]] = defaultdict(list)
    for span in sorted(days):
        groups[tuple(days[span])].append(span)
    return sorted(groups.items(), key=lambda group: (-len(group[0]), group[0]))


def _days(days: Sequence[int]) -> str:
    """Return «montags», «Montag und Dienstag», «Montag bis Freitag und Sonntag», «täglich»."""
    names, said = words()["days"], words()["described"]
    if len(days) == 7:
        return str(said["daily"])
    if len(days) == 1:
        return str(said["adverb"].format(tag=names[days[0]].lower()))
    runs = [[day for _, day in run] for _, run in groupby(enumerate(days), key=lambda pair: pair[1] - pair[0])]
    return _listed([part for run in runs for part in _run([names[day] for day in run])])


def _run(names: Sequence[str]) -> list[str]:
    """Return weekdays that follow each other: three or more as a range."""
    if len(names) < 3:
        return list(names)
    return [words()["described"]["from_to"].format(erster=names[0], letzter=names[-1])]


def _times(spans: Sequence[Span]) -> str:
    """Return «8 bis 12 und 14 bis 16 Uhr»."""
    said = words()["described"]
    return str(said["times"].format(zeiten=_listed([_span(span) for span in spans])))


def _span(span: Span) -> str:
    return str(words()["described"]["span"].format(von=_clock(span.opens), bis=_clock(span.closes)))


def _clock(minutes: int) -> str:
    """Return «8» or «8:30»."""
    hour, minute = divmod(minutes, 60)
    return f"{hour}:{minute:02}" if minute else str(hour)


def _listed(parts: Sequence[str]) -> str:
    """Return «a, b und c»."""
    return str(words()["described"]["and"]).join(filter(None, (", ".join(parts[:-1]), parts[-1])))
