"""The inbox: updates from their arrival until they are handled, one at a time in each chat."""

import math
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection
from sqlalchemy.exc import IntegrityError

from bot.delivery import (
    ALBUM_QUIET,
    MOST_ATTEMPTS,
    URGENCY_KEPT,
    Arrival,
    Message,
    pause,
)
from bot.errors import ConflictError, StoreError
from bot.ports import Claim, Outcome
from bot.store.addresses import chat_key, follow_group
from bot.store.chats import save_outcome
from bot.store.database import Database
from bot.store.erasure import erase
from bot.store.holds import IS_QUEUED, QUEUED, FileHolds, ServerHolds, Work
from bot.store.inserting import insert_new
from bot.store.outbox import queue
from bot.store.tables import Moment, inbox
from bot.store.wakeup import WORK, tell

DONE, DEAD = "done", "dead"
"""States of an update, beside `holds.QUEUED`."""


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


# Building a statement costs more than running it: these are built once.
_WAITING = sa.update(inbox).where(inbox.c.seq.in_(sa.bindparam("seqs", expanding=True)), inbox.c.state == IS_QUEUED)

_COUNTING = _WAITING.values(attempts=inbox.c.attempts + 1)
_PLACE = sa.select(inbox.c.chat_key, inbox.c.seq).where(
    inbox.c.bot_id == sa.bindparam("bot"), inbox.c.update_id == sa.bindparam("update")
)
_NEWEST = sa.select(sa.func.max(inbox.c.seq)).where(inbox.c.state == IS_QUEUED)
_OLDEST = sa.select(inbox.c.at).where(inbox.c.state == IS_QUEUED).order_by(inbox.c.seq).limit(1)
# Only while they are the claimed chat's: a group's updates may have become another's meanwhile.
_CLAIMED = _WAITING.where(inbox.c.chat_key == sa.bindparam("chat"))
_DONE = _CLAIMED.values(state=DONE, raw=None, not_before=sa.bindparam("over_at", type_=Moment))


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
