"""The question log: reading it, and forgetting in time."""

from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from bot.journal import Question
from bot.state import CONTEXT_SECONDS, ChatState
from bot.store.database import Database
from bot.store.notices import forget_notices
from bot.store.review_tables import review_item
from bot.store.tables import chat as chats
from bot.store.tables import question as questions
from intents.decision import Candidate, Embedding

CONTEXT_KEPT = timedelta(seconds=CONTEXT_SECONDS)
"""How long a silent chat's last question stays in its state."""

_WORDLESS = {"text": None, "embedding": None, "encoder": None, "lemmas": None}
"""All that tells what was asked."""


def questions_since(database: Database, moment: datetime) -> list[Question]:
    """Return the logged questions from a moment on whose text is still there, oldest first."""
    kept = (questions.c.at >= moment) & questions.c.text.is_not(None)
    query = sa.select(questions).where(kept).order_by(questions.c.id)
    return database.read(lambda connection: [_question(row) for row in connection.execute(query)])


def questions_of(connection: Connection, chat: str) -> list[Question]:
    """Return the logged questions of a chat within a unit of work, oldest first."""
    query = sa.select(questions).where(questions.c.chat_key == chat).order_by(questions.c.number)
    return [_question(row) for row in connection.execute(query)]


def forget(database: Database, *, now: datetime, before: datetime) -> int:
    """Delete question texts from before a moment, with all that tells of them, and the context of silent chats.

    Return how many texts.
    """

    def work(connection: Connection) -> int:
        old = (questions.c.at < before) & questions.c.text.is_not(None)
        without_words = sa.select(questions.c.id).where(old)
        connection.execute(sa.delete(review_item).where(review_item.c.question_id.in_(without_words)))
        count = connection.execute(sa.update(questions).where(old).values(**_WORDLESS)).rowcount
        forget_notices(connection, before)
        _forget_contexts(connection, max(before, now - CONTEXT_KEPT))
        return count

    count = database.write(work)
    database.shrink_log()
    return count


def _forget_contexts(connection: Connection, before: datetime) -> None:
    """Take what the citizen said last out of the state of chats that fell silent.

    One that speaks again in this moment is left alone: its row was locked, and is another one by now.
    """
    words = (chats.c.state["last_question"].as_string(), chats.c.state[("earlier", "question")].as_string())
    silent = (chats.c.updated_at < before) & sa.or_(*(each != "" for each in words))
    found = connection.execute(sa.select(chats.c.key, chats.c.state, chats.c.version).where(silent)).all()
    for row in found:
        state = ChatState.from_dict(row.state).without_context().to_dict()
        values = {"state": state, "version": row.version + 1}
        same = (chats.c.key == row.key) & (chats.c.version == row.version)
        connection.execute(sa.update(chats).where(same).values(**values))


def _question(row: Row[Any]) -> Question:
    """Return a row as a value."""
    candidates = tuple(Candidate(c["id"], c["confidence"]) for c in row.candidates)
    embedding = Embedding(row.encoder, row.embedding) if row.embedding else None
    values = {name: value for name, value in row._mapping.items() if name not in ("id", "chat_key", "encoder")}
    return Question(**{**values, "candidates": candidates, "embedding": embedding})
