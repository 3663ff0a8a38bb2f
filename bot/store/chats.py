"""Chats and their questions in the database."""

import secrets
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
from bot.store.database import Database
from bot.store.tables import chat as chats
from bot.store.tables import question as questions


def new_key() -> str:
    """Return a random key for a new chat."""
    return secrets.token_urlsafe(16)


class SqlChats:
    """The chats of one channel."""

    def __init__(self, database: Database, channel: str) -> None:
        self._database = database
        self._channel = channel

    def load(self, chat: str) -> Saved:
        """Return a chat's state; a fresh one when the chat is new."""
        query = sa.select(chats.c.state, chats.c.version).where(chats.c.key == chat)
        row = self._database.read(lambda connection: connection.execute(query).one_or_none())
        return Saved(ChatState.from_dict(row.state), row.version) if row else Saved(ChatState(), 0)

    def commit(self, chat: str, version: int, outcome: Outcome, now: datetime) -> None:
        """Write an outcome in one transaction; raise ConflictError when the stored version is another one."""

        def work(connection: Connection) -> None:
            self._save(connection, chat, version, outcome.state, now)
            for question in outcome.questions:
                connection.execute(sa.insert(questions).values(chat_key=chat, **_row(question)))
            for mark in outcome.marks:
                connection.execute(_marking(chat, mark))

        try:
            self._database.write(work)
        except IntegrityError as error:
            raise ConflictError from error

    def _save(self, connection: Connection, chat: str, version: int, state: ChatState, now: datetime) -> None:
        """Write the state if nobody else did since it was loaded."""
        values = {"state": state.to_dict(), "version": version + 1, "updated_at": now}
        if version == 0:
            connection.execute(sa.insert(chats).values(key=chat, channel=self._channel, **values))
            return
        same = (chats.c.key == chat) & (chats.c.version == version)
        if connection.execute(sa.update(chats).where(same).values(**values)).rowcount != 1:
            raise ConflictError


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
    }


def _marking(chat: str, mark: Mark) -> sa.Update:
    """Return the statement that gives a question its feedback, and the entry that was picked."""
    same = (questions.c.chat_key == chat) & (questions.c.number == mark.number)
    values = {"feedback": mark.feedback.value, **({"entry": mark.entry} if mark.entry else {})}
    return sa.update(questions).where(same).values(**values)
