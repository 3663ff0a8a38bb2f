"""The dashboard: what was asked, answered and handed over, as tables, charts and files."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import partial

from wtforms import Form, SelectField
from wtforms.fields.choices import SelectChoice

from bot.accounts import Role
from bot.clock import city_day
from bot.figures import LONGEST, FigureSource, Period, care_for, case_figures, days_of, entries_of, total_of
from bot.web.staff import figures_tables as tables
from bot.web.staff.days import DayField
from bot.web.staff.figures_tables import Table
from bot.web.staff.page import Failed, File, Page, Reply, Shown, Visit
from intents.faq import FaqBase

_OWN = "eigener"
_SPANS = (("7", "letzte 7 Tage"), ("30", "letzte 30 Tage"), ("90", "letzte 90 Tage"), (_OWN, "eigener Zeitraum"))
_MOST_TOPICS = 100
_EARLIEST = 2000
"""A year before which nobody can have asked."""
_NO_DAY = "Bitte geben Sie einen Tag an."


class PeriodForm(Form):
    """Which days."""

    tage = SelectField(
        "Zeitraum", choices=[SelectChoice(*span) for span in _SPANS], default="30", validate_choice=False
    )
    von = DayField("Von", description="Nur für «eigener Zeitraum»")
    bis = DayField("Bis", description="Nur für «eigener Zeitraum»")

    def period(self, today: date) -> Period | None:
        """Return the period; None when the fields, which then say why, do not tell one."""
        if not self.validate():
            return None
        if self.tage.data in ("7", "30", "90"):
            return Period.of_days(int(self.tage.data), today)
        if self.tage.data != _OWN:
            self.tage.errors = ["Bitte wählen Sie einen Zeitraum aus der Liste."]
            return None
        return self._own(self.von.data, self.bis.data, today)

    def _own(self, first: date | None, last: date | None, today: date) -> Period | None:
        """Return the period between two days, if it is one."""
        if first is None or first.year < _EARLIEST:
            self.von.errors = [_NO_DAY]
        elif last is None:
            self.bis.errors = [_NO_DAY]
        elif last < first:
            self.bis.errors = ["Das Ende liegt vor dem Anfang."]
        elif last > today:
            self.bis.errors = ["Dieser Tag liegt in der Zukunft."]
        elif (last - first).days >= LONGEST:
            self.von.errors = ["Bitte wählen Sie höchstens zwei Jahre."]
        else:
            return Period(first, last)
        return None


@dataclass(frozen=True)
class Figures:
    """What the tables are made from, looked up when one needs it."""

    source: FigureSource
    faq: FaqBase
    period: Period
    today: date

    @property
    def names(self) -> Mapping[str, str]:
        """The question of each entry."""
        return {entry.id: entry.question for entry in self.faq.entries}

    def tables(self) -> list[Table]:
        """Return all, each counted once."""
        cases = self.source.cases(self.period)
        days = days_of(self.period, self.source.by_day(self.period), cases)
        entries, summed = entries_of(self.source.by_entry(self.period)), case_figures(cases)
        return [
            tables.overview(total_of(days), summed),
            tables.by_day(self.period, days),
            tables.by_entry(entries, self.names),
            tables.by_report(entries, self.names),
            tables.by_topic(self.source.topics(self.period, _MOST_TOPICS), self.names),
            tables.by_wait(summed),
            tables.by_rating(summed),
            tables.by_care(care_for(self.faq.entries, self.today)),
        ]


def pages(source: FigureSource, faq: Callable[[], FaqBase]) -> tuple[Page, ...]:
    """Return the pages."""

    def found(visit: Visit, period: Period) -> list[Table]:
        return Figures(source, faq(), period, city_day(visit.now)).tables()

    def show(visit: Visit) -> Reply:
        form = PeriodForm(visit.query if "tage" in visit.query else None)
        period = form.period(city_day(visit.now))
        if period is None:
            return Shown("figures.html", {"form": form, "period": None, "tables": ()}, 400)
        link = partial(visit.url, "figures_csv", tage=_OWN, von=str(period.first), bis=str(period.last))
        values = {"form": form, "period": period, "tables": found(visit, period), "link": link}
        values |= {"shown": tables.shown, "most": tables.SHOWN, "about": partial(_about, visit, faq())}
        return Shown("figures.html", values)

    def download(visit: Visit) -> Reply:
        period = PeriodForm(visit.query).period(city_day(visit.now))
        table = next((t for t in found(visit, period) if t.key == visit.params["table"]), None) if period else None
        if table is None or period is None:
            return Failed(404)
        name = f"{table.key}-{period.first}-{period.last}.csv"
        return File(name, "text/csv; charset=utf-8", table.as_csv())

    about = "Fragen, Antworten und Fälle in Zahlen."
    return (
        Page("/zahlen", "figures", Role.READ, show, nav="Zahlen", about=about),
        Page("/zahlen/{table}.csv", "figures_csv", Role.READ, download),
    )


def _about(visit: Visit, faq: FaqBase, table: Table, row: int) -> str:
    """Return the address of the page that tells more of a row; empty where there is none."""
    if row >= len(table.subjects):
        return ""
    if table.page == "group":
        return visit.url("group", number=table.subjects[row])
    return visit.url(table.page, id=table.subjects[row]) if faq.get(table.subjects[row]) else ""
