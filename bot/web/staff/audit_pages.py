"""The record: who did what."""

from collections.abc import Sequence
from typing import Protocol

from bot.accounts import Deed, Role
from bot.sorting import german_key
from bot.spreadsheet import as_csv
from bot.web.staff.page import Failed, File, Page, Reply, Shown, Visit
from bot.web.staff.paging import page_number, pages_of
from bot.web.staff.render import moment

_EACH = 50


class Record(Protocol):
    """Reads the record; bot.store.audit.SqlAudit does."""

    def find(self, *, who: str = "", action: str = "", most: int | None = None, skip: int = 0) -> Sequence[Deed]:
        """Return what was done, the latest first."""

    def count(self, *, who: str = "", action: str = "") -> int:
        """Return how much was done."""

    def known(self) -> tuple[Sequence[str], Sequence[str]]:
        """Return who did something, and what was ever done."""


def pages(record: Record) -> tuple[Page, ...]:
    """Return the pages."""

    def audit(visit: Visit) -> Reply:
        wanted = {key: visit.query.get(key, "") for key in ("who", "action")}
        page = page_number(visit.query.get("page", "1"))
        if page is None:
            return Failed(404)
        count = record.count(**wanted)
        names, actions = (sorted(each, key=german_key) for each in record.known())
        values = {
            "deeds": record.find(**wanted, most=_EACH, skip=(page - 1) * _EACH),
            "count": count,
            "page": page,
            "pages": pages_of(count, _EACH),
            "link": lambda number: visit.url("audit", **wanted, page=number),
            "names": names,
            "actions": actions,
            "wanted": wanted,
            "csv": visit.url("audit_csv", **wanted),
        }
        return Shown("audit.html", values)

    def download(visit: Visit) -> Reply:
        deeds = record.find(who=visit.query.get("who", ""), action=visit.query.get("action", ""))
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
