"""What a turn of the conversation brings about; carried out by the worker and the channel."""

from dataclasses import dataclass
from enum import StrEnum

from bot.replies import Reply
from intents.decision import Decision


class Feedback(StrEnum):
    """What became of a «Meinten Sie …?»."""

    PICKED = "picked"
    NONE = "none"


@dataclass(frozen=True)
class Say:
    """A message goes to the citizen."""

    reply: Reply


@dataclass(frozen=True)
class Note:
    """A question goes into the question log."""

    number: int
    """Which question of its chat it is, from 1."""
    decision: Decision


@dataclass(frozen=True)
class Mark:
    """An earlier question of the chat gets its feedback."""

    number: int
    feedback: Feedback
    entry: str | None = None
    """Id of the entry that was picked."""


@dataclass(frozen=True)
class Leave:
    """The citizen ends the chat."""


Effect = Say | Note | Mark | Leave
