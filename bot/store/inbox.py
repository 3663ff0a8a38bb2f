"""The inbox: updates from their arrival until they are handled, one at a time in each chat."""

import itertools
import math
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row
from sqlalchemy.exc import DBAPIError, IntegrityError

from bot.delivery import (
    ALBUM_LIMIT,
    ALBUM_QUIET,
    LONGEST_PAUSE,
    MOST_ATTEMPTS,
    URGENCY_KEPT,
    Arrival,
    Message,
    Part,
    pause,
)
from bot.errors import ConflictError, StoreError
from bot.ports import Claim, Outcome, Saved
from bot.state import ChatState
from bot.store.addresses import chat_key, follow_group
from bot.store.chats import save_outcome
from bot.store.database import Database
from bot.store.erasure import erase
from bot.store.failures import told_plainly
from bot.store.inserting import insert_new
from bot.store.outbox import queue
from bot.store.tables import Moment, blocked, inbox
from bot.store.tables import chat as chats
from bot.store.tables import question as questions
from bot.store.wakeup import WORK, tell

QUEUED, DONE, DEAD = "queued", "done", "dead"
"""States of an update."""

_QUEUED: sa.ColumnElement[str] = sa.literal_column(f"'{QUEUED}'")
"""Written out: with a parameter no index of the queued rows alone would be used."""

Work = Callable[[Connection], None]


class SqlInbox:
    """The updates in the database; what differs between the engines is how a chat is kept to oneself."""

    def __init__(self, database: Database, *, keeps_dead: bool = True) -> None:
        self._database = database
        self._keeps_dead = keeps_dead
        """Whether the words of a dead letter may stay."""
        self._holds = ServerHolds(database) if database.is_server else FileHolds(database)
        self._urgent = Urgent()
        self._old = 0
        """Updates up to this one were there at the start: one of them may have brought the last process down."""

    def put(self, arrivals: Sequence[Arrival], now: datetime) -> int:
        """Keep updates durably; return how many were new."""
        try:
            return self._put(arrivals, now)
        except IntegrityError:  # one of the chats was erased in this moment; now it is found anew
            return self._put(arrivals, now)

    def recover(self) -> None:
        """Treat what waits at the start with care: a claim of it is counted before it is handled."""
        self._old = self._database.read(lambda connection: connection.scalar(_NEWEST)) or 0

    def claim(self, now: datetime) -> Claim | None:
        """Take the oldest update of a free chat; nobody else gets this chat until the claim ends."""
        claim = self._holds.take(now, self._urgent.chats(now))
        if claim:
            self._urgent.taken(claim)
        if claim is None or claim.parts[0].seq > self._old:
            return claim
        return self._counted(claim)

    def oldest_waiting(self) -> datetime | None:
        """Return when the oldest update came that is not handled yet."""
        return self._database.read(lambda connection: connection.scalar(_OLDEST))

    def finish(self, claim: Claim, outcome: Outcome, now: datetime) -> None:
        """Write all that the update changes; raise ConflictError, and change nothing, when the chat is another one."""

        def work(connection: Connection) -> None:
            kept = replace(outcome, messages=()) if outcome.erases else outcome
            save_outcome(connection, claim.chat, claim.saved.version, kept, now)
            _finish(connection, claim, now)
            if outcome.erases:
                erase(connection, claim.chat, outcome.messages, now)

        self._end(claim, work)
        if outcome.erases:
            with suppress(StoreError):  # it is tried again
                self._database.shrink_log()

    def retry(self, claim: Claim, now: datetime) -> bool:
        """Try again later; return False when it failed too often and is to be parked."""
        attempts = 1 + max(part.attempts for part in claim.parts)
        if attempts >= MOST_ATTEMPTS:
            return False
        values = {"attempts": attempts, "not_before": now + pause(attempts)}
        self._end(claim, lambda connection: _change(connection, claim, **values))
        return True

    def park(self, claim: Claim, messages: Sequence[Message], now: datetime) -> None:
        """Set a dead letter aside, and tell the citizen."""

        def work(connection: Connection) -> None:
            attempts = 1 + max(part.attempts for part in claim.parts)
            words = {} if self._keeps_dead else {"raw": None}
            _change(connection, claim, state=DEAD, attempts=attempts, not_before=now, **words)
            queue(connection, messages)

        self._end(claim, work)

    def release(self, claim: Claim) -> None:
        """Let go of a chat without a change."""
        self._holds.release(claim)

    def close(self) -> None:
        """Let go of all chats."""
        self._holds.close()

    def _put(self, arrivals: Sequence[Arrival], now: datetime) -> int:
        def work(connection: Connection) -> list[Arrival]:
            new = [each for each in arrivals if _put(connection, each, now)]
            if new:
                tell(connection, WORK)
            for each in new:
                if each.urgent:
                    self._urgent.add(*_place(connection, each), now)
            return new

        return len(self._database.write(work))

    def _counted(self, claim: Claim) -> Claim:
        """Count that an old update is taken, before it can do harm; one that was counted before stays alone."""
        values = {"seqs": [part.seq for part in claim.parts]}
        try:
            self._database.write(lambda connection: connection.execute(_COUNTING, values))
        except BaseException:
            self.release(claim)
            raise
        return replace(claim, alone=any(part.attempts for part in claim.parts))

    def _end(self, claim: Claim, work: Work) -> None:
        """End a claim with what it changes."""
        try:
            self._holds.end(claim, work)
        except IntegrityError as error:
            raise ConflictError from error


