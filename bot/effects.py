"""What a turn of the conversation brings about; carried out by the worker and the channel."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from bot.replies import Reply
from intents.decision import Decision


class Feedback(StrEnum):
    """What became of a «Meinten Sie …?», or what the citizen thinks of an answer."""

    PICKED = "picked"
    NONE = "none"
    HELPED = "helped"
    NOT_HELPED = "not_helped"
    WRONG = "wrong"
    UNCLEAR = "unclear"
    INCOMPLETE = "incomplete"


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
class Wish:
    """The citizen wants to hear when there is an answer to an earlier question, or no longer wants to."""

    number: int
    is_on: bool


@dataclass(frozen=True)
class Open:
    """An answer is shown that nobody asked for in words: from a menu, a button or a link."""

    entry: str


@dataclass(frozen=True)
class Leave:
    """The citizen ends the chat."""


Effect = Say | Note | Mark | Wish | Open | Leave


def replies_in(effects: Iterable[Effect]) -> tuple[Reply, ...]:
    """Return what the bot says."""
    return tuple(effect.reply for effect in effects if isinstance(effect, Say))


def notes_in(effects: Iterable[Effect]) -> tuple[Note, ...]:
    """Return what goes into the question log."""
    return tuple(effect for effect in effects if isinstance(effect, Note))


def marks_in(effects: Iterable[Effect]) -> tuple[Mark, ...]:
    """Return what is told about earlier questions."""
    return tuple(effect for effect in effects if isinstance(effect, Mark))


def wishes_in(effects: Iterable[Effect]) -> tuple[Wish, ...]:
    """Return what the citizen wants to hear of later."""
    return tuple(effect for effect in effects if isinstance(effect, Wish))


def opened_in(effects: Iterable[Effect]) -> tuple[str, ...]:
    """Return the entries that were opened without words."""
    return tuple(effect.entry for effect in effects if isinstance(effect, Open))
