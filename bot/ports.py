"""What the use cases need from outside, as Protocols."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.effects import Mark
from bot.journal import Question
from bot.state import ChatState
from intents.decision import Decision
from intents.query import Query


class Understanding(Protocol):
    """Decides questions; intents.matcher.Matcher is one."""

    def match(self, query: Query, /) -> Decision:
        """Decide one question."""

    def match_many(self, queries: Sequence[Query], /) -> list[Decision]:
        """Decide several questions, in their order."""

    def lemma_key(self, text: str, /) -> str:
        """Return the sorted content lemmas of a text: the same for wordings that differ in form alone."""


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


class Chats(Protocol):
    """Keeps the chats and what was asked in them."""

    def load(self, chat: str) -> Saved:
        """Return a chat's state; a fresh one when the chat is new."""

    def commit(self, chat: str, version: int, outcome: Outcome, now: datetime) -> None:
        """Write an outcome durably; raise ConflictError when the stored version is another one."""
