"""What differs between two forms of an entry, as a page shows it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from bot.merging import HEAD, EntryChange, FieldChange, changes
from bot.outline import outline
from bot.web.staff.entry_form import KIND_WORDS, LABELS
from bot.web.staff.render import day
from intents.faq import FaqBase, FaqEntry, Kind, Source

_NAMED = 2
"""Entries that a line about many names."""


@dataclass(frozen=True)
class FieldView:
    """One field: what was taken out of it, and what was put in."""

    label: str
    removed: tuple[str, ...]
    added: tuple[str, ...]


@dataclass(frozen=True)
class EntryView:
    """One entry: what became of it."""

    id: str
    title: str
    state: str
    """neu, geändert or gelöscht."""
    fields: tuple[FieldView, ...]


def viewed(before: FaqEntry | None, after: FaqEntry | None) -> EntryView | None:
    """Return what differs between two forms of one entry; None for nothing."""
    found = changes(*(FaqBase((each,) if each else ()) for each in (before, after)))
    return view(found[0]) if found else None


def view(change: EntryChange) -> EntryView:
    """Return a change as a page shows it."""
    shown = change.ours or change.base
    title = "Titel, Kontakt und Synonyme" if change.id == HEAD else (shown.question if shown else "")
    state = "gelöscht" if change.ours is None else "neu" if change.base is None else "geändert"
    return EntryView(change.id, title, state, tuple(map(_field, change.fields)))


def views(found: Iterable[EntryChange]) -> tuple[EntryView, ...]:
    """Return changes as a page shows them."""
    return tuple(map(view, found))


def in_words(before: str, after: str) -> str:
    """Say in a line what differs between two texts of the FAQ; empty where no entry does."""
    old, new = outline(before), outline(after)
    found = {
        "neu": [new[each][0] for each in new if each not in old],
        "geändert": [new[each][0] for each in new if each in old and old[each] != new[each]],
        "gelöscht": [old[each][0] for each in old if each not in new],
    }
    return "; ".join(f"{state}: {_few(titles)}" for state, titles in found.items() if titles)


def _few(titles: Sequence[str]) -> str:
    """Return the first of some titles, and how many more there are."""
    more = len(titles) - _NAMED
    return ", ".join(f"«{each}»" for each in titles[:_NAMED]) + (f" und {more} weitere" if more > 0 else "")


def _field(field: FieldChange) -> FieldView:
    before, after = lines(field.base), lines(field.ours)
    removed = tuple(line for line in before if line not in after)
    added = tuple(line for line in after if line not in before)
    if not removed and not added:  # another order
        removed, added = before, after
    return FieldView(LABELS.get(field.name, field.name), removed, added)


def lines(value: Any) -> tuple[str, ...]:
    """Return a value of an entry as lines."""
    if not value:
        return ()
    if isinstance(value, str) and not isinstance(value, Kind):
        return tuple(line for line in value.splitlines() if line.strip())
    if isinstance(value, tuple):
        return tuple(", ".join(lines(each)) for each in value)
    return (_word(value),)


def _word(value: Any) -> str:
    match value:
        case Kind():
            return KIND_WORDS[value]
        case date():
            return day(value)
        case Source():
            return f"{value.title} ({value.url})" if value.url else value.title
        case _:
            return ", ".join(f"{name}: {each}" for name, each in vars(value).items() if each)
