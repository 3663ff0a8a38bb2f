"""A citizen's right: what is stored of a chat is shown, and goes when they wish."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from bot.cases import Folder
from bot.delivery import Message
from bot.journal import Question
from bot.ports import Remains
from bot.state import ChatState
from bot.store.addresses import chat_key, new_key
from bot.store.case_words import forget_cases, forget_clerk, has_words
from bot.store.cases import folders_of
from bot.store.database import Database
from bot.store.notice_tables import opening
from bot.store.notices import awaited_in, stays_open
from bot.store.outbox import queue
from bot.store.questions import questions_of
from bot.store.review_sums import groups_of, refresh
from bot.store.tables import chat as chats
from bot.store.tables import inbox, outbox, person, ticket
from bot.store.tables import question as questions

_QUEUED, _DEAD = "queued", "dead"


class SqlRecords:
    """What is kept of a chat."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def questions(self, chat: str) -> Sequence[Question]:
        """Return the logged questions of a chat, oldest first."""
        return self._database.read(lambda connection: questions_of(connection, chat))

    def cases(self, chat: str) -> Sequence[Folder]:
        """Return the cases of a chat with all that was written in them, oldest first."""
        return self._database.read(lambda connection: folders_of(connection, chat))

    def remains(self, chat: str) -> Remains:
        """Return what else of a chat has words in it."""
        dead = (inbox.c.chat_key == chat) & (inbox.c.state == _DEAD) & inbox.c.raw.is_not(None)
        unsent = (outbox.c.chat_key == chat) & outbox.c.payload.is_not(None)
        many = sa.select(sa.func.count())
        opened = sa.select(opening).where(opening.c.chat_key == chat).order_by(opening.c.id)

        def work(connection: Connection) -> Remains:
            left, right = connection.scalar(many.where(dead)), connection.scalar(many.where(unsent))
            seen = tuple((row.at, row.entry) for row in connection.execute(opened))
            return Remains(left or 0, right or 0, awaited_in(connection, chat), seen)

        return self._database.read(work)

    def stays_open(self, chat: str, number: int) -> bool:
        """Say whether a question has no answer, and its words are there to be quoted with one."""
        return self._database.read(lambda connection: stays_open(connection, chat, number))


def erase(connection: Connection, chat: str, farewell: Sequence[Message], now: datetime) -> None:
    """Delete all that is stored of a chat; what came in meanwhile, and the farewell, belong to a new, blank one.

    The Telegram id is taken off first: that waits for updates which are just being kept, and holds others off until
    the end, when they find the new chat.
    """
    telegram_id = connection.scalar(sa.select(chats.c.telegram_id).where(chats.c.key == chat))
    groups = groups_of(connection, chat)
    connection.execute(sa.update(chats).where(chats.c.key == chat).values(telegram_id=None))
    forget_cases(connection, chat, now)
    if telegram_id is not None:
        blank = chat_key(connection, telegram_id, now)
        waiting = (inbox.c.chat_key == chat) & (inbox.c.state == _QUEUED)
        connection.execute(sa.update(inbox).where(waiting).values(chat_key=blank))
        queue(connection, [replace(one, chat=blank, lane="") if one.chat == chat else one for one in farewell])
        _forget_person(connection, telegram_id, now)
    for table in (questions, inbox, outbox):
        connection.execute(sa.delete(table).where(table.c.chat_key == chat))
    connection.execute(sa.delete(chats).where(chats.c.key == chat))
    refresh(connection, groups, now)


def _forget_person(connection: Connection, telegram_id: int, now: datetime) -> None:
    """Delete what is known of somebody as a person, who may be a clerk as well."""
    same = person.c.telegram_id == telegram_id
    for key in connection.scalars(sa.select(person.c.key).where(same)).all():
        forget_clerk(connection, key, now)
    connection.execute(sa.delete(person).where(same))


def drop_silent_chats(connection: Connection, *, blank: datetime, used: datetime) -> int:
    """Delete Telegram chats that fell silent before a moment, with the id that they are found by; count them.

    In a blank one nothing was ever handled. What was asked in a used one stays in the log as nobody's. A chat stays
    while its cases hold words: only by it could the citizen have them deleted. They are locked first: whoever keeps an
    update of one meanwhile waits, and finds a new chat.
    """
    empty = [~sa.exists().where(table.c.chat_key == chats.c.key) for table in (inbox, outbox)]
    old = (chats.c.updated_at < used) | ((chats.c.version == 0) & (chats.c.updated_at < blank))
    kept = sa.exists().where(ticket.c.chat_key == chats.c.key, has_words())
    silent = sa.and_(chats.c.telegram_id.is_not(None), chats.c.named_id.is_(None), ~kept, old, *empty)
    locked = sa.select(chats.c.key).where(silent).with_for_update(skip_locked=True)
    gone = 0
    for key in connection.scalars(locked).all():
        _make_nobodys(connection, key)
        gone += connection.execute(sa.delete(chats).where(chats.c.key == key)).rowcount
    return gone


def _make_nobodys(connection: Connection, chat: str) -> None:
    """Give the logged questions of a chat to one without an id and without a memory."""
    own = questions.c.chat_key == chat
    if connection.scalar(sa.select(sa.exists().where(own))):
        row = connection.execute(sa.select(chats.c.channel, chats.c.updated_at).where(chats.c.key == chat)).one()
        nobody = new_key()
        blank = {"state": ChatState().to_dict(), "version": 1, "telegram_id": None}
        connection.execute(sa.insert(chats).values(key=nobody, **row._mapping, **blank))
        connection.execute(sa.update(questions).where(own).values(chat_key=nobody, message=None))
