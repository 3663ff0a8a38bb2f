"""The FAQ as values: entries and the base that holds them."""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from functools import cached_property
from pathlib import Path

DEFAULT_NAME = "faq_data.yaml"


class Kind(StrEnum):
    """What an entry does with the question it fits."""

    ANSWER = "answer"
    """Answers it."""
    REDIRECT = "redirect"
    """Not our matter: sends on to who is responsible."""
    META = "meta"
    """Speaks about the bot itself."""


@dataclass(frozen=True)
class Source:
    """Where an answer comes from."""

    title: str
    url: str | None = None


@dataclass(frozen=True)
class Contact:
    """How to reach the city; what is not known is None, never guessed."""

    name: str | None = None
    website: str | None = None
    phone: str | None = None
    hours: str | None = None
    imprint: str | None = None
    """Address of the page."""
    privacy: str | None = None
    """Address of the page."""


@dataclass(frozen=True)
class Position:
    """A place in the file, 1-based."""

    line: int
    column: int


Positions = Mapping[tuple[str, str, int], Position]
"""(entry id, field, index) to where it stands. Fields of the base have the entry id ""."""


@dataclass(frozen=True)
class FaqEntry:
    """One question of the FAQ with its answer."""

    id: str
    """Stable for ever: deep links and buttons carry it."""
    question: str
    answer: str
    """Markdown subset: *bold*, links, lists."""
    kind: Kind = Kind.ANSWER
    category: str | None = None
    alternates: tuple[str, ...] = ()
    """Further wordings of the question, as citizens ask it."""
    not_questions: tuple[str, ...] = ()
    """Look alike, but must never get this answer."""
    plain_answer: str | None = None
    """The answer in plain language (Einfache Sprache)."""
    sources: tuple[Source, ...] = ()
    department: str | None = None
    """The office in charge; a contact for staff."""
    updated: date | None = None
    """Shown as «Stand»."""
    valid_from: date | None = None
    valid_until: date | None = None
    """The last day on which it is answered."""
    review_by: date | None = None
    follow_ups: tuple[str, ...] = ()
    """Ids of entries offered after this one."""
    blocked: bool = False
    """Stopped at once by staff, whatever the dates say; stands in no file."""

    @property
    def phrasings(self) -> tuple[str, ...]:
        """All wordings of the question: `question` first, then `alternates`."""
        return (self.question, *self.alternates)

    def is_valid_on(self, day: date) -> bool:
        """Tell whether the entry may be answered on this day; both ends are included."""
        if self.blocked:
            return False
        started = self.valid_from is None or self.valid_from <= day
        return started and (self.valid_until is None or day <= self.valid_until)


@dataclass(frozen=True)
class FaqBase:
    """All entries of one FAQ file."""

    entries: tuple[FaqEntry, ...]
    title: str = ""
    contact: Contact = Contact()
    synonyms: tuple[tuple[str, ...], ...] = ()
    """Groups of words that mean the same here."""
    hash: str = ""
    """First 16 hex digits of the SHA-256 of the file's bytes; "" when built in code."""
    name: str = DEFAULT_NAME
    """The file's name, for messages."""
    positions: Positions = field(default_factory=dict, repr=False, compare=False)

    @cached_property
    def _by_id(self) -> dict[str, FaqEntry]:
        return {entry.id: entry for entry in self.entries}

    def get(self, entry_id: str) -> FaqEntry | None:
        """Find an entry by its id, or None."""
        return self._by_id.get(entry_id)

    def name_of(self, entry_id: str) -> str:
        """Return the question of an entry, by which people know it; its id where there is none."""
        found = self.get(entry_id)
        return found.question if found else entry_id

    def blocking(self, ids: Set[str]) -> FaqBase:
        """Return the same FAQ in which these entries, and no others, are blocked."""
        if ids == {entry.id for entry in self.entries if entry.blocked}:
            return self
        return replace(self, entries=tuple(_blocked(entry, entry.id in ids) for entry in self.entries))

    def position(self, entry_id: str, name: str, index: int = 0) -> Position:
        """Tell where a field stands; the entry itself, or 1:1, when it is not known."""
        fallback = self.positions.get((entry_id, "id", 0), Position(1, 1))
        return self.positions.get((entry_id, name, index), fallback)


def _blocked(entry: FaqEntry, blocked: bool) -> FaqEntry:
    return entry if entry.blocked == blocked else replace(entry, blocked=blocked)


def load_faq(path: Path) -> FaqBase:
    """Load an FAQ file; raises FaqError with every error in it."""
    from intents.faq_loading import load  # it builds the values above

    return load(path)


def read_faq(path: Path) -> bytes:
    """Read the bytes of an FAQ file, for `parse_faq`; raises FaqError."""
    from intents.faq_bytes import read_bytes
    from intents.faq_report import Report

    return read_bytes(path, Report(str(path)))


def parse_faq(text: str | bytes, name: str = DEFAULT_NAME) -> FaqBase:
    """Load an FAQ from a text or bytes; `name` stands in the messages. Raises FaqError."""
    from intents.faq_loading import parse

    return parse(text, name)
