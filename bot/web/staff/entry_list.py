"""The list of entries: what is looked for, how each one stands in the draft, and what its dates mean today."""

import unicodedata
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from bot.accounts import Role
from bot.clock import city_day
from bot.drafts import Block
from bot.going_live import GoingLive
from bot.sorting import german_key
from bot.web.staff.page import Reply, Shown, Visit
from bot.web.staff.paging import page_number, pages_of
from intents.faq import FaqEntry
from intents.text import folded, normalise

_EACH = 50


@dataclass(frozen=True)
class Row:
    """An entry in the list."""

    entry: FaqEntry
    state: str
    """neu, geändert, gelöscht in the draft; empty: as published."""
    block: Block | None
    dates: str
    """What its dates mean today; empty: nothing to say."""


def listed(live: GoingLive, visit: Visit) -> Reply:
    """Show a page of the entries that are looked for."""
    wanted = {name: visit.query.get(name, "")[:200] for name in ("q", "category", "state")}
    rows = _rows(live, visit)
    found = sorted(
        (row for row in rows if _fits(row, wanted)),
        key=lambda row: (german_key(row.entry.category or ""), german_key(row.entry.question)),
    )
    pages = pages_of(len(found), _EACH)
    page = min(page_number(visit.query.get("page", "1")), pages)
    categories = sorted({row.entry.category for row in rows if row.entry.category}, key=german_key)
    values = {
        "rows": found[(page - 1) * _EACH : page * _EACH],
        "count": len(found),
        "page": page,
        "pages": pages,
        "link": lambda number: visit.url("entries", **wanted, page=number),
        "categories": categories,
        "wanted": wanted,
        "may_edit": visit.account.role >= Role.EDIT,
    }
    return Shown("entries.html", values)


def _rows(live: GoingLive, visit: Visit) -> list[Row]:
    """Return all entries of the draft, and those that it deletes."""
    before, after = live.publishing.base(), live.publishing.faq()
    blocks = {block.entry: block for block in live.publishing.drafts.blocks()}
    gone = [entry for entry in before.entries if after.get(entry.id) is None]
    return [
        Row(
            entry, state_of(before.get(entry.id), after.get(entry.id)), blocks.get(entry.id), dates_of(entry, visit.now)
        )
        for entry in (*after.entries, *gone)
    ]


def state_of(before: FaqEntry | None, after: FaqEntry | None) -> str:
    """Say what the draft makes of an entry; empty: nothing."""
    if after is None:
        return "gelöscht"
    if before is None:
        return "neu"
    return "" if before == after else "geändert"


def dates_of(entry: FaqEntry, now: datetime) -> str:
    """Say what an entry's dates mean today."""
    today = city_day(now)
    if entry.valid_until and entry.valid_until < today:
        return "abgelaufen"
    if entry.valid_from and entry.valid_from > today:
        return "gilt noch nicht"
    return "Prüfung fällig" if entry.review_by and entry.review_by <= today else ""


def _fits(row: Row, wanted: dict[str, str]) -> bool:
    """Say whether an entry is looked for: all words anywhere in it, its category, its state."""
    entry = row.entry
    words = folded(normalise(wanted["q"])).split()
    text = _searchable(entry) if words else ""
    states = {"entwurf": bool(row.state), "gesperrt": row.block is not None, "termin": bool(row.dates)}
    category = not wanted["category"] or entry.category == wanted["category"]
    return category and all(word in text for word in words) and states.get(wanted["state"], True)


@lru_cache(maxsize=20_000)
def _searchable(entry: FaqEntry) -> str:
    """Return all that an entry says, as it is searched."""
    texts = (entry.id, *entry.phrasings, entry.answer, entry.plain_answer or "", entry.category or "")
    return folded(unicodedata.normalize("NFKC", " ".join(texts)))
