"""Questions in the log, as the review list finds them."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bot.effects import Feedback, Mark
from bot.grouping import Shape, group
from bot.journal import Question
from bot.ports import Outcome
from bot.state import ChatState
from bot.store.chats import SqlChats
from bot.store.database import Database
from bot.store.grouping import SqlGrouping
from intents.background import unit
from intents.decision import Candidate, DecisionKind
from tests.fakes import NOW, FakeUnderstanding, meaning_of

SHAPE = Shape(lambda _encoder, vectors: unit(vectors), lambda _word: 1.0)
_READER = FakeUnderstanding()


def asked(text: str, *, at: datetime = NOW, number: int = 1, **more: Any) -> Question:
    """Return a question that found no answer."""
    words = _READER.lemma_key(text)
    candidates = (Candidate("beschluss", 0.3), Candidate("begleitung", 0.1))
    question = Question(
        number, at, text, DecisionKind.FALLBACK, "below_threshold", None, 0.3, candidates, "f", "m",
        embedding=meaning_of(words), lemmas=words,
    )  # fmt: skip
    return replace(question, **more)


def log(store: Database, *questions: Question, chat: str = "c") -> None:
    """Write questions into the log of a chat."""
    chats = SqlChats(store, "console")
    before = chats.load(chat)
    asked_before = store.read(
        lambda c: c.scalar(sa.text("SELECT max(number) FROM question WHERE chat_key = :chat"), {"chat": chat})
    )
    numbered = [replace(each, number=n) for n, each in enumerate(questions, start=(asked_before or 0) + 1)]
    chats.commit(chat, before.version, Outcome(ChatState(asked=len(numbered)), tuple(numbered)), NOW)


def rate(store: Database, number: int, feedback: Feedback, chat: str = "c") -> None:
    """Let a citizen say what they think of an answer."""
    chats = SqlChats(store, "console")
    saved = chats.load(chat)
    chats.commit(chat, saved.version, Outcome(saved.state, marks=(Mark(number, feedback),)), NOW)


def regroup(store: Database, now: datetime = NOW) -> tuple[int, int]:
    """Group the questions, as the verb does."""
    return group(SqlGrouping(store), SHAPE, lambda: _READER, now, lambda _done, _all: None)


def numbers(store: Database) -> dict[str, int]:
    """Return the group of each wording."""
    query = "SELECT text, cluster FROM question JOIN review_item ON question_id = question.id ORDER BY question.id"
    return dict(rows(store, query))


def rows(store: Database, statement: str) -> Sequence[tuple[Any, ...]]:
    """Return what a query finds."""
    return store.read(lambda connection: [tuple(row) for row in connection.execute(sa.text(statement))])
