"""What the use cases need from outside, as Protocols."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from bot.cases import Case, CaseChange, Clerk, Due, Folder, Link, Side
from bot.delivery import Arrival, Arrived, Message, Part, Rewrite, Sending, SendState, Spent
from bot.effects import Mark, Wish
from bot.journal import Question
from bot.state import ChatState
from intents.decision import Decision, Embedding
from intents.faq import FaqBase
from intents.query import Query


class Understanding(Protocol):
    """Decides questions; intents.matcher.Matcher is one."""

    @property
    def model(self) -> str:
        """Hash of the models, as decisions carry it."""

    def match(self, query: Query, /) -> Decision:
        """Decide one question."""

    def match_many(self, queries: Sequence[Query], /) -> list[Decision]:
        """Decide several questions, in their order."""

    def lemma_key(self, text: str, /) -> str:
        """Return the sorted content lemmas of a text: the same for wordings that differ in form alone."""

    def embed(self, texts: Sequence[str], /) -> list[Embedding]:
        """Return what texts mean, comparable with what decisions carry."""

    def on(self, faq: FaqBase, today: date, /) -> "Understanding":
        """Return one for the same texts on another day, or with other entries blocked; nothing is prepared anew."""


@dataclass(frozen=True)
class Saved:
    """A chat's state as it stands in the store."""

    state: ChatState
    version: int
    """Goes up with every change; 0 for a chat that is not stored yet."""


@dataclass(frozen=True)
class Outcome:
    """All that one event changes, written in one transaction."""

    state: ChatState
    questions: tuple[Question, ...] = ()
    marks: tuple[Mark, ...] = ()
    wishes: tuple[Wish, ...] = ()
    """To hear of an answer later."""
    opened: tuple[str, ...] = ()
    """Entries whose answer was opened without words."""
    messages: tuple[Message, ...] = ()
    """What is to be sent, in order."""
    rewrite: Rewrite | None = None
    """The event was a change of an earlier message."""
    cases: CaseChange | None = None
    """What it changes about a case that people handle."""
    erases: bool = False
    """All that is stored of the chat goes; the messages go to the chat as a new one, which knows nothing."""


@dataclass(frozen=True)
class Claim:
    """The oldest update of a chat that nobody else works on; the parts of an album come together."""

    chat: str
    saved: Saved
    parts: tuple[Part, ...]
    number: int = 0
    """Tells this claim from others of the same chat in this process."""
    alone: bool = False
    """It was under way when a process died, and may be the reason: nothing else is to be handled beside it."""
    blocked_at: datetime | None = None
    """Since when the bot may not write to the chat."""


@dataclass(frozen=True)
class FaqVersion:
    """A form of the FAQ, as a file's text."""

    hash: str
    yaml: str
    author: str
    at: datetime
    """When it was written; once published, when that was."""


class Chats(Protocol):
    """Keeps the chats and what was asked in them."""

    def load(self, chat: str) -> Saved:
        """Return a chat's state; a fresh one when the chat is new."""

    def commit(self, chat: str, version: int, outcome: Outcome, now: datetime) -> None:
        """Write an outcome durably; raise ConflictError when the stored version is another one."""


class Inbox(Protocol):
    """Keeps updates until they are handled. A claim ends with finish, retry, park or release, also when these raise."""

    def put(self, arrivals: Sequence[Arrival], now: datetime) -> int:
        """Keep updates durably; return how many were new."""

    def claim(self, now: datetime) -> Claim | None:
        """Take the oldest update of a free chat; nobody else gets this chat until the claim ends."""

    def finish(self, claim: Claim, outcome: Outcome, now: datetime) -> None:
        """Write all that the update changes; raise ConflictError, and change nothing, when the chat is another one."""

    def retry(self, claim: Claim, now: datetime) -> bool:
        """Try again later; return False when it failed too often and is to be parked."""

    def park(self, claim: Claim, messages: Sequence[Message], now: datetime) -> None:
        """Set a dead letter aside, and tell the citizen."""

    def release(self, claim: Claim) -> None:
        """Let go of a chat without a change."""

    def recover(self) -> None:
        """Treat what waits at the start with care: a claim of it counts as an attempt, even if the process dies."""

    def oldest_waiting(self) -> datetime | None:
        """Return when the oldest update came that is not handled yet."""


class Outbox(Protocol):
    """Keeps messages until they are sent."""

    def add(self, messages: Sequence[Message]) -> tuple[int, ...]:
        """Keep messages durably; return their ids."""

    def take(
        self,
        now: datetime,
        *,
        most: int,
        each: int | None = None,
        without: Collection[str] = (),
        arrived: Sequence[Arrived] = (),
    ) -> tuple[Sending, ...]:
        """Note what arrived, and take the first message of each free lane, the most urgent first.

        `each` is the most that one chat gets at once; the chats in `without` get none.
        """

    def sent(self, message: int, message_id: int | None, now: datetime) -> None:
        """Note that a message arrived, and the channel's id of it."""

    def failed(self, message: int, now: datetime) -> None:
        """Note that a message, and with it what depends on it, will never arrive."""

    def topic_gone(self, message: int, thread: int | None, now: datetime) -> None:
        """Put a message back until its case has another topic than this one."""

    def topic_closed(self, message: int, case: int) -> None:
        """Put a message back behind one that opens its topic again."""

    def postpone(self, message: int, not_before: datetime) -> None:
        """Put a message back that was surely not sent."""

    def doubt(self, message: int, now: datetime) -> SendState:
        """Decide about a message that may have arrived; return what became of it."""

    def recover(self, now: datetime) -> tuple[int, ...]:
        """Decide at the start about what was under way in a crash; return the ids whose fate stays unknown."""

    def spent(self, now: datetime) -> tuple[Spent, ...]:
        """Return what counts against the limits of the last minute, oldest first."""


