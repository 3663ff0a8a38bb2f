"""Citizens who want to hear when there is an answer: their wishes, and what they are told."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from bot.cases import CaseState
from bot.delivery import Message
from bot.effects import Wish
from bot.notices import Asker, Waiting
from bot.review_items import Action
from bot.state import ChatState
from bot.store.audit import note
from bot.store.database import Database
from bot.store.inserting import insert_new
from bot.store.notice_tables import notice
from bot.store.outbox import queue
from bot.store.review_tables import review_change, review_item, review_step
from bot.store.tables import blocked, ticket
from bot.store.tables import chat as chats
from bot.store.tables import question as questions
from intents.decision import DecisionKind

_waits = notice.c.told_at.is_(None)
_has_words = questions.c.text.is_not(None) & (questions.c.text != "")


class SqlNotices:
    """Who wants to hear of an answer."""

    def __init__(self, database: Database, *, at_once: int = 100) -> None:
        self._database = database
        self._at_once = at_once
        """Citizens who are told in one transaction: answers to others go in between."""

    def waiting(self) -> tuple[Waiting, ...]:
        """Return what citizens wait for, the oldest question first."""
        held = sa.or_(_is_blocked(questions.c.chat_key), _speaks(questions.c.chat_key)).label("held")
        query = sa.select(notice.c.question_id, questions.c.at, questions.c.text, held, review_item.c.cluster)
        query = query.select_from(notice).join(questions)
        query = query.outerjoin(review_item, review_item.c.question_id == notice.c.question_id)
        query = query.where(_waits, _has_words).order_by(questions.c.id)
        rows = self._database.read(lambda connection: connection.execute(query).all())
        return tuple(Waiting(row.question_id, row.at, row.text, row.held, row.cluster) for row in rows)

    def answered_by(self) -> Mapping[int, str]:
        """Return, by group, the entry that its wordings were last given to."""
        gave = review_change.c.action.in_((Action.WORDINGS, Action.ENTRY)) & review_change.c.undone_at.is_(None)
        query = sa.select(review_step.c.cluster, review_change.c.entry).join(review_change)
        query = query.where(gave, review_change.c.entry.is_not(None), review_step.c.cluster.is_not(None))
        rows = self._database.read(lambda c: c.execute(query.order_by(review_change.c.id)).all())
        return {row.cluster: row.entry for row in rows}

    def tell(
        self,
        wanted: Collection[int],
        entry: str,
        compose: Callable[[Asker], Sequence[Message]],
        who: str,
        now: datetime,
    ) -> int:
        """Hand some citizens' messages to the outbox, each once; return how many, 0 when nobody is left to be told.

        Who blocked the bot, or speaks with a person just now, goes on waiting.
        """

        def work(connection: Connection) -> int:
            keys = connection.scalars(_next_chats(wanted).limit(self._at_once)).all()
            rows = connection.execute(_notices_of(keys, wanted)).all()
            for _, own in groupby(rows, key=lambda row: row.chat_key):
                queue(connection, compose(_asker(next(own))))
            told = notice.c.question_id.in_([row.question_id for row in rows])
            connection.execute(sa.update(notice).where(told).values(entry=entry, told_at=now))
            count = len({row.chat_key for row in rows})
            if count:
                note(connection, who, "Bescheid gegeben", f"{entry}: {count} Chats", now)
            return count

        return self._database.write(work)


def save_wish(connection: Connection, chat: str, wish: Wish, now: datetime) -> None:
    """Write down, within a unit of work, that a citizen wants to hear of an answer, or no longer does."""
    same = (questions.c.chat_key == chat) & (questions.c.number == wish.number)
    question = connection.scalar(sa.select(questions.c.id).where(same, _has_words))
    if question is None:
        return
    if wish.is_on:
        insert_new(connection, notice, {"question_id": question, "at": now}, "question_id")
    else:
        connection.execute(sa.delete(notice).where(notice.c.question_id == question, _waits))


def stays_open(connection: Connection, chat: str, number: int) -> bool:
    """Say whether a question has no answer and was told none, and its words are there."""
    same = (questions.c.chat_key == chat) & (questions.c.number == number)
    unknown = questions.c.decision.in_((DecisionKind.FALLBACK, DecisionKind.CLARIFY)) & questions.c.entry.is_(None)
    told = sa.exists().where(notice.c.question_id == questions.c.id, ~_waits)
    return connection.scalar(sa.select(questions.c.id).where(same, unknown, _has_words, ~told)) is not None


def awaited_in(connection: Connection, chat: str) -> tuple[int, ...]:
    """Return the numbers of the questions of which a chat wants to hear."""
    query = sa.select(questions.c.number).join(notice).where(questions.c.chat_key == chat, _waits)
    return tuple(connection.scalars(query.order_by(questions.c.number)))


def forget_notices(connection: Connection, before: datetime) -> None:
    """Delete the wishes that belong to questions from before a moment, within a unit of work."""
    old = sa.select(questions.c.id).where(questions.c.at < before)
    connection.execute(sa.delete(notice).where(notice.c.question_id.in_(old)))


def _next_chats(wanted: Collection[int]) -> sa.Select[Any]:
    """Select the next citizens to be told; their chats are locked first, as by whoever erases one."""
    own = sa.exists().select_from(notice.join(questions)).where(questions.c.chat_key == chats.c.key, *_due(wanted))
    free = ~_is_blocked(chats.c.key) & ~_speaks(chats.c.key)
    found = sa.select(chats.c.key).where(chats.c.telegram_id.is_not(None), own, free)
    return found.order_by(chats.c.key).with_for_update(read=True, key_share=True)


def _notices_of(keys: Sequence[str], wanted: Collection[int]) -> sa.Select[Any]:
    """Select what these citizens wait for, and keep it to oneself."""
    columns = sa.select(notice.c.question_id, questions.c.chat_key, questions.c.text, chats.c.state)
    found = columns.select_from(notice).join(questions).join(chats, chats.c.key == questions.c.chat_key)
    found = found.where(questions.c.chat_key.in_(keys), *_due(wanted))
    return found.order_by(questions.c.chat_key, questions.c.id).with_for_update(of=notice)


def _due(wanted: Collection[int]) -> tuple[sa.ColumnElement[bool], ...]:
    return notice.c.question_id.in_(sorted(wanted)), _waits, _has_words


def _is_blocked(chat: sa.ColumnElement[str]) -> sa.ColumnElement[bool]:
    """Say in SQL that the bot may not write to a chat."""
    return sa.exists().where(blocked.c.chat_key == chat)


def _speaks(chat: sa.ColumnElement[str]) -> sa.ColumnElement[bool]:
    """Say in SQL that a chat has an open case."""
    return sa.exists().where(ticket.c.chat_key == chat, ticket.c.state != CaseState.CLOSED)


def _asker(row: Row[Any]) -> Asker:
    return Asker(row.chat_key, row.text, ChatState.from_dict(row.state).plain)
