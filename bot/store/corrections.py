"""Corrections in the database: who got a wrong answer, and who still has to be told."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from bot.corrections import Correction
from bot.delivery import Message
from bot.store.audit import note
from bot.store.database import Database
from bot.store.inserting import insert_new
from bot.store.notice_tables import correction as corrections
from bot.store.notice_tables import correction_due, notice, opening
from bot.store.outbox import queue
from bot.store.tables import blocked
from bot.store.tables import chat as chats
from bot.store.tables import question as questions
from intents.decision import DecisionKind

_SHOWN = (DecisionKind.ANSWER, DecisionKind.REDIRECT, DecisionKind.CLARIFY)
"""Decisions whose entry was shown: a «Meinten Sie …?» has one when it was picked."""


class SqlCorrections:
    """What was corrected."""

    def __init__(self, database: Database, *, at_once: int = 100) -> None:
        self._database = database
        self._at_once = at_once
        """Citizens who are told in one transaction: answers to others go in between."""

    def given(self, entry: str, since: datetime, /) -> tuple[int, int]:
        """Return how often an entry was given since a moment, and in how many chats."""
        many = sa.select(sa.func.count())
        times = many.select_from(questions).where(_shown(entry, since))
        later = many.select_from(notice).where(_told(entry, since))
        unasked = many.select_from(opening).where(_opened(entry, since))
        in_chats = many.select_from(chats).where(_got(entry, since))

        def work(connection: Connection) -> tuple[int, int]:
            *found, chats = [connection.scalar(query) or 0 for query in (times, later, unasked, in_chats)]
            return sum(found), chats

        return self._database.read(work)

    def receivers(self, entry: str, since: datetime, /) -> tuple[str, ...]:
        """Return the chats that got it and can still be written to."""
        query = sa.select(chats.c.key).where(_got(entry, since), _reachable()).order_by(chats.c.key)
        return tuple(self._database.read(lambda connection: connection.scalars(query).all()))

    def start(self, correction: Correction) -> bool:
        """Write down a correction and who gets it; return False when that was done before."""
        row = {name: getattr(correction, name) for name in ("key", "entry", "since", "text", "author", "at")}
        who = sa.select(sa.literal(correction.key), chats.c.key)
        who = who.where(_got(correction.entry, correction.since), _reachable())
        who = who.with_for_update(read=True, key_share=True)

        def work(connection: Connection) -> bool:
            if not insert_new(connection, corrections, {**row, "chats": 0}, "key"):
                return False
            connection.execute(sa.insert(correction_due).from_select(["correction", "chat_key"], who))
            due = sa.select(sa.func.count()).where(correction_due.c.correction == correction.key)
            count = connection.scalar(due) or 0
            same = corrections.c.key == correction.key
            connection.execute(sa.update(corrections).where(same).values(chats=count))
            done = f"{correction.entry}: {count} {'Chat' if count == 1 else 'Chats'}"
            note(connection, correction.author, "Berichtigung gesendet", done, correction.at)
            return True

        return self._database.write(work)

    def hand_over(self, key: str, compose: Callable[[str], Sequence[Message]]) -> int:
        """Hand some messages to the outbox, each once; return how many, 0 when nobody is left."""
        mine = correction_due.c.correction == key
        due = sa.exists().where(mine, correction_due.c.chat_key == chats.c.key)
        locked = sa.select(chats.c.key).where(due).order_by(chats.c.key).limit(self._at_once)
        locked = locked.with_for_update(read=True, key_share=True)

        def work(connection: Connection) -> int:
            keys = connection.scalars(locked).all()
            taken = sa.delete(correction_due).where(mine, correction_due.c.chat_key.in_(keys))
            told = connection.scalars(taken.returning(correction_due.c.chat_key)).all()
            for chat in told:
                queue(connection, compose(chat))
            return len(told)

        return self._database.write(work)

    def latest(self, most: int) -> Sequence[Correction]:
        """Return what was corrected, the latest first."""
        return self._found(_correction_rows().order_by(corrections.c.at.desc(), corrections.c.key).limit(most))

    def find(self, key: str) -> Correction | None:
        """Return a correction."""
        return next(iter(self._found(_correction_rows().where(corrections.c.key == key))), None)

    def _found(self, query: sa.Select[Any]) -> Sequence[Correction]:
        rows = self._database.read(lambda connection: connection.execute(query).all())
        return [Correction(**row._mapping) for row in rows]


def _correction_rows() -> sa.Select[Any]:
    """Select corrections with how many messages are still to be handed over."""
    left = sa.select(sa.func.count()).where(correction_due.c.correction == corrections.c.key).scalar_subquery()
    return sa.select(corrections, left.label("left"))


def _shown(entry: str, since: datetime) -> sa.ColumnElement[bool]:
    return questions.c.decision.in_(_SHOWN) & (questions.c.entry == entry) & (questions.c.at >= since)


def _told(entry: str, since: datetime) -> sa.ColumnElement[bool]:
    return (notice.c.entry == entry) & (notice.c.told_at >= since)


def _opened(entry: str, since: datetime) -> sa.ColumnElement[bool]:
    return (opening.c.entry == entry) & (opening.c.at >= since)


def _got(entry: str, since: datetime) -> sa.ColumnElement[bool]:
    """Say in SQL that a chat got an entry: as an answer, from a menu, or later as news."""
    asked = sa.select(questions.c.chat_key).where(_shown(entry, since))
    later = sa.select(questions.c.chat_key).join(notice).where(_told(entry, since))
    opened = sa.select(opening.c.chat_key).where(_opened(entry, since))
    return chats.c.key.in_(asked.union(later, opened))


def _reachable() -> sa.ColumnElement[bool]:
    """Say in SQL that a chat is there and may be written to."""
    refused = sa.exists().where(blocked.c.chat_key == chats.c.key)
    return sa.and_(chats.c.telegram_id.is_not(None), ~refused)
