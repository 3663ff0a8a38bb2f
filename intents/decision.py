"""What the matcher decides: frozen values, no behaviour beyond reading them."""

from dataclasses import dataclass, field
from enum import StrEnum

PICKED = "picked"
"""Reason of an answer that was picked in words among the questions of a «Meinten Sie …?»."""


class DecisionKind(StrEnum):
    """What happens with a question."""

    ANSWER = "answer"
    CLARIFY = "clarify"
    REDIRECT = "redirect"
    FALLBACK = "fallback"
    SMALLTALK = "smalltalk"
    EMERGENCY = "emergency"


@dataclass(frozen=True)
class Candidate:
    """An entry and how likely it answers the question."""

    id: str
    confidence: float
    """Calibrated probability that this entry is the right answer, 0 to 1, after every veto."""


@dataclass(frozen=True)
class Embedding:
    """What a reading means, as one encoder sees it."""

    encoder: str
    """Name, version and weights of the encoder; vectors of different ones cannot be compared."""
    vector: bytes = field(repr=False)
    """Unit vector, float16, little-endian."""


@dataclass(frozen=True)
class Decision:
    """The outcome for one query."""

    query: str
    """The citizen's text, untouched."""
    kind: DecisionKind
    reason: str
    """Why, as a short code: clear, margin, below_threshold, gate, no_words, not_question, expired, parts, smalltalk …

    Answered below the threshold: confirmed (two readings find the entry), follow_up (a bare «und wann?»), about_bot
    (what the bot is stands in the FAQ). Answered as if its own question had been asked: picked.
    """
    entry: str | None = None
    """Id of the answered entry (kinds answer and redirect)."""
    smalltalk: str | None = None
    """Smalltalk intent (kind smalltalk)."""
    emergency: str | None = None
    """Kind of emergency (kind emergency)."""
    candidates: tuple[Candidate, ...] = ()
    """Up to five, best first."""
    choices: tuple[str, ...] = ()
    """Ids of the entries a clarify shows."""
    parts: tuple["Decision", ...] = ()
    """Two questions in one message: the decision on each, in order; empty for a single question."""
    understood: str = ""
    """The reading that was decided on: without greeting and frame, with context where that won."""
    explanation: tuple[str, ...] = ()
    """German lines for a clerk: what was read, nearest wording, probability, runner-up, why silent."""
    embedding: Embedding | None = None
    """Of the reading, by the quick encoder; None where nothing was read."""
    lemmas: str = field(default="", repr=False)
    """Sorted base forms of the reading's content words."""
    faq: str = ""
    """Content hash of the FAQ."""
    model: str = ""
    """Hash of the model artefacts."""
    ms: float = 0.0
    """Time taken, in milliseconds."""

    @property
    def confidence(self) -> float:
        """The first candidate's confidence, 0 without candidates."""
        return self.candidates[0].confidence if self.candidates else 0.0
