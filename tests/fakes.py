"""Hand-written stand-ins for what is slow or outside."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zlib import crc32

import numpy as np

from bot.errors import ConflictError
from bot.jobs import Job
from bot.ports import Outcome, Saved
from bot.settings import Settings
from bot.state import ChatState
from intents.decision import Candidate, Decision, DecisionKind, Embedding
from intents.faq import Contact, FaqBase, FaqEntry, Kind, Source
from intents.query import Query

NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
"""When the tests take place."""

FAQ = FaqBase(
    entries=(
        FaqEntry(
            "beschluss",
            "Wer hat die Strategie beschlossen?",
            "Der *Gemeinderat*.",
            category="Strategie",
            plain_answer="Das war der Gemeinderat.",
            sources=(Source("Digitale Stadt", "https://example.org/digital"),),
            updated=date(2026, 11, 1),
            follow_ups=("begleitung", "abgelaufen", "unbekannt", "dienste", "beschluss"),
        ),
        FaqEntry("begleitung", "Wer hat die Stadt begleitet?", "Ein Unternehmen.", category="Strategie"),
        FaqEntry("haushalt", "Was ist die Konsolidierung?", "Sparen.", category="Haushalt"),
        FaqEntry("abgelaufen", "Was galt früher?", "GEHEIM-ALT", valid_until=date(2026, 1, 1)),
        FaqEntry("dienste", "Wo beantrage ich einen Ausweis?", "Dafür bin ich nicht da.", kind=Kind.REDIRECT),
        FaqEntry("bot", "Wer bist du?", "Ich bin der Bot.", kind=Kind.META),
    ),
    title="Digitale Stadt",
    contact=Contact(name="Rathaus", website="https://example.org"),
    hash="faqhash",
)


@dataclass
class FakeClock:
    """A clock that moves when it is told to."""

    moment: datetime = NOW

    def now(self) -> datetime:
        """Return the moment that was set."""
        return self.moment

    def wait(self, **duration: float) -> None:
        """Let time pass."""
        self.moment += timedelta(**duration)


def answer(entry: str, *, query: str = "?", confidence: float = 0.9) -> Decision:
    """Return a decision to answer with an entry."""
    candidates = (Candidate(entry, confidence),)
    return Decision(query, DecisionKind.ANSWER, "clear", entry=entry, candidates=candidates, understood=query)


def clarify(*entries: str, query: str = "?") -> Decision:
    """Return a decision to ask back."""
    candidates = tuple(Candidate(entry, 0.4) for entry in entries)
    return Decision(query, DecisionKind.CLARIFY, "margin", choices=entries, candidates=candidates, understood=query)


def redirect(entry: str) -> Decision:
    """Return a decision to send on."""
    return replace(answer(entry), kind=DecisionKind.REDIRECT)


def unknown(query: str = "?", reason: str = "below_threshold") -> Decision:
    """Return a decision to admit not knowing."""
    candidates = (Candidate("haushalt", 0.1),)
    return Decision(query, DecisionKind.FALLBACK, reason, candidates=candidates, understood=query)


def smalltalk(intent: str) -> Decision:
    """Return a decision that there is nothing but small talk."""
    return Decision(intent, DecisionKind.SMALLTALK, "smalltalk", smalltalk=intent)


def emergency(kind: str) -> Decision:
    """Return a decision that there is an emergency."""
    return Decision("Notfall", DecisionKind.EMERGENCY, "emergency", emergency=kind)


def meaning_of(words: str) -> Embedding:
    """Return a unit vector in which each word has a place."""
    vector = np.zeros(64, np.float32)
    for word in words.split():
        vector[crc32(word.encode()) % 64] += 1
    return Embedding("fake", (vector / max(float(np.linalg.norm(vector)), 1e-9)).astype("<f2").tobytes())


@dataclass
class FakeUnderstanding:
    """Decides by a table of texts; what is not in it stays unknown."""

    table: Mapping[str, Decision] = field(default_factory=dict)
    asked: list[Query] = field(default_factory=list)
    model: str = "modelhash"
    turned: list[tuple[date, set[str]]] = field(default_factory=list)

    def match(self, query: Query, /) -> Decision:
        """Look the text up."""
        self.asked.append(query)
        decision = self.table.get(query.text, unknown(query.text))
        lemmas = self.lemma_key(query.text)
        meant: dict[str, Any] = {"embedding": meaning_of(lemmas), "lemmas": lemmas}
        read = replace(decision, query=query.text, understood=query.text, **meant)
        return replace(read, faq="faqhash", model=self.model)

    def match_many(self, queries: Sequence[Query], /) -> list[Decision]:
        """Look several texts up."""
        return [self.match(query) for query in queries]

    def lemma_key(self, text: str, /) -> str:
        """Return the sorted words."""
        return " ".join(sorted(text.casefold().strip("?!. ").split()))

    def embed(self, texts: Sequence[str], /) -> list[Embedding]:
        """Return a vector for each text; texts with the same words have the same."""
        return [meaning_of(self.lemma_key(text)) for text in texts]

    def on(self, faq: FaqBase, today: date, /) -> "FakeUnderstanding":
        """Decide by the same table; note for which day, and without which entries."""
        self.turned.append((today, {entry.id for entry in faq.entries if not entry.is_valid_on(today)}))
        return self


@dataclass
class FakeLauncher:
    """Notes which jobs it should start."""

    started: list[Job] = field(default_factory=list)

    def launch(self, job: Job) -> None:
        """Note a job."""
        self.started.append(job)

    def close(self) -> None:
        """There is nothing to end."""


class FakeChats:
    """Chats in memory; can be told to conflict some times."""

    def __init__(self, conflicts: int = 0) -> None:
        self.saved: dict[str, Saved] = {}
        self.outcomes: list[Outcome] = []
        self.conflicts = conflicts

    def load(self, chat: str) -> Saved:
        """Return a chat's state."""
        return self.saved.get(chat, Saved(ChatState(), 0))

    def commit(self, chat: str, version: int, outcome: Outcome, now: datetime) -> None:  # noqa: ARG002
        """Keep an outcome."""
        if self.conflicts:
            self.conflicts -= 1
            raise ConflictError
        self.saved[chat] = Saved(outcome.state, version + 1)
        self.outcomes.append(outcome)


def understanding_of(table: Mapping[str, Decision]) -> "type[FakeUnderstanding]":
    """Return a maker of understandings with a table, as the wiring takes it."""

    class Made(FakeUnderstanding):
        def __init__(self, _settings: Settings, _faq: FaqBase, _today: date, _progress: object) -> None:
            super().__init__(table)

    return Made
