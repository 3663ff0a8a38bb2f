"""Who works on a chat: kept in memory beside a SQLite file, by row locks on a server."""

import itertools
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row
from sqlalchemy.exc import DBAPIError

from bot.delivery import ALBUM_LIMIT, ALBUM_QUIET, LONGEST_PAUSE, Part
from bot.errors import ConflictError
from bot.ports import Claim, Saved
from bot.state import ChatState
from bot.store.database import Database
from bot.store.failures import told_plainly
from bot.store.tables import Moment, blocked, inbox
from bot.store.tables import chat as chats
from bot.store.tables import question as questions

QUEUED = "queued"
"""The state of an update that waits."""
IS_QUEUED: sa.ColumnElement[str] = sa.literal_column(f"'{QUEUED}'")
"""Written out: with a parameter no index of the queued rows alone would be used."""

Work = Callable[[Connection], None]


class FileHolds:
    """Busy chats of the one process that works on a SQLite file, in its memory."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._busy: dict[str, int] = {}
        self._lock = threading.Lock()
        self._numbers = itertools.count(1)

    def take(self, now: datetime, urgent: list[str]) -> Claim | None:
        """Take the oldest update of a chat that is not busy; of an urgent one, if there is."""

        def work(connection: Connection) -> Claim | None:
            head = _first(connection, _FREE, {**_moments(now), "busy": list(self._busy)}, urgent)
            return _claim(connection, head, next(self._numbers)) if head else None

        with self._lock:
            claim = self._database.read(work)
            if claim:
                self._busy[claim.chat] = claim.number
        return claim

    def end(self, claim: Claim, work: Work) -> None:
        """Write, and let go of the chat, whatever happens."""
        if self._busy.get(claim.chat) != claim.number:
            raise ConflictError
        try:
            self._database.write(work)
        finally:
            self.release(claim)

    def release(self, claim: Claim) -> None:
        """Let go of a chat, unless somebody else has it by now."""
        with self._lock:
            if self._busy.get(claim.chat) == claim.number:
                del self._busy[claim.chat]

    def close(self) -> None:
        """Let go of all chats."""
        with self._lock:
            self._busy.clear()


class ServerHolds:
    """Row locks on a PostgreSQL server; a dead worker's lock ends with its connection.

    The lock is FOR NO KEY UPDATE: it keeps every other worker away, and lets new updates of the chat in,
    whose reference to the chat would wait for a FOR UPDATE lock.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._held: dict[int, Connection] = {}
        self._numbers = itertools.count(1)

    def take(self, now: datetime, urgent: list[str]) -> Claim | None:
        """Lock the chat with the oldest update among those that nobody holds; an urgent one, if there is."""
        connection = self._database.hold()
        claim = None
        try:
            with told_plainly(self._database.place):
                claim = _locked(connection, now, urgent, next(self._numbers))
        finally:
            if claim is None:
                _close(connection)
        if claim:
            self._held[claim.number] = connection
        return claim

    def end(self, claim: Claim, work: Work) -> None:
        """Write on the connection that holds the lock, and let go with the commit."""
        connection = self._held.get(claim.number)
        if connection is None:
            raise ConflictError
        try:
            with told_plainly(self._database.place):
                work(connection)
                connection.commit()
        finally:
            self.release(claim)

    def release(self, claim: Claim) -> None:
        """Let go of a chat; what was not committed is undone."""
        _close(self._held.pop(claim.number, None))

    def close(self) -> None:
        """Let go of all chats."""
        for number in list(self._held):
            _close(self._held.pop(number, None))


def _close(connection: Connection | None) -> None:
    """Give a connection back; a broken one is simply gone."""
    if connection is not None:
        with suppress(DBAPIError):
            connection.close()


