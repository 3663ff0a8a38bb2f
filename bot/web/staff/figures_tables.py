"""The figures as tables for people: German headings, and a chart where one says more.

The words stand here and not in a template, because a spreadsheet gets the same ones.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from markupsafe import Markup

from bot.clock import CITY_ZONE
from bot.figures import REPORTS, Care, CaseFigures, Day, EntryFigures, Period, Topic, share
from bot.spreadsheet import as_csv
from bot.web.staff import charts

SHOWN = 20
"""Rows on the page; the file has all."""
_BARS = 10

Cell = str | int | float | None
"""A share is a float; None is «–»."""

_REPORTS = ("Falsche Antwort", "Unverständlich", "Unvollständig", "Nein, ohne Grund")
_WAITS = ("bis 5 Min.", "bis 15 Min.", "bis 1 Std.", "bis 4 Std.", "bis 24 Std.", "länger", "noch keine")
_NO_CARE = "Zurzeit ist kein Eintrag zu prüfen."
_RATINGS = ("nicht zufrieden", "teils, teils", "zufrieden")


@dataclass(frozen=True)
class Table:
    """Some figures."""

    key: str
    """In addresses."""
    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    chart: Markup | None = None
    note: str = ""
    page: str = ""
    """The page that tells more of what a row is about …"""
    subjects: Sequence[str] = ()
    """… and which one: an entry's id, a group's number."""
    blank: str = "Dazu gibt es in diesem Zeitraum nichts."
    """What stands in the place of a table without rows."""

    def as_csv(self) -> bytes:
        """Return the table for a spreadsheet."""
        return as_csv(self.columns, [[_plain(cell) for cell in row] for row in self.rows])


def shown(cell: Cell) -> str:
    """Return a cell as the page shows it."""
    return f"{cell:,}".replace(",", ".") if isinstance(cell, int) else _plain(cell) or "–"


def _plain(cell: Cell) -> str:
    """Return a cell as a spreadsheet reads it."""
    if isinstance(cell, float):
        return f"{100 * cell:.1f} %".replace(".", ",")
    return "" if cell is None else str(cell)


def overview(total: Day, cases: CaseFigures) -> Table:
    """Return the sums of the period."""
    rows: list[tuple[Cell, ...]] = [
        ("Fragen", total.questions, None),
        ("beantwortet", total.answered, share(total.answered, total.questions)),
        ("an andere Stellen verwiesen", total.redirected, share(total.redirected, total.questions)),
        ("nachgefragt («Meinten Sie …?»)", total.clarified, share(total.clarified, total.questions)),
        ("unbeantwortet", total.unanswered, share(total.unanswered, total.questions)),
        ("hat geholfen, von allen Rückmeldungen", total.helped, total.helpful),
        ("Hinweise auf den Notruf", total.emergencies, None),
        ("an Menschen übergeben (Fälle)", cases.opened, None),
        ("Minuten bis zur ersten Antwort (Median)", _rounded(cases.median), None),
        ("Bewertung der Fälle im Mittel (1: nicht zufrieden, 3: zufrieden)", _rounded(cases.rating), None),
    ]
    return Table("ueberblick", "Überblick", ("Was", "Anzahl", "Anteil"), rows)


def by_day(period: Period, days: Sequence[Day]) -> Table:
    """Return what was asked on each day."""
    names = ("Tag", "Fragen", "beantwortet", "verwiesen", "nachgefragt", "unbeantwortet", "übergeben", "hat geholfen")
    rows = [_day_row(day, one) for day, one in zip(period.days, days, strict=True)]
    found = [
        charts.Line("beantwortet", [day.answered for day in days]),
        charts.Line("nachgefragt", [day.clarified for day in days]),
        charts.Line("unbeantwortet", [day.unanswered for day in days]),
    ]
    chart = charts.lines("Fragen je Tag", [f"{day:%d.%m.}" for day in period.days], found)
    note = (
        "Grüße und Notfälle zählen nicht als Fragen. «Übergeben» zählt Fälle für Menschen; "
        "das und was verwiesen wurde steht nur in der Tabelle."
    )
    return Table("tage", "Fragen je Tag", names, rows, chart, note)


def _day_row(day: date, one: Day) -> tuple[Cell, ...]:
    asked: tuple[Cell, ...] = (one.questions, one.answered, one.redirected, one.clarified, one.unanswered)
    return (f"{day:%d.%m.%Y}", *asked, one.cases, one.helpful)


def by_entry(found: Sequence[EntryFigures], names: Mapping[str, str]) -> Table:
    """Return which answers were given most often."""
    rows = [
        (*_named(one.entry, names), one.shown, one.helped, one.reports, share(one.helped, one.helped + one.reports))
        for one in found
    ]
    top = [(names.get(one.entry, one.entry), one.shown) for one in found[:_BARS]]
    chart = charts.bars("Häufigste Antworten", top) if top else None
    columns = ("Eintrag", "Kennung", "gegeben", "hat geholfen", "hat nicht geholfen", "Anteil")
    ids = [one.entry for one in found]
    note = "Wer eine Antwort über das Menü öffnet, ist hier nicht mitgezählt."
    return Table("antworten", "Häufigste Antworten", columns, rows, chart, note, "entry", ids)


def by_report(found: Sequence[EntryFigures], names: Mapping[str, str]) -> Table:
    """Return which answers citizens complained of."""
    wrong = sorted((one for one in found if one.reports), key=lambda one: (-one.reports, one.entry))
    rows = [(*_named(one.entry, names), *_reasons(one), one.reports) for one in wrong]
    sums = [sum(one.said[kind] for one in wrong) for kind in REPORTS]
    chart = charts.bars("Gemeldete Antworten nach Grund", list(zip(_REPORTS, sums, strict=True))) if wrong else None
    columns = ("Eintrag", "Kennung", *_REPORTS, "zusammen")
    ids = [one.entry for one in wrong]
    return Table("meldungen", "Gemeldete Antworten", columns, rows, chart, "", "entry_wrong", ids)


def _reasons(one: EntryFigures) -> tuple[Cell, ...]:
    return tuple(one.said[kind] for kind in REPORTS)


def by_topic(found: Sequence[Topic], names: Mapping[str, str]) -> Table:
    """Return what is asked most often without an answer."""
    rows = [
        (one.example or f"Gruppe {one.number}", one.count, one.open, _day(one), names.get(one.entry or "", ""))
        for one in found
    ]
    top = [(one.example or f"Gruppe {one.number}", one.count) for one in found[:_BARS]]
    chart = charts.bars("Häufigste offene Fragen", top) if top else None
    columns = ("Beispiel", "Fragen", "davon offen", "zuletzt", "nächster Eintrag")
    note = "Ähnliche Fragen sind zu Gruppen zusammengefasst."
    ids = [str(one.number) for one in found]
    return Table("themen", "Häufigste offene Fragen", columns, rows, chart, note, "group", ids)


def by_wait(cases: CaseFigures) -> Table:
    """Return how long citizens waited for the first reply."""
    found = list(zip(_WAITS, cases.waits, strict=True))
    rows = [(name, count, share(count, cases.opened)) for name, count in found]
    chart = charts.columns("Zeit bis zur ersten Antwort", found) if cases.opened else None
    columns = ("Erste Antwort", "Fälle", "Anteil")
    return Table("antwortzeiten", "Antwortzeiten der Fälle", columns, rows if cases.opened else [], chart)


def by_rating(cases: CaseFigures) -> Table:
    """Return how citizens rated their cases."""
    found = list(zip(_RATINGS, cases.ratings, strict=True))
    rated = sum(cases.ratings)
    rows = [(name, count, share(count, rated)) for name, count in found]
    solved = cases.solved + cases.unsolved
    rows += [("Anliegen erledigt", cases.solved, share(cases.solved, solved))] if solved else []
    chart = charts.columns("Bewertungen der Fälle", found) if rated else None
    columns = ("Bewertung", "Fälle", "Anteil")
    return Table("bewertungen", "Bewertungen der Fälle", columns, rows if rated or solved else [], chart)


def by_care(found: Sequence[Care]) -> Table:
    """Return which entries somebody has to look at."""
    rows = [
        (one.entry.question, one.entry.id, "gilt bis" if one.ends else "prüfen bis", f"{one.due:%d.%m.%Y}")
        for one in found
    ]
    note = "Einträge, deren Datum vorbei ist oder in den nächsten 30 Tagen liegt; unabhängig vom Zeitraum."
    columns = ("Eintrag", "Kennung", "Was", "Datum")
    ids = [one.entry.id for one in found]
    return Table("pflege", "Bald zu prüfen", columns, rows, None, note, "entry", ids, _NO_CARE)


def _named(entry: str, names: Mapping[str, str]) -> tuple[str, str]:
    """Return an entry's question and id; one that is gone has no question."""
    return names.get(entry, "(gibt es nicht mehr)"), entry


def _rounded(value: float | None) -> str | None:
    """Return a number with one place, as text: it is no share."""
    return None if value is None else f"{value:.1f}".replace(".", ",")


def _day(topic: Topic) -> str:
    return f"{topic.last_seen.astimezone(CITY_ZONE):%d.%m.%Y}"
