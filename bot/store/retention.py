"""Deletes what was handled and sent once its time is over."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from bot.delivery import DEAD_KEPT, DONE_KEPT, SendState
from bot.store.database import Database
from bot.store.erasure import drop_blank_chats
from bot.store.inbox import DEAD, DONE
from bot.store.tables import inbox, outbox


def forget_dead_letters(database: Database, before: datetime) -> None:
    """Take the words out of dead letters from before a moment; their kind stands in the log."""
    old = (inbox.c.state == DEAD) & (inbox.c.not_before < before) & inbox.c.raw.is_not(None)
    database.write(lambda connection: connection.execute(sa.update(inbox).where(old).values(raw=None)))


def purge(database: Database, now: datetime) -> int:
    """Delete finished updates and messages after 48 hours, dead letters and unclear ones after 7 days."""
    done, dead = now - DONE_KEPT, now - DEAD_KEPT
    old = (
        sa.delete(inbox).where(inbox.c.state == DONE, inbox.c.not_before < done),
        sa.delete(inbox).where(inbox.c.state == DEAD, inbox.c.not_before < dead),
        sa.delete(outbox).where(outbox.c.state == SendState.SENT, outbox.c.not_before < done),
        sa.delete(outbox).where(outbox.c.state.in_((SendState.FAILED, SendState.UNKNOWN)), outbox.c.not_before < dead),
    )

    def work(connection: Connection) -> int:
        return sum(connection.execute(statement).rowcount for statement in old) + drop_blank_chats(connection, done)

    return database.write(work)
