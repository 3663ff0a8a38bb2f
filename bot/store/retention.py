"""Deletes what was handled and sent once its time is over."""

from contextlib import suppress
from datetime import datetime
from glob import escape

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from bot.delivery import DEAD_KEPT, DONE_KEPT, SendState
from bot.store.database import Database
from bot.store.erasure import drop_silent_chats
from bot.store.files import COPY_MARK
from bot.store.inbox import DEAD, DONE
from bot.store.tables import inbox, outbox


def forget_dead_letters(database: Database, before: datetime) -> None:
    """Take the words out of dead letters from before a moment; their kind stands in the log."""
    old = (inbox.c.state == DEAD) & (inbox.c.not_before < before) & inbox.c.raw.is_not(None)
    database.write(lambda connection: connection.execute(sa.update(inbox).where(old).values(raw=None)))


def forget_copies(database: Database, before: datetime) -> None:
    """Delete the copies that were made before the tables changed, once they are older than a moment.

    The texts in them are forgotten in no other way; a copy that cannot be deleted is left to the operator.
    """
    if database.is_server:
        return
    for copy in database.path.parent.glob(f"{escape(database.path.name)}{COPY_MARK}0*"):
        with suppress(OSError):
            if copy.stat().st_mtime < before.timestamp():
                copy.unlink()


def purge(database: Database, now: datetime, before: datetime) -> int:
    """Delete finished updates and messages after 48 hours, dead letters and unclear ones after 7 days.

    Telegram chats that fell silent `before` go as well, and blank ones after 48 hours.
    """
    done, dead = now - DONE_KEPT, now - DEAD_KEPT
    old = (
        sa.delete(inbox).where(inbox.c.state == DONE, inbox.c.not_before < done),
        sa.delete(inbox).where(inbox.c.state == DEAD, inbox.c.not_before < dead),
        sa.delete(outbox).where(outbox.c.state == SendState.SENT, outbox.c.not_before < done),
        sa.delete(outbox).where(outbox.c.state.in_((SendState.FAILED, SendState.UNKNOWN)), outbox.c.not_before < dead),
    )

    def work(connection: Connection) -> int:
        count = sum(connection.execute(statement).rowcount for statement in old)
        return count + drop_silent_chats(connection, blank=done, used=min(before, done))

    return database.write(work)
