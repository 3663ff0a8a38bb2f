"""Whose random key is whose: the one place for a channel's own ids."""

import secrets
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from bot.state import ChatState
from bot.store.carrying import blocking_changed, group_lost, group_moved
from bot.store.database import Database
from bot.store.inserting import insert_new
from bot.store.outbox import fail_all
from bot.store.tables import blocked, inbox, outbox
from bot.store.tables import chat as chats
from bot.store.tables import person as persons

TELEGRAM = "telegram"
"""The channel whose ids stand in the column telegram_id."""


def new_key() -> str:
    """Return a random key for a new chat or person."""
    return secrets.token_urlsafe(16)


class SqlAddresses:
    """The Telegram chats and persons in the database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def chat(self, chat_id: int, now: datetime) -> str:
        """Return the key of a chat, a new one when it is unknown."""
        return self._database.write(lambda connection: chat_key(connection, chat_id, now))

    def person(self, person_id: int, now: datetime) -> str:
        """Return the key of a person, a new one when they are unknown."""
        values = {"telegram_id": person_id, "seen_at": now}
        return self._database.write(lambda connection: _key(connection, persons, values))

    def set_blocked(self, chat: str, now: datetime, *, is_blocked: bool) -> None:
        """Note that a chat may not be written to, and give up what waits for it; or that it may be again."""

        def work(connection: Connection) -> None:
            if is_blocked and _is_there(connection, chat):
                insert_new(connection, blocked, {"chat_key": chat, "at": now}, "chat_key")
                fail_all(connection, chat, now)
                if _is_clerks(connection, chat):
                    group_lost(connection, now)
            elif not is_blocked:
                connection.execute(sa.delete(blocked).where(blocked.c.chat_key == chat))
            blocking_changed(connection, chat, now)

        self._database.write(work)

    def migrate(self, chat: str, chat_id: int, now: datetime) -> None:
        """Give a group its new id; what came under the new id before this was known becomes the group's own."""
        self._database.write(lambda connection: _migrate(connection, chat, chat_id, now))

    def group(self, group_id: int, now: datetime) -> str:
        """Return the key of a group that an operator named, also by the id that it had before it moved."""

        def work(connection: Connection) -> str:
            found = connection.scalar(sa.select(chats.c.key).where(chats.c.named_id == group_id))
            if found is None:
                found = chat_key(connection, group_id, now)
                connection.execute(sa.update(chats).where(chats.c.key == found).values(named_id=group_id))
            return str(found)

        return self._database.write(work)

    def telegram_id(self, chat: str) -> int | None:
        """Return the id of a chat."""
        query = sa.select(chats.c.telegram_id).where(chats.c.key == chat)
        return self._database.read(lambda connection: connection.scalar(query))


def chat_key(connection: Connection, chat_id: int, now: datetime) -> str:
    """Return the key of a chat within a unit of work."""
    fresh = {"channel": TELEGRAM, "state": ChatState().to_dict(), "version": 0, "updated_at": now}
    return _key(connection, chats, {"telegram_id": chat_id, **fresh})


def follow_group(connection: Connection, old_id: int, new_id: int, now: datetime) -> None:
    """Give a group its new id within a unit of work, if it is known by the old one."""
    chat = connection.scalar(_KEYS[chats.name], {"id": old_id})
    if chat is not None:
        _migrate(connection, chat, new_id, now)


def _migrate(connection: Connection, chat: str, chat_id: int, now: datetime) -> None:
    twin = connection.scalar(_KEYS[chats.name], {"id": chat_id})
    if twin == chat or not _is_there(connection, chat):
        return
    if twin is not None:
        _empty_into(connection, twin, chat)
    moved = sa.update(chats).where(chats.c.key == chat).values(telegram_id=chat_id)
    if connection.scalar(moved.returning(chats.c.named_id)) is not None:  # it is the clerks'
        group_moved(connection, now)


def _is_there(connection: Connection, chat: str) -> bool:
    """Say whether a chat was not erased meanwhile, and keep it until the end of the transaction."""
    kept = sa.select(chats.c.key).where(chats.c.key == chat).with_for_update(read=True, key_share=True)
    return connection.scalar(kept) is not None


def _is_clerks(connection: Connection, chat: str) -> bool:
    """Say whether an operator named a chat as the clerks' group."""
    return connection.scalar(sa.select(chats.c.named_id).where(chats.c.key == chat)) is not None


def _empty_into(connection: Connection, twin: str, chat: str) -> None:
    """Take from a chat its id, and all that waits in it."""
    connection.execute(sa.update(chats).where(chats.c.key == twin).values(telegram_id=None))
    connection.execute(sa.update(inbox).where(inbox.c.chat_key == twin).values(chat_key=chat))
    connection.execute(sa.update(outbox).where(outbox.c.lane == twin).values(lane=chat))
    connection.execute(sa.update(outbox).where(outbox.c.chat_key == twin).values(chat_key=chat))


_KEYS = {
    table.name: sa.select(table.c.key).where(table.c.telegram_id == sa.bindparam("id")) for table in (chats, persons)
}


def _key(connection: Connection, table: sa.Table, values: dict[str, Any]) -> str:
    """Return the key that belongs to a Telegram id; two that are new at once get the same one."""
    query, wanted = _KEYS[table.name], {"id": values["telegram_id"]}
    found = connection.scalar(query, wanted)
    if found is None:
        insert_new(connection, table, {"key": new_key(), **values}, "telegram_id")
        found = connection.scalar(query, wanted)
    return str(found)
