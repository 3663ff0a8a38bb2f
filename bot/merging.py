"""Three forms of the FAQ side by side: what two people changed in the same one, and one text that holds both."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from bot.faq_text import parsed, with_entry, without_entry
from intents.faq import FaqBase, FaqEntry
from intents.faq_fields import RECORDS

HEAD = ""
"""Stands for title, contact and synonyms as if they were an entry."""
FIELDS = tuple(field.name for field in RECORDS["entry"] if field.name != "id")
_HEAD_FIELDS = ("title", "contact", "synonyms")
_LISTS = ("alternates", "not_questions")


class Side(StrEnum):
    """Whose form of an entry is taken."""

    THEIRS = "theirs"
    OURS = "ours"
    BOTH = "both"
    """Where they changed different things."""


@dataclass(frozen=True)
class FieldChange:
    """One field that differs."""

    name: str
    base: Any
    theirs: Any
    ours: Any


@dataclass(frozen=True)
class EntryChange:
    """One entry that differs in two forms or three; None where it is not there."""

    id: str
    base: FaqEntry | None
    theirs: FaqEntry | None
    ours: FaqEntry | None
    fields: tuple[FieldChange, ...]
    sides: tuple[Side, ...]
    """What may be taken, the one that is best without asking first."""

    @property
    def is_conflict(self) -> bool:
        """Say whether somebody has to choose."""
        return len(self.sides) > 1


@dataclass(frozen=True)
class Texts:
    """The same FAQ in three forms."""

    base: str
    theirs: str
    ours: str


def changes(before: FaqBase, after: FaqBase) -> tuple[EntryChange, ...]:
    """Return what differs between two forms, in the order of the later one."""
    return tuple(_compared(before, before, after))


def differences(texts: Texts) -> tuple[EntryChange, ...]:
    """Return what somebody changed in either form."""
    base, theirs, ours = map(parsed, (texts.base, texts.theirs, texts.ours))
    return tuple(_compared(base, theirs, ours))


def merged(texts: Texts, chosen: Mapping[str, Side]) -> str:
    """Return a text with all that only one changed, and with the chosen sides of all that both did."""
    found = differences(texts)
    taken = {each.id: chosen.get(each.id, each.sides[0]) for each in found}
    text = texts.ours if taken.get(HEAD) is Side.OURS else texts.theirs
    for change in found:
        if change.id != HEAD:
            text = put(text, change.id, _wanted(change, taken[change.id]))
    return text


def _compared(base: FaqBase, theirs: FaqBase, ours: FaqBase) -> Iterator[EntryChange]:
    one, two, three = (FaqEntry(HEAD, each.title, repr((each.contact, each.synonyms))) for each in (base, theirs, ours))
    if not one == two == three:
        every = (FieldChange(name, *(getattr(each, name) for each in (base, theirs, ours))) for name in _HEAD_FIELDS)
        told = tuple(field for field in every if not field.base == field.theirs == field.ours)
        yield EntryChange(HEAD, one, two, three, told, _sides(one, two, three))
    for entry_id in dict.fromkeys(entry.id for faq in (ours, theirs, base) for entry in faq.entries):
        old, other, own = base.get(entry_id), theirs.get(entry_id), ours.get(entry_id)
        if not old == other == own:
            yield EntryChange(entry_id, old, other, own, tuple(_fields(old, other, own)), _sides(old, other, own))


def _fields(base: FaqEntry | None, theirs: FaqEntry | None, ours: FaqEntry | None) -> Iterator[FieldChange]:
    for name in FIELDS:
        three = [getattr(each, name, None) for each in (base, theirs, ours)]
        if not three[0] == three[1] == three[2]:
            yield FieldChange(name, *three)


def _sides(base: FaqEntry | None, theirs: FaqEntry | None, ours: FaqEntry | None) -> tuple[Side, ...]:
    """Return what may be taken; a single one where only one changed something, or both did the same."""
    if ours in (base, theirs):
        return (Side.THEIRS,)
    if theirs == base:
        return (Side.OURS,)
    able = base is not None and theirs is not None and ours is not None and _both(base, theirs, ours) is not None
    return (*([Side.BOTH] if able else []), Side.OURS, Side.THEIRS)


def _wanted(change: EntryChange, side: Side) -> FaqEntry | None:
    if side is Side.BOTH and change.base and change.theirs and change.ours:
        return _both(change.base, change.theirs, change.ours)
    return change.theirs if side is Side.THEIRS else change.ours


def _both(base: FaqEntry, theirs: FaqEntry, ours: FaqEntry) -> FaqEntry | None:
    """Return an entry with both changes; None where they contradict each other."""
    values: dict[str, Any] = {}
    for name in FIELDS:
        old, one, other = (getattr(each, name) for each in (base, theirs, ours))
        if name in _LISTS:
            values[name] = _joined(old, one, other)
        elif other in (one, old):
            values[name] = one
        elif one == old:
            values[name] = other
        else:
            return None
    return None if base.id == HEAD else replace(theirs, **values)


def _joined(base: Iterable[str], theirs: Iterable[str], ours: Iterable[str]) -> tuple[str, ...]:
    """Return a list with what either added and without what either took out."""
    gone = set(base) - (set(theirs) & set(ours))
    return tuple(text for text in dict.fromkeys((*theirs, *ours)) if text not in gone)


def put(text: str, entry_id: str, wanted: FaqEntry | None) -> str:
    """Return a text in which an entry has another form, or is gone."""
    faq = parsed(text)
    if faq.get(entry_id) == wanted:
        return text
    if wanted is None:
        return without_entry(text, entry_id)
    peers = [entry.id for entry in faq.entries if entry.category == wanted.category]
    return with_entry(text, wanted, beside=peers[-1] if peers else None)
