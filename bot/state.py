"""What is remembered of a chat between two turns."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from typing import Any

from intents.query import Context

VERSION = 1
"""Version of the serialised form."""

CONTEXT_SECONDS = 15 * 60.0
"""How long a question can refer to the one before it."""


@dataclass(frozen=True)
class Earlier:
    """What stood before the last question, for when the citizen rewrites that one."""

    question: str = ""
    entry: str | None = None
    offered: tuple[str, ...] = ()


@dataclass(frozen=True)
class ChatState:
    """The memory of one chat; small and serialisable. `last_question` may hold names, which no redaction finds."""

    introduced: bool = False
    """The citizen was told that this is a program."""
    plain: bool = False
    """Answers come in plain language."""
    asked: int = 0
    """Number of questions so far."""
    last_question: str = ""
    """The last question as it was understood, redacted; forgotten after CONTEXT_SECONDS and at the chat's end."""
    last_entry: str | None = None
    offered: tuple[str, ...] = ()
    """Entries of an open «Meinten Sie …?»."""
    listed: tuple[tuple[int, str], ...] = ()
    """Number and token of every choice of the latest numbered list."""
    pending: bool = False
    """The last reply ended with choices, so that «ja» and «nein» mean something."""
    at: datetime | None = None
    """When the last turn was."""
    message: int = 0
    """The channel's id of the message with the last question; 0 where messages cannot be rewritten."""
    earlier: Earlier = Earlier()
    missed: int = 0
    """Questions in a row that stayed unanswered."""

    def age(self, now: datetime) -> float:
        """Return the seconds since the last turn; never negative."""
        return max(0.0, (now - self.at).total_seconds()) if self.at else 0.0

    def is_fresh(self, now: datetime) -> bool:
        """Say whether what was said last still counts."""
        return self.at is not None and self.age(now) <= CONTEXT_SECONDS

    def context(self, now: datetime) -> Context | None:
        """Return what the next question may refer to, None when there is nothing."""
        if not self.is_fresh(now) or not (self.last_question or self.last_entry or self.offered):
            return None
        return Context(self.last_question, self.last_entry, self.offered, self.age(now))

    def forgetting(self, now: datetime) -> "ChatState":
        """Return the state without the last question once nothing can refer to it any more."""
        return self if self.is_fresh(now) else self.wordless()

    def wordless(self) -> "ChatState":
        """Return the state without any words of the citizen."""
        return replace(self, last_question="", earlier=replace(self.earlier, question=""))

    def asked_in(self, message: int, before: "ChatState") -> "ChatState":
        """Return the state with where its last question stands, and what stood before it."""
        earlier = Earlier(before.last_question, before.last_entry, before.offered)
        return replace(self, message=message, earlier=earlier)

    def rewound(self) -> "ChatState":
        """Return the state as it was before the last question, whose number is not given again.

        Below its answer stand buttons with that number, which may be pressed after the answer became another one.
        """
        before = self.earlier
        context = replace(self.without_context(), last_question=before.question, last_entry=before.entry)
        return replace(context, offered=before.offered)

    def without_context(self) -> "ChatState":
        """Return the state with everything the citizen said forgotten."""
        blank: dict[str, Any] = {"last_question": "", "last_entry": None, "offered": (), "listed": ()}
        return replace(self, **blank, pending=False, earlier=Earlier())

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON-ready form."""
        return {**asdict(self), "version": VERSION, "at": self.at.isoformat() if self.at else None}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> "ChatState":
        """Read to_dict() back; a form of another version or a broken one is a new chat."""
        if data.get("version") != VERSION:
            return cls()
        try:
            return cls._read(data)
        except (KeyError, TypeError, ValueError):
            return cls()

    @classmethod
    def _read(cls, data: Mapping[str, Any]) -> "ChatState":
        return cls(
            introduced=bool(data["introduced"]),
            plain=bool(data["plain"]),
            asked=int(data["asked"]),
            last_question=str(data["last_question"]),
            last_entry=None if data["last_entry"] is None else str(data["last_entry"]),
            offered=tuple(map(str, data["offered"])),
            listed=tuple((int(number), str(token)) for number, token in data["listed"]),
            pending=bool(data["pending"]),
            at=datetime.fromisoformat(data["at"]).astimezone(UTC) if data["at"] else None,
            message=int(data.get("message", 0)),
            earlier=_earlier(data.get("earlier", {})),
            missed=int(data.get("missed", 0)),
        )


def _earlier(data: Mapping[str, Any]) -> Earlier:
    """Read what stood before the last question; states of earlier releases do not know it."""
    if not data:
        return Earlier()
    entry = None if data["entry"] is None else str(data["entry"])
    return Earlier(str(data["question"]), entry, tuple(map(str, data["offered"])))
