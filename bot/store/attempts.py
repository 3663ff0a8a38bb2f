"""Failed logins, counted in the database: the limit holds over processes and restarts."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection

from bot.store.staff_tables import login_attempt


def attempt(connection: Connection, keys: Mapping[str, int], now: datetime, window: timedelta) -> datetime | None:
    """Count an attempt under each key; return when the next may be made if one has more than its most.

    One statement counts and tells: attempts at the same time are told different numbers.
    """
    over = []
    for key in sorted(keys):  # always in this order, so that two attempts cannot wait for each other
        count, since = connection.execute(_counting(connection, key, now, window)).one()
        if count > keys[key]:
            over.append(since + window)
    return max(over, default=None)


def forgive(connection: Connection, whole: str, once: str) -> None:
    """Forget all attempts that were counted under the one key, and one attempt under the other."""
    connection.execute(sa.delete(login_attempt).where(login_attempt.c.key == whole))
    less = sa.update(login_attempt).where(login_attempt.c.key == once)
    connection.execute(less.values(count=login_attempt.c.count - 1))


def tidy_attempts(connection: Connection, before: datetime) -> None:
    """Delete what does not count any more."""
    connection.execute(sa.delete(login_attempt).where(login_attempt.c.since < before))


def _counting(connection: Connection, key: str, now: datetime, window: timedelta) -> Any:
    """Return a statement that adds one, or begins anew where the last ones are long ago."""
    insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    fresh = login_attempt.c.since > now - window
    return (
        insert(login_attempt)
        .values(key=key, count=1, since=now)
        .on_conflict_do_update(
            index_elements=["key"],
            set_={
                "count": sa.case((fresh, login_attempt.c.count + 1), else_=1),
                "since": sa.case((fresh, login_attempt.c.since), else_=now),
            },
        )
        .returning(login_attempt.c.count, login_attempt.c.since)
    )