class Cases(Protocol):
    """Keeps the cases that people handle."""

    def next_number(self) -> int:
        """Return a number that no case has, and none will get again."""

    def open_of(self, chat: str) -> Case | None:
        """Return the open case of a citizen's chat."""

    def last_of(self, chat: str) -> Case | None:
        """Return the latest case of a citizen's chat."""

    def of_chat(self, chat: str) -> tuple[Case, ...]:
        """Return all cases of a citizen's chat."""

    def of_thread(self, thread: int) -> Case | None:
        """Return the case whose topic this is."""

    def of_number(self, number: int) -> Case | None:
        """Return a case."""

    def of_card(self, message: int) -> Case | None:
        """Return the case whose card this is."""

    def without_topic(self, person: str) -> Case | None:
        """Return the latest open case of a clerk that lives among all the others."""

    def waiting(self) -> tuple[Case, ...]:
        """Return the cases that nobody took, the oldest first."""

    def links(self, number: int) -> tuple[Link, ...]:
        """Return all that was written in a case, oldest first."""

    def written(self, number: int, side: Side, message: int) -> Link | None:
        """Return what was written in a message."""

    def written_by_staff(self, message: int) -> Link | None:
        """Return what a clerk wrote in a message of the group."""

    def carried(self, side: Side, copy: int, number: int | None = None) -> Link | None:
        """Return what was written on the one side and arrived on the other as this message."""

    def written_since(self, number: int, since: datetime) -> int:
        """Return how many messages a citizen wrote in a case since a moment."""

    def untold(self, number: int) -> tuple[Link, ...]:
        """Return what did not arrive, or perhaps not, and nobody was told of it."""

    def is_blocked(self, chat: str) -> bool:
        """Say whether the bot may not write to a chat."""

    def clerk(self, person: str) -> Clerk | None:
        """Return what is known of a clerk."""

    def due(self, now: datetime, most: int) -> tuple[Due, ...]:
        """Return what has to be done, the longest due first."""

    def done(self, due: Due, change: CaseChange, messages: Sequence[Message], now: datetime) -> None:
        """Write what came of something due; raise ConflictError when another one did it, or the case changed."""


class Handler(Protocol):
    """Turns a claimed update into what it changes; no transaction is open meanwhile."""

    def handle(self, claim: Claim, now: datetime, /) -> Outcome:
        """Return all that the update, or the album, brings about."""

    def apology(self, claim: Claim, /) -> tuple[Message, ...]:
        """Return what is told to the citizen when their update failed too often."""


class FaqVersions(Protocol):
    """Keeps the forms of the FAQ; at most one is active."""

    def active(self) -> FaqVersion | None:
        """Return what is live."""

    def active_hash(self) -> str | None:
        """Return the hash of what is live; cheap, to be asked often."""

    def last_hash(self, author: str) -> str | None:
        """Return the hash of what an author wrote or made live last."""

    def author_of(self, hash_: str) -> str | None:
        """Return who made a form live last; None for one that is not kept here."""

    def draft(self, version: FaqVersion) -> bool:
        """Keep a form that is not live; return False when it is known."""

    def publish(self, version: FaqVersion, *, instead_of: str | None) -> None:
        """Make a form live; raise ConflictError when not this hash is live any more."""

    def blocked(self) -> frozenset[str]:
        """Return the entries that must not be answered; cheap, to be asked often."""

    def left_in(self, place: str) -> frozenset[str] | None:
        """Return the hashes of what the program left in a file or took from it; None for a file it does not know."""

    def note_file(self, place: str, hashes: Collection[str]) -> None:
        """Note what the program leaves in a file, or took from it."""


@dataclass(frozen=True)
class Remains:
    """How much of a chat waits in the store, with its words."""

    dead_letters: int = 0
    """Messages of the citizen that failed too often."""
    unsent: int = 0
    """Messages to the citizen that have not surely gone."""
    awaited: tuple[int, ...] = ()
    """Numbers of the questions of which the citizen wants to hear."""
    opened: tuple[tuple[datetime, str], ...] = ()
    """Entries whose answer was opened without words, and when."""


class Records(Protocol):
    """Knows all that is kept of a chat."""

    def questions(self, chat: str) -> Sequence[Question]:
        """Return the logged questions of a chat, oldest first."""

    def cases(self, chat: str) -> Sequence[Folder]:
        """Return the cases of a chat with all that was written in them, oldest first."""

    def remains(self, chat: str) -> Remains:
        """Return what else of a chat has words in it."""

    def stays_open(self, chat: str, number: int) -> bool:
        """Say whether a question has no answer, and its words are there to be quoted with one."""


class Addresses(Protocol):
    """Knows whose random key is whose; no other part of the store holds a channel's ids."""

    def chat(self, chat_id: int, now: datetime) -> str:
        """Return the key of a chat, a new one when it is unknown."""

    def person(self, person_id: int, now: datetime) -> str:
        """Return the key of a person, a new one when they are unknown."""

    def set_blocked(self, chat: str, now: datetime, *, is_blocked: bool) -> None:
        """Note that a chat may not be written to, and give up what waits for it; or that it may be again."""

    def migrate(self, chat: str, chat_id: int, now: datetime) -> None:
        """Give a group its new id."""

    def telegram_id(self, chat: str) -> int | None:
        """Return the channel's id of a chat."""


class Leadership(Protocol):
    """Says whether this process is the one that may do something; bot.store.locks.LeaderLock is one."""

    def take(self) -> bool:
        """Try to become the leader; return whether this process is it."""

    def is_held(self) -> bool:
        """Say whether this process still is the leader."""

    def release(self) -> None:
        """Stop being the leader."""
