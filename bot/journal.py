"""The question log: what is written down about a question."""

from dataclasses import dataclass
from datetime import datetime

from bot.effects import Note
from bot.privacy import kept
from intents.decision import Candidate, Embedding


@dataclass(frozen=True)
class Question:
    """One logged question."""

    number: int
    """Which question of its chat it is, from 1."""
    at: datetime
    text: str | None
    """Redacted; None when it is not kept or its time is over."""
    decision: str
    reason: str
    entry: str | None
    confidence: float
    candidates: tuple[Candidate, ...]
    faq: str
    """Content hash of the FAQ."""
    model: str
    """Hash of the model artefacts."""
    feedback: str | None = None
    message: int | None = None
    """The channel's id of the message that it stood in."""
    embedding: Embedding | None = None
    """None without text, and where the text is redacted."""
    lemmas: str | None = None
    """Sorted base forms of the content words; None as with the embedding."""


def question_from(note: Note, at: datetime, keep_days: int, message: int | None = None) -> Question:
    """Return what is kept of a question."""
    decision = note.decision
    words = kept(decision, keep_days)
    return Question(
        number=note.number,
        at=at,
        text=words.text,
        decision=decision.kind.value,
        reason=decision.reason,
        entry=decision.entry,
        confidence=decision.confidence,
        candidates=decision.candidates,
        faq=decision.faq,
        model=decision.model,
        message=message,
        embedding=words.embedding,
        lemmas=words.lemmas,
    )
