"""The review list: which questions somebody should look at, why, and what became of it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from bot.effects import Feedback
from intents.decision import Candidate, DecisionKind

UNSURE = 0.88
"""An answer whose lead over the next entry is smaller was a near thing: about every twelfth."""

NEAR = 0.015
"""An entry that is likely by less is not near: one would read «0 %» or «1 %»."""


class ItemState(StrEnum):
    """What became of a question in the review."""

    NEW = "new"
    WORKING = "working"
    DONE = "done"
    IGNORED = "ignored"


class Why(StrEnum):
    """Why a question is in the review list."""

    UNANSWERED = "unanswered"
    NONE = "none"
    """«Nichts davon»."""
    UNPICKED = "unpicked"
    """Asked back, and nothing was picked."""
    NOT_HELPED = "not_helped"
    WRONG = "wrong"
    UNCLEAR = "unclear"
    INCOMPLETE = "incomplete"
    UNSURE = "unsure"
    """Answered, but another entry was almost as likely."""
    OUTSIDE = "outside"
    """Not our matter: sent on."""
    CASE = "case"
    """A clerk's answer that may become an entry."""


STATE_WORDS: Mapping[ItemState, str] = {
    ItemState.NEW: "neu",
    ItemState.WORKING: "in Arbeit",
    ItemState.DONE: "erledigt",
    ItemState.IGNORED: "ignoriert",
}

WHY_WORDS: Mapping[Why, str] = {
    Why.UNANSWERED: "ohne Antwort",
    Why.NONE: "«Nichts davon»",
    Why.UNPICKED: "Rückfrage blieb offen",
    Why.NOT_HELPED: "hat nicht geholfen",
    Why.WRONG: "Antwort falsch",
    Why.UNCLEAR: "Antwort unverständlich",
    Why.INCOMPLETE: "Antwort unvollständig",
    Why.UNSURE: "knapp entschieden",
    Why.OUTSIDE: "nicht zuständig, weitergeleitet",
    Why.CASE: "Entwurf aus einem Fall",
}

COMPLAINTS: Mapping[str, Why] = {
    Feedback.NOT_HELPED: Why.NOT_HELPED,
    Feedback.WRONG: Why.WRONG,
    Feedback.UNCLEAR: Why.UNCLEAR,
    Feedback.INCOMPLETE: Why.INCOMPLETE,
}


QUIET = frozenset({Why.UNANSWERED, Why.NONE, Why.UNPICKED, Why.UNSURE, Why.OUTSIDE})
"""What joins a group that is ignored is ignored as well; a complaint is not."""


def state_of(found: Collection[str]) -> ItemState:
    """Return the state of a group: that of the item which most needs somebody."""
    return next(state for state in ItemState if state in found)


def joined(state: str, because: str, group: str | None) -> str:
    """Return the state of an item that joins a group, in which somebody may be at work."""
    if state != ItemState.NEW or group is None:
        return state
    if group == ItemState.IGNORED and because in QUIET:
        return ItemState.IGNORED
    return ItemState.WORKING if group == ItemState.WORKING else state


class Action(StrEnum):
    """What somebody did about questions."""

    TAKE = "take"
    DONE = "done"
    IGNORE = "ignore"
    REOPEN = "reopen"
    OUTSIDE = "outside"
    """It is not our matter."""
    WORDINGS = "wordings"
    """Their wordings became phrasings of an entry."""
    NEGATIVES = "negatives"
    """Their wordings became what an entry must not answer."""
    ENTRY = "entry"
    """A new entry was made of them."""


AFTER: Mapping[Action, ItemState] = {
    Action.TAKE: ItemState.WORKING,
    Action.DONE: ItemState.DONE,
    Action.IGNORE: ItemState.IGNORED,
    Action.REOPEN: ItemState.NEW,
    Action.OUTSIDE: ItemState.DONE,
    Action.WORDINGS: ItemState.DONE,
    Action.NEGATIVES: ItemState.DONE,
    Action.ENTRY: ItemState.WORKING,
}
"""In which state questions are then."""

