"""A case: a citizen and the clerks who answer them; the values, without what may happen to them."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Side(StrEnum):
    """Who wrote something."""

    CITIZEN = "citizen"
    STAFF = "staff"
    NOTE = "note"
    """A clerk, for colleagues alone."""

    @property
    def other(self) -> "Side":
        """Return who reads it."""
        return Side.STAFF if self is Side.CITIZEN else Side.CITIZEN


class CaseState(StrEnum):
    """Whose turn it is."""

    OPEN = "open"
    """Nobody has taken it."""
    ASSIGNED = "assigned"
    """A clerk has taken it, and is to answer."""
    WAITING = "waiting"
    """A clerk has answered."""
    CLOSED = "closed"


class TopicState(StrEnum):
    """What is known of a case's topic."""

    OPENING = "opening"
    UNKNOWN = "unknown"
    """The call got no answer: it may be there."""
    THERE = "there"
    NONE = "none"
    """The group has no topics, or the bot may open none: the case lives among all the others."""


class LinkState(StrEnum):
    """What became of something that was written."""

    QUEUED = "queued"
    SENT = "sent"
    FAILED = "failed"
    UNKNOWN = "unknown"
    """It may have arrived; a clerk decides."""
    TAKEN = "taken"
    """It was taken back."""
    NOTE = "note"
    """It was for nobody on the other side."""


@dataclass(frozen=True)
class Case:
    """A citizen's wish to speak with a human, from the beginning to the end."""

    number: int
    chat: str | None
    """Key of the citizen's chat; None once it was erased."""
    opened_at: datetime
    state: CaseState = CaseState.OPEN
    topic: TopicState = TopicState.OPENING
    thread: int | None = None
    generation: int = 1
    """Topics opened for it."""
    card: int | None = None
    """The channel's id of the card."""
    assignee: str | None = None
    """Key of the person who took it."""
    clerk: str = ""
    """Their name."""
    first_reply_at: datetime | None = None
    delivered_at: datetime | None = None
    promised_at: datetime | None = None
    closed_at: datetime | None = None
    theme: str = ""
    department: str = ""
    summary: str = ""
    """The last questions, and what the bot made of them."""
    close_reason: str = ""
    closed_by: str = ""
    rating: int | None = None
    solved: bool | None = None
    barred: bool = False
    """The citizen gets no further case."""
    hinted: tuple[str, ...] = ()
    """Persons who know that their words stay internal."""
    version: int = 0
    """0: not stored yet."""

    @property
    def is_open(self) -> bool:
        """Say whether anything may still be passed on."""
        return self.state is not CaseState.CLOSED


@dataclass(frozen=True)
class Link:
    """Something that was written in a case, and what became of it."""

    id: int
    case: int
    side: Side
    message: int
    """The channel's id of it where it was written."""
    state: LinkState
    at: datetime
    copy: int | None = None
    """The channel's id of it on the other side."""
    outbox: int | None = None
    """Id of what carries it."""
    album: int | None = None
    """First message of the album that it is a part of."""
    edit_failed: bool = False
    sent_at: datetime | None = None
    text: str | None = None
    author: str = ""
    spoken: bool = False
    """The text went out, not a copy of the message."""


@dataclass(frozen=True)
class Folder:
    """A case with all that was written in it, oldest first."""

    case: Case
    links: tuple[Link, ...] = ()


@dataclass(frozen=True)
class Clerk:
    """Somebody of the staff group."""

    person: str
    """Random key."""
    name: str
    hinted: bool = False
    """Was told where to write."""
    away: bool = False


class DueKind(StrEnum):
    """What has to be done about a case at a moment."""

    CARD = "card"
    FAILURE = "failure"
    TOPIC = "topic"
    REMIND = "remind"
    LATE = "late"
    """The promise will be missed."""
    BLOCKED = "blocked"
    MOVED = "moved"
    """The clerks' group goes on elsewhere: the case needs a new place."""
    ERASE = "erase"
    """What an erased citizen wrote could not be deleted on the clerks' side."""
    FORGET = "forget"
    """The case is over for so long that its topic goes."""


@dataclass(frozen=True)
class Due:
    """Something to do about a case."""

    case: int
    kind: DueKind
    at: datetime


@dataclass(frozen=True)
class CaseDraft:
    """A case's question and a clerk's answer, for the review list; redacted before they are kept."""

    case: int
    question: str
    answer: str


@dataclass(frozen=True)
class CaseChange:
    """What an event changes about a case, apart from messages."""

    case: Case | None = None
    due: tuple[Due, ...] = ()
    undue: tuple[tuple[int, DueKind], ...] = ()
    """No longer to be done."""
    notes: tuple[Link, ...] = ()
    """Written for colleagues alone."""
    taken: tuple[int, ...] = ()
    """Ids of links that were taken back."""
    told: tuple[int, ...] = ()
    """Ids of links whose failure is told now."""
    clerk: Clerk | None = None
    draft: CaseDraft | None = None
    unbars: bool = False
    """No other case of its citizen bars them any more."""
