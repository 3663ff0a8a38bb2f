"""The record: who did what."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Protocol, TypedDict

from wtforms import Form
from wtforms.validators import Optional

from bot.accounts import Deed, Role
from bot.clock import day_begins
from bot.sorting import german_key
from bot.spreadsheet import as_csv
from bot.web.staff.days import DayField
from bot.web.staff.page import File, Page, Reply, Shown, Visit
from bot.web.staff.paging import page_number, pages_of
from bot.web.staff.render import moment

_EACH = 50


class Record(Protocol):
    """Reads the record; bot.store.audit.SqlAudit does."""

    def find(
        self,
        *,
        who: str = "",
        action: str = "",
        since: datetime | None = None,
        before: datetime | None = None,
        most: int | None = None,
        skip: int = 0,
    ) -> Sequence[Deed]:
        """Return what was done, the latest first."""

    def count(
        self, *, who: str = "", action: str = "", since: datetime | None = None, before: datetime | None = None
    ) -> int:
        """Return how much was done."""

    def known(self) -> tuple[Sequence[str], Sequence[str]]:
        """Return who did something, and what was ever done."""


class DaysForm(Form):
    """From when until when."""

    since = DayField("Von", [Optional()])
    until = DayField("Bis", [Optional()])


class Asked(TypedDict):
    """Which part of the record."""

    who: str
    action: str
    since: datetime | None
    before: datetime | None


def pages(record: Record) -> tuple[Page, ...]:
    """Return the pages."""

    def audit(visit: Visit) -> Reply:
        wanted = {key: visit.query.get(key, "") for key in ("who", "action", "since", "until")}
        days = DaysForm(visit.query)
        days.validate()
        asked = _asked(visit, days)
        count = record.count(**asked)
        page = min(page_number(visit.query.get("page", "1")), pages_of(count, _EACH))
        names, actions = (sorted(each, key=german_key) for each in record.known())
        values = {
            "deeds": record.find(**asked, most=_EACH, skip=(page - 1) * _EACH),
            "count": count,
            "page": page,
            "pages": pages_of(count, _EACH),
            "link": lambda number: visit.url("audit", **wanted, page=number),
            "names": names,
            "actions": actions,
            "wanted": wanted,
            "days": days,
            "csv": visit.url("audit_csv", **wanted),
        }
        return Shown("audit.html", values)

    def download(visit: Visit) -> Reply:
        days = DaysForm(visit.query)
        days.validate()
        deeds = record.find(**_asked(visit, days))
        rows = [(moment(deed.at), deed.who, deed.action, deed.subject) for deed in deeds]
        return File("protokoll.csv", "text/csv; charset=utf-8", as_csv(("Wann", "Wer", "Was", "Woran"), rows))

    return (
        Page(
            "/protokoll",
            "audit",
            Role.ADMINISTER,
            audit,
            nav="Protokoll",
            about="Wer auf diesen Seiten was getan hat.",
            needs_faq=False,
        ),
        Page("/protokoll.csv", "audit_csv", Role.ADMINISTER, download, needs_faq=False),
    )


def _asked(visit: Visit, days: DaysForm) -> Asked:
    """Return what is asked for; a day that is none is as if there were none, and told at its field."""
    until = days.until.data if not days.until.errors else None
    return {
        "who": visit.query.get("who", ""),
        "action": visit.query.get("action", ""),
        "since": day_begins(days.since.data) if days.since.data else None,
        "before": day_begins(until + timedelta(days=1)) if until and until < date.max else None,
    }
