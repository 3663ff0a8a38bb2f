"""A rewritten question: what was logged of it goes, and its answer changes, wherever that is by now."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from bot.delivery import Message, MessageKind, Rewrite, SendState, as_deletion, as_edit
from bot.store.outbox import queue
from bot.store.tables import outbox
from bot.store.tables import question as questions

_THERE = (SendState.QUEUED, SendState.SENDING, SendState.SENT)
"""States of messages that the citizen sees, or will see."""


def unlog(connection: Connection, chat: str, message: int) -> None:
    """Take out of the log what a message asked; its new wording is logged instead."""
    same = (questions.c.chat_key == chat) & (questions.c.message == message)
    connection.execute(sa.delete(questions).where(same))


def answer_anew(connection: Connection, chat: str, rewrite: Rewrite, messages: Sequence[Message]) -> None:
    """Let messages take the place of those that answered before, part by part; or send them, as a new answer."""
    rows = _rows(connection, chat, rewrite.message)
    if not rewrite.in_place:
        _detach(connection, rows)
        queue(connection, messages)
        return
    parts = _parts(connection, rows)
    for row, message in zip(parts, messages, strict=False):
        _replace(connection, row, message)
    for row in parts[len(messages) :]:
        _withdraw(connection, chat, row)
    _append(connection, parts, messages[len(parts) :])


def _rows(connection: Connection, chat: str, message: int) -> Sequence[Row[Any]]:
    """Return what answers a message, and keep the sender away from it until the end of the transaction."""
    same = (outbox.c.chat_key == chat) & (outbox.c.answers == message)
    return connection.execute(sa.select(outbox).where(same).order_by(outbox.c.id).with_for_update()).all()


def _parts(connection: Connection, rows: Sequence[Row[Any]]) -> list[Row[Any]]:
    """Return the parts of the latest answer; an earlier change that waits is out of date and goes."""
    stale = [row for row in rows if row.kind == MessageKind.EDIT and row.state == SendState.QUEUED]
    _drop(connection, stale)
    lost = [row for row in rows if row.kind == MessageKind.TEXT and row.state not in _THERE]
    _detach(connection, lost)
    return [row for row in rows if row.kind == MessageKind.TEXT and row.state in _THERE]


def _replace(connection: Connection, row: Row[Any], message: Message) -> None:
    """Give a message that waits another content; change one that is under way or there."""
    if row.state == SendState.QUEUED:
        values = {"payload": dict(message.payload), "priority": min(row.priority, message.priority)}
        connection.execute(_one(row).values(**values))
        return
    queue(connection, [_edit(row, message, as_edit(message.payload, row.id))])


def _withdraw(connection: Connection, chat: str, row: Row[Any]) -> None:
    """Drop a part that is too many: unsent it goes, sent it is deleted at the citizen's."""
    if row.state == SendState.QUEUED:
        _drop(connection, [row])
        return
    _detach(connection, [row])
    gone = Message(chat, MessageKind.EDIT, as_deletion(row.id), row.lane, row.priority, row.id)
    queue(connection, [gone])


def _append(connection: Connection, parts: Sequence[Row[Any]], messages: Sequence[Message]) -> None:
    """Send the parts that the earlier answer did not have, after the last that it had."""
    if messages:
        before = parts[-1].id if parts else None
        queue(connection, [replace(messages[0], depends_on=before, follows=False), *messages[1:]])


def _edit(row: Row[Any], message: Message, payload: dict[str, Any]) -> Message:
    """Return the message that changes one of the outbox, once that has gone out."""
    return replace(message, kind=MessageKind.EDIT, payload=payload, lane=row.lane, depends_on=row.id, follows=False)


def _one(row: Row[Any]) -> sa.Update:
    return sa.update(outbox).where(outbox.c.id == row.id)


def _drop(connection: Connection, rows: Sequence[Row[Any]]) -> None:
    """Delete messages that wait."""
    connection.execute(sa.delete(outbox).where(outbox.c.id.in_([row.id for row in rows])))


def _detach(connection: Connection, rows: Sequence[Row[Any]]) -> None:
    """Let messages stand as they are: they answer nothing any more."""
    connection.execute(sa.update(outbox).where(outbox.c.id.in_([row.id for row in rows])).values(answers=None))