class Urgent:
    """Chats to be handled first, in memory alone: after a crash, and in other processes, they wait their turn."""

    def __init__(self) -> None:
        self._chats: dict[str, tuple[int, datetime]] = {}
        """The urgent update of each, and when it came."""

    def add(self, chat: str, seq: int, now: datetime) -> None:
        """Prefer a chat until this update is taken; those before it are as well, for their order stays."""
        self._chats[chat] = (seq, now)

    def taken(self, claim: Claim) -> None:
        """Note that an update is being handled."""
        seq, _ = self._chats.get(claim.chat, (math.inf, None))
        if seq <= claim.parts[-1].seq:
            self._chats.pop(claim.chat, None)

    def chats(self, now: datetime) -> list[str]:
        """Return the chats that go first."""
        found = list(self._chats.items())
        for chat, (_, at) in found:
            if now - at > URGENCY_KEPT:
                self._chats.pop(chat, None)
        return [chat for chat, _ in found]


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


def _put(connection: Connection, arrival: Arrival, now: datetime) -> bool:
    """Keep one update; return whether it is new. What a group writes under its new id is its own from here on."""
    chat_id = arrival.moved[1] if arrival.moved else arrival.chat_id
    if arrival.moved:
        follow_group(connection, *arrival.moved, now)
    values = {
        "bot_id": arrival.bot_id,
        "update_id": arrival.update_id,
        "chat_key": chat_key(connection, chat_id, now),
        "media_group_id": arrival.media_group_id,
        "raw": arrival.raw,
        "not_before": now + ALBUM_QUIET if arrival.media_group_id else None,
        "attempts": 0,
        "state": QUEUED,
        "at": now,
    }
    return insert_new(connection, inbox, values, "bot_id", "update_id")


def _place(connection: Connection, arrival: Arrival) -> tuple[str, int]:
    """Return the chat and the number of an update that was just kept."""
    row = connection.execute(_PLACE, {"bot": arrival.bot_id, "update": arrival.update_id}).one()
    return row.chat_key, row.seq


def _due_heads() -> sa.Select[Any]:
    """Select the oldest update of each chat where it is due; where it has to wait, the chat waits as a whole."""
    older, part, now = inbox.alias("older"), inbox.alias("part"), sa.bindparam("now", type_=Moment)
    first = ~sa.exists().where(
        older.c.chat_key == inbox.c.chat_key, older.c.state == _QUEUED, older.c.seq < inbox.c.seq
    )
    coming = sa.exists().where(
        part.c.chat_key == inbox.c.chat_key,
        part.c.state == _QUEUED,
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
        .where(inbox.c.state == _QUEUED, first, due & (inbox.c.media_group_id.is_(None) | complete) | clock_was_wrong)
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
    .where(inbox.c.chat_key == sa.bindparam("chat"), inbox.c.state == _QUEUED)
    .where(inbox.c.media_group_id == sa.bindparam("album"))
    .order_by(inbox.c.seq)
)
_WAITING = sa.update(inbox).where(inbox.c.seq.in_(sa.bindparam("seqs", expanding=True)), inbox.c.state == _QUEUED)

_COUNTING = _WAITING.values(attempts=inbox.c.attempts + 1)
_PLACE = sa.select(inbox.c.chat_key, inbox.c.seq).where(
    inbox.c.bot_id == sa.bindparam("bot"), inbox.c.update_id == sa.bindparam("update")
)
_NEWEST = sa.select(sa.func.max(inbox.c.seq)).where(inbox.c.state == _QUEUED)
_OLDEST = sa.select(inbox.c.at).where(inbox.c.state == _QUEUED).order_by(inbox.c.seq).limit(1)
# Only while they are the claimed chat's: a group's updates may have become another's meanwhile.
_CLAIMED = _WAITING.where(inbox.c.chat_key == sa.bindparam("chat"))
_DONE = _CLAIMED.values(state=DONE, raw=None, not_before=sa.bindparam("over_at", type_=Moment))


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


def _finish(connection: Connection, claim: Claim, now: datetime) -> None:
    """Note that the claimed updates are done."""
    seqs = [part.seq for part in claim.parts]
    if connection.execute(_DONE, {"seqs": seqs, "chat": claim.chat, "over_at": now}).rowcount != len(seqs):
        raise ConflictError


def _change(connection: Connection, claim: Claim, **values: Any) -> None:
    """Change the claimed updates; raise ConflictError when one is not waiting any more."""
    seqs = [part.seq for part in claim.parts]
    if connection.execute(_CLAIMED.values(**values), {"seqs": seqs, "chat": claim.chat}).rowcount != len(seqs):
        raise ConflictError
