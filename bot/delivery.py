"""What comes in and what goes out: the values of inbox and outbox, and the rules of trying again."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

ALBUM_QUIET = timedelta(seconds=1)
"""An album is complete when no part came for this long …"""
ALBUM_LIMIT = timedelta(seconds=5)
"""… and is taken as it is after this long."""

MOST_ATTEMPTS = 5
"""How often an update is tried before it is parked."""
LONGEST_PAUSE = timedelta(seconds=60)

MOST_DOUBTS = 2
"""How often a harmless message may have been sent by timeouts: once, and once more."""
MOST_CRASHES = 5
"""A message that was under way in so many crashes may be what brings the process down."""

DONE_KEPT = timedelta(hours=48)
"""How long a handled update and a sent message are remembered, without their content."""
DEAD_KEPT = timedelta(days=7)
"""How long a dead letter and a message of unknown fate are kept."""

_PLACING = ("reply_parameters", "message_thread_id")
"""What says where a message goes; an edited one stays where it is."""

BUDGET_WINDOW = timedelta(seconds=60)
"""How far back Telegram's limits look."""

URGENT, PERSONAL, ANSWER, ASIDE, NEWS = 0, 1, 2, 5, 8
"""Priorities: emergencies, wishes for a human, answers, everything else, what nobody waits for just now."""

URGENCY_KEPT = timedelta(minutes=10)
"""How long a chat is preferred at most; who waits that long is the oldest anyway."""


@dataclass(frozen=True)
class Arrival:
    """An update as it came in; nothing of it is understood yet."""

    bot_id: int
    update_id: int
    chat_id: int
    """The channel's own id of the chat; 0 for an update that belongs to none."""
    raw: bytes
    media_group_id: str | None = None
    """The album that the message is a part of."""
    moved: tuple[int, int] | None = None
    """The group had the first id, and goes on under the second."""
    urgent: bool = False
    """Somebody may be in danger, or asks for a human: their chat is handled before others."""


@dataclass(frozen=True)
class Part:
    """A claimed update."""

    seq: int
    """Its place in the order of arrival."""
    raw: bytes
    attempts: int
    """How often it failed before."""


class MessageKind(StrEnum):
    """What a message in the outbox is; that decides whether a second copy does harm."""

    TEXT = "text"
    """The bot speaks."""
    EDIT = "edit"
    """A message that was sent gets another content."""
    COPY = "copy"
    """A citizen's message is copied into a topic."""
    TOPIC = "topic"
    """A forum topic is opened."""
    CARD = "card"
    """The summary of a case at the head of its topic."""
    CLERK = "clerk"
    """A clerk speaks to a citizen."""
    ERASE = "erase"
    """What a citizen wrote is deleted on the clerks' side."""
    FORGET = "forget"
    """A topic whose time is over is deleted, with all that stands in it."""
    REACTION = "reaction"
    """A reaction of one side is shown on the other; the first to go when there is little room."""

    @property
    def may_come_twice(self) -> bool:
        """Say whether a duplicate is harmless."""
        return self not in (MessageKind.TOPIC, MessageKind.CLERK)


class SendState(StrEnum):
    """What became of a message."""

    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    UNKNOWN = "unknown"
    """It may have arrived; a person decides."""


@dataclass(frozen=True)
class Carried:
    """What a message carries from one side of a case to the other."""

    case: int
    side: str
    """Where it comes from: a bot.cases.Side."""
    messages: tuple[int, ...]
    """The channel's ids of it over there, more than one for an album."""
    at: datetime
    text: str | None = None
    author: str = ""
    spoken: bool = False
    """The text goes out, not a copy of the message."""
    edits: bool = False
    """It changes what was carried before."""


@dataclass(frozen=True)
class Message:
    """Something to send."""

    chat: str
    kind: MessageKind
    payload: Mapping[str, Any]
    lane: str = ""
    """Messages of one lane go in order; the chat's own lane when empty."""
    priority: int = 0
    """Smaller goes first; never before an older message of the same lane."""
    depends_on: int | None = None
    """Id of a message that has to be sent before."""
    follows: bool = False
    """It depends on the message before it in the same outcome."""
    not_before: datetime | None = None
    answers: int | None = None
    """The channel's id of the citizen's message that it answers."""
    topic_of: int | None = None
    """Number of the case into whose topic it goes; it waits until that is there."""
    carries: Carried | None = None


@dataclass(frozen=True)
class Rewrite:
    """The citizen changed a message: what was logged of it is replaced."""

    message: int
    """The channel's id of it."""
    in_place: bool
    """Its answer changes as well; else a new one goes out."""


@dataclass(frozen=True)
class Sending:
    """A message that the sender has taken."""

    id: int
    lane: str
    chat: str
    chat_id: int | None
    """The channel's own id; None when it was erased, or when the bot may not write there."""
    kind: MessageKind
    payload: Mapping[str, Any]
    attempts: int
    """How often it may have been sent, this time included."""
    target: int | None = None
    """The channel's id of the earlier message that the payload names as `message`; None when that never arrived."""
    source_id: int | None = None
    """The channel's own id of the chat that the payload names as `from`."""
    topic_of: int | None = None
    """Number of the case into whose topic it goes."""
    thread: int | None = None
    """The channel's id of that topic; None where the group has no topics."""
    card: int | None = None
    """The channel's id of the case's card."""

    @property
    def is_of_case(self) -> bool:
        """Say whether what becomes of it matters to a case."""
        return self.topic_of is not None or self.kind is MessageKind.CLERK

    @property
    def cost(self) -> int:
        """How many messages it counts for: several that are copied count each, several that are deleted once."""
        copies = self.payload.get("method") == "copyMessages"
        return max(1, len(self.payload.get("params", {}).get("message_ids", ()))) if copies else 1


@dataclass(frozen=True)
class Arrived:
    """A message that was sent."""

    message: int
    message_id: int | None
    """The channel's id of it."""
    at: datetime
    copies: tuple[int, ...] = ()
    """The ids of several messages that were copied at once."""
    is_of_case: bool = False


@dataclass(frozen=True)
class Spent:
    """A message that counts against Telegram's limits."""

    chat: str
    at: datetime
    chat_id: int = 0
    """The channel's own id; 0 when it was erased."""


def pause(attempts: int) -> timedelta:
    """Return how long to wait after so many failures: 1, 2, 4, 8 … seconds, at most a minute."""
    return timedelta(seconds=min(2 ** max(attempts - 1, 0), LONGEST_PAUSE.seconds))


def as_edit(payload: Mapping[str, Any], message: int) -> dict[str, Any]:
    """Return the payload that gives a message of the outbox the content of another, not sent one.

    Where nobody knows whether that message arrived there is none to change: `otherwise` sends the content as a new one.
    """
    params = {key: value for key, value in payload["params"].items() if key not in _PLACING}
    changing = {"method": "editMessageText", "otherwise": payload["method"]}
    return {**payload, **changing, "params": params, "message": message}


def as_deletion(message: int) -> dict[str, Any]:
    """Return the payload that takes a message of the outbox back."""
    return {"method": "deleteMessage", "params": {}, "message": message}


def after_doubt(kind: MessageKind, attempts: int, most: int) -> SendState:
    """Decide about a message that may have arrived: again where a copy is harmless, else a person decides."""
    return SendState.QUEUED if kind.may_come_twice and attempts < most else SendState.UNKNOWN