ACTION_WORDS: Mapping[Action, str] = {
    Action.TAKE: "in Arbeit genommen",
    Action.DONE: "erledigt",
    Action.IGNORE: "ignoriert",
    Action.REOPEN: "wieder auf neu gesetzt",
    Action.OUTSIDE: "als nicht zuständig erledigt",
    Action.WORDINGS: "als Formulierung übernommen",
    Action.NEGATIVES: "als «gehört nicht hierher» vermerkt",
    Action.ENTRY: "neuer Eintrag begonnen",
}


def why(decision: str, feedback: str | None, candidates: Sequence[Candidate]) -> Why | None:
    """Say why a question should be looked at; None when all went well."""
    if feedback is not None and feedback in COMPLAINTS:
        return COMPLAINTS[feedback]
    if decision == DecisionKind.FALLBACK:
        return Why.UNANSWERED
    if decision == DecisionKind.CLARIFY and feedback != Feedback.PICKED:
        return Why.NONE if feedback == Feedback.NONE else Why.UNPICKED
    if feedback in (Feedback.HELPED, Feedback.PICKED):
        return None
    if decision == DecisionKind.REDIRECT:
        return Why.OUTSIDE
    return Why.UNSURE if decision == DecisionKind.ANSWER and is_near_thing(candidates) else None


def is_near_thing(candidates: Sequence[Candidate]) -> bool:
    """Say whether the second entry was almost as likely as the first."""
    return len(candidates) > 1 and candidates[0].confidence - candidates[1].confidence < UNSURE


class Order(StrEnum):
    """By what the review list is sorted."""

    OPEN = "offen"
    COUNT = "anzahl"
    TREND = "trend"
    LAST = "zuletzt"
    FIRST = "zuerst"


@dataclass(frozen=True)
class Filter:
    """Which groups of the review list are wanted; empty: all."""

    states: tuple[ItemState, ...] = ()
    why: Why | None = None
    entry: str = ""
    since: datetime | None = None
    """Asked last at this moment or later."""
    before: datetime | None = None
    text: str = ""
    """Words that stand in a question."""
    order: Order = Order.OPEN


@dataclass(frozen=True)
class Near:
    """An entry that was near to questions, and how likely it was right."""

    entry: str
    confidence: float
    """On average over the questions for which it was a candidate."""


@dataclass(frozen=True)
class Group:
    """Questions that ask the same, summed up."""

    number: int
    state: ItemState
    count: int
    open: int
    """New or in somebody's hands."""
    recent: int
    """Of the last seven days."""
    earlier: int
    """Of the seven days before."""
    first_seen: datetime
    last_seen: datetime
    nearest: tuple[Near, ...]
    examples: tuple[str, ...] = ()
    """The most frequent wordings; empty when their time is over."""
    whys: Mapping[Why, int] = field(default_factory=dict)
    """Known of a single group alone."""
    changed_at: datetime | None = None
    changed_by: str | None = None


@dataclass(frozen=True)
class Wording:
    """One wording in a group, however often it was asked."""

    items: tuple[int, ...]
    text: str
    count: int
    last_seen: datetime
    states: tuple[ItemState, ...]
    whys: tuple[Why, ...]
    answer: str | None = None
    """What a clerk answered, in a draft from a case."""
    case: int | None = None


@dataclass(frozen=True)
class Effect:
    """What giving wordings to an entry changed there, by the questions that have them."""

    added: Collection[int] = ()
    """Those whose words the entry did not have."""
    moved: Collection[int] = ()
    """Those whose words it had as the opposite."""


NO_EFFECT = Effect()


@dataclass(frozen=True)
class Change:
    """Something that somebody did about questions."""

    id: int
    at: datetime
    who: str
    action: Action
    entry: str | None
    count: int
    """Questions it was done to."""
    undone: bool