def _due_heads() -> sa.Select[Any]:
    """Select the oldest update of each chat where it is due; where it has to wait, the chat waits as a whole."""
    older, part, now = inbox.alias("older"), inbox.alias("part"), sa.bindparam("now", type_=Moment)
    first = ~sa.exists().where(
        older.c.chat_key == inbox.c.chat_key, older.c.state == IS_QUEUED, older.c.seq < inbox.c.seq
    )
    coming = sa.exists().where(
        part.c.chat_key == inbox.c.chat_key,
        part.c.state == IS_QUEUED,
        part.c.media_group_id == inbox.c.media_group_id,
        part.c.not_before > now,
    )
    blocked_at = sa.select(blocked.c.at).where(blocked.c.chat_key == inbox.c.chat_key).scalar_subquery()
    logged = sa.select(sa.func.max(questions.c.number)).where(questions.c.chat_key == inbox.c.chat_key)
    complete = ~coming | (inbox.c.not_before <= sa.bindparam("long_ago", type_=Moment))
    due = inbox.c.not_before.is_(None) | (inbox.c.not_before <= now)
    clock_was_wrong = inbox.c.not_before > sa.bindparam("never_so_late", type_=Moment)
    return (
        sa.select(inbox, chats.c.state.label("chat_state"), chats.c.version, blocked_at.label("blocked_at"))
        .add_columns(logged.scalar_subquery().label("logged"))
        .join(chats, chats.c.key == inbox.c.chat_key)
        .where(inbox.c.state == IS_QUEUED, first, due & (inbox.c.media_group_id.is_(None) | complete) | clock_was_wrong)
        .order_by(inbox.c.seq)
        .limit(1)
    )


def _moments(now: datetime) -> dict[str, datetime]:
    """Return what the statements below compare with."""
    return {"now": now, "long_ago": now + ALBUM_QUIET - ALBUM_LIMIT, "never_so_late": now + 2 * LONGEST_PAUSE}


# Building a statement costs more than running it: these are built once.
_DUE = _due_heads()
_FREE = _DUE.where(inbox.c.chat_key.not_in(sa.bindparam("busy", expanding=True)))
_UNLOCKED = _DUE.with_for_update(of=chats, key_share=True, skip_locked=True)
_PREFERRED = inbox.c.chat_key.in_(sa.bindparam("urgent", expanding=True))
_OF_CHAT = _DUE.where(inbox.c.chat_key == sa.bindparam("chat"))
_ALBUM = (
    sa.select(inbox)
    .where(inbox.c.chat_key == sa.bindparam("chat"), inbox.c.state == IS_QUEUED)
    .where(inbox.c.media_group_id == sa.bindparam("album"))
    .order_by(inbox.c.seq)
)


def _first(
    connection: Connection, statement: sa.Select[Any], values: dict[str, Any], urgent: list[str]
) -> Row[Any] | None:
    """Return the oldest update that a statement finds, of an urgent chat before all others."""
    preferred = statement.where(_PREFERRED)
    found = connection.execute(preferred, {**values, "urgent": urgent}).first() if urgent else None
    return found or connection.execute(statement, values).first()


def _locked(connection: Connection, now: datetime, urgent: list[str], number: int) -> Claim | None:
    """Lock a chat, then look at it again: its update may be done since it was found."""
    while found := _first(connection, _UNLOCKED, _moments(now), urgent):
        if head := connection.execute(_OF_CHAT, {**_moments(now), "chat": found.chat_key}).first():
            return _claim(connection, head, number)
        connection.rollback()
    return None


def _claim(connection: Connection, head: Row[Any], number: int) -> Claim:
    """Return a chat's oldest update, with the other parts of its album."""
    rows: Sequence[Row[Any]] = [head]
    if head.media_group_id:
        rows = connection.execute(_ALBUM, {"chat": head.chat_key, "album": head.media_group_id}).all()
    parts = tuple(Part(row.seq, row.raw, row.attempts) for row in rows)
    state = ChatState.from_dict(head.chat_state)
    state = replace(state, asked=max(state.asked, head.logged or 0))  # a form that cannot be read counts from 0
    return Claim(head.chat_key, Saved(state, head.version), parts, number, blocked_at=head.blocked_at)
