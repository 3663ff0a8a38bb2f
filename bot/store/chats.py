"""Chats and their questions in the database."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection
from sqlalchemy.exc import IntegrityError

from bot.effects import Mark
from bot.errors import ConflictError
from bot.journal import Question
from bot.ports import Outcome, Saved
from bot.state import ChatState
from bot.store.cases import save_change
from bot.store.database import Database
from bot.store.inserting import insert_new
from bot.store.notice_tables import opening
from bot.store.notices import save_wish
from bot.store.outbox import queue
from bot.store.rewriting import answer_anew, unlog
from bot.store.tables import chat as chats
from bot.store.tables import question as questions


class SqlChats:
    """The chats of one channel."""

    def __init__(self, database: Database, channel: str) -> None:
        self._database = database
        self._channel = channel

    def load(self, chat: str) -> Saved:
        """Return a chat's state; a fresh one when the chat is new."""
        return self._database.read(lambda connection: load_chat(connection, chat))

    def commit(self, chat: str, version: int, outcome: Outcome, now: datetime) -> None:
        """Write an outcome in one transaction; raise ConflictError when the stored version is another one."""

        def work(connection: Connection) -> None:
            if version == 0:
                fresh = {"channel": self._channel, "state": {}, "version": 0, "updated_at": now}
                insert_new(connection, chats, {"key": chat, **fresh}, "key")
            save_outcome(connection, chat, version, outcome, now)

        try:
            self._database.write(work)
        except IntegrityError as error:
            raise ConflictError from error


_STATE = sa.select(chats.c.state, chats.c.version).where(chats.c.key == sa.bindparam("chat"))
_SAVING = (
    sa.update(chats)
    .where(chats.c.key == sa.bindparam("chat"), chats.c.version == sa.bindparam("loaded"))
    .values(state=sa.bindparam("new_state", type_=sa.JSON), version=chats.c.version + 1, updated_at=sa.bindparam("at"))
)
_LOGGING = sa.insert(questions)
_OPENING = sa.insert(opening)


def load_chat(connection: Connection, chat: str) -> Saved:
    """Return a chat's state within a unit of work."""
    row = connection.execute(_STATE, {"chat": chat}).one_or_none()
    return Saved(ChatState.from_dict(row.state), row.version) if row else Saved(ChatState(), 0)


def save_outcome(connection: Connection, chat: str, version: int, outcome: Outcome, now: datetime) -> None:
    """Write an outcome within a unit of work, if nobody changed the chat since it was loaded."""
    values = {"chat": chat, "loaded": version, "new_state": outcome.state.to_dict(), "at": now}
    if connection.execute(_SAVING, values).rowcount != 1:
        raise ConflictError
    if outcome.rewrite:
        unlog(connection, chat, outcome.rewrite.message)
    for question in outcome.questions:
        connection.execute(_LOGGING, {"chat_key": chat, **_row(question)})
    for mark in outcome.marks:
        connection.execute(_marking(chat, mark))
    for wish in outcome.wishes:
        save_wish(connection, chat, wish, now)
    for entry in outcome.opened:
        connection.execute(_OPENING, {"chat_key": chat, "entry": entry, "at": now})
    if outcome.cases:
        save_change(connection, outcome.cases, now)
    if outcome.rewrite:
        answer_anew(connection, chat, outcome.rewrite, outcome.messages)
    else:
        queue(connection, outcome.messages)


def _row(question: Question) -> dict[str, Any]:
    """Return a question as column values."""
    candidates = [{"id": c.id, "confidence": c.confidence} for c in question.candidates]
    return {
        "number": question.number,
        "at": question.at,
        "text": question.text,
        "decision": question.decision,
        "reason": question.reason,
        "entry": question.entry,
        "confidence": question.confidence,
        "candidates": candidates,
        "faq": question.faq,
        "model": question.model,
        "feedback": question.feedback,
        "message": question.message,
        "embedding": question.embedding.vector if question.embedding else None,
        "encoder": question.embedding.encoder if question.embedding else None,
        "lemmas": question.lemmas,
    }


def _marking(chat: str, mark: Mark) -> sa.Update:
    """Return the statement that gives a question its feedback, and the entry that was picked."""
    same = (questions.c.chat_key == chat) & (questions.c.number == mark.number)
    values = {"feedback": mark.feedback.value, **({"entry": mark.entry} if mark.entry else {})}
    return sa.update(questions).where(same).values(**values)
