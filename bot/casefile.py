"""Cases for the operator and for the file: a list, one case with what was written, tables, figures."""

import csv
import io
from collections.abc import Sequence
from datetime import datetime
from statistics import median

from bot.cases import Case, CaseState, Link, LinkState, Side
from bot.clock import CITY_ZONE

_FORMULAS = ("=", "+", "-", "@", "\t", "\r")
"""What makes a spreadsheet take a cell for a formula."""

COLUMNS = ("Nummer", "Stand", "Eröffnet", "Erste Antwort", "Abgeschlossen", "Thema", "Amt", "Bewertung", "Erledigt")
"""German: a person reads them, and spreadsheets in German offices do."""

LISTED = ("Fall", "Stand", "Eröffnet", "Antwort", "Bewertung", "Thema, Amt")
"""Columns of the list: as many as a terminal of 80 columns shows whole."""

_STATES = {
    CaseState.OPEN: "offen",
    CaseState.ASSIGNED: "übernommen",
    CaseState.WAITING: "beantwortet",
    CaseState.CLOSED: "abgeschlossen",
}
_RATINGS = {1: "nicht zufrieden", 2: "teils, teils", 3: "zufrieden"}
_WRITERS = {Side.CITIZEN: "Bürger/in", Side.STAFF: "Verwaltung", Side.NOTE: "Interne Notiz"}
_FATES = {
    LinkState.QUEUED: "noch nicht zugestellt",
    LinkState.SENT: "zugestellt",
    LinkState.FAILED: "nicht zugestellt",
    LinkState.UNKNOWN: "ungewiss",
    LinkState.TAKEN: "zurückgeholt",
    LinkState.NOTE: "",
}


def row(case: Case) -> tuple[str, ...]:
    """Return a case as cells."""
    return (
        f"#{case.number}",
        _STATES[case.state],
        _moment(case.opened_at),
        _moment(case.first_reply_at),
        _moment(case.closed_at),
        case.theme,
        case.department,
        _RATINGS.get(case.rating or 0, ""),
        {True: "ja", False: "nein"}.get(case.solved, "") if case.solved is not None else "",
    )


def short_row(case: Case) -> tuple[str, ...]:
    """Return a case as cells of the list; the first answer came after so many hours and minutes."""
    opened = f"{case.opened_at.astimezone(CITY_ZONE):%d.%m.%y %H:%M}"
    about = ", ".join(filter(None, (case.theme, case.department)))
    took = case.first_reply_at - case.opened_at if case.first_reply_at else None
    hours, minutes = divmod(int(took.total_seconds()) // 60, 60) if took else (0, 0)
    replied = f"{hours}:{minutes:02} h" if took else "–"
    return f"#{case.number}", _STATES[case.state], opened, replied, _RATINGS.get(case.rating or 0, "–"), about


def as_csv(cases: Sequence[Case]) -> str:
    """Return cases as a table that German spreadsheets open; no cell is a formula."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for case in cases:
        writer.writerow([f"'{cell}" if cell[:1] in _FORMULAS else cell for cell in row(case)])
    return out.getvalue()


def as_text(case: Case, links: Sequence[Link]) -> str:
    """Return a case with all that was written, for a person or a file."""
    lines = [f"Fall #{case.number}", ""]
    lines += [f"{name}: {cell}" for name, cell in zip(COLUMNS[1:], row(case)[1:], strict=True) if cell]
    if case.close_reason:
        lines.append(f"Grund: {case.close_reason}")
    if case.summary:
        lines += ["", "Letzte Fragen an den Bot:", case.summary]
    lines += ["", "Verlauf:"]
    lines += [_entry(link) for link in links if link.album in (None, link.message)]
    return "\n".join(lines) + "\n"


def figures(cases: Sequence[Case]) -> dict[str, float | None]:
    """Return how many cases wait, how long first replies take (minutes), how many are closed, how they are rated.

    Where there is nothing to reckon with a figure is None.
    """
    replies = [(c.first_reply_at - c.opened_at).total_seconds() / 60 for c in cases if c.first_reply_at]
    ratings = [case.rating for case in cases if case.rating]
    return {
        "cases": len(cases),
        "waiting": sum(case.state is CaseState.OPEN for case in cases),
        "closed": sum(case.state is CaseState.CLOSED for case in cases),
        "first_reply": round(median(replies), 1) if replies else None,
        "rated": len(ratings),
        "rating": round(sum(ratings) / len(ratings), 2) if ratings else None,
    }


def spoken(value: float | None) -> str:
    """Return a figure as Germans write it."""
    return "–" if value is None else str(value).replace(".", ",")


FIGURES = {
    "cases": "Fälle",
    "waiting": "warten",
    "closed": "abgeschlossen",
    "first_reply": "Minuten bis zur ersten Antwort (Median)",
    "rated": "bewertet",
    "rating": "Bewertung im Mittel (1 bis 3)",
}


def _entry(link: Link) -> str:
    """Return one thing that was written."""
    writer = _WRITERS[link.side] + (f" ({link.author})" if link.author else "")
    fate = f" [{_FATES[link.state]}]" if _FATES[link.state] else ""
    text = link.text if link.text is not None else "(Text gelöscht)"
    return f"{_moment(link.at)} {writer}{fate}: {text}"


def _moment(moment: datetime | None) -> str:
    return f"{moment.astimezone(CITY_ZONE):%d.%m.%Y %H:%M}" if moment else ""
