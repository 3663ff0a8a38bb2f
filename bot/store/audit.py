"""The record of who did what on the staff pages."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from bot.accounts import Deed
from bot.store.database import Database
from bot.store.staff_tables import audit

_LONGEST = 200


def note(connection: Connection, who: str, action: str, subject: str, now: datetime) -> None:
    """Record what somebody did, in the transaction of the action itself.

    The action is German, as the page shows it: «Konto gesperrt». The subject names what it was done to, a number, an
    id of an entry, an account; never a citizen's words, for the record outlives them.
    """
    row = {"at": now, "who": who[:64], "action": action[:64], "subject": subject[:_LONGEST]}
    connection.execute(sa.insert(audit).values(**row))


class SqlAudit:
    """Reads the record."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def find(
        self,
        *,
        who: str = "",
        action: str = "",
        since: datetime | None = None,
        before: datetime | None = None,
        most: int | None = None,
        skip: int = 0,
    ) -> Sequence[Deed]:
        """Return what was done, the latest first."""
        matching = _matching(who, action, since, before)
        query = sa.select(audit).where(matching).order_by(audit.c.id.desc()).offset(skip).limit(most)
        rows = self._database.read(lambda connection: connection.execute(query).all())
        return [Deed(row.at, row.who, row.action, row.subject) for row in rows]

    def count(
        self, *, who: str = "", action: str = "", since: datetime | None = None, before: datetime | None = None
    ) -> int:
        """Return how much was done."""
        query = sa.select(sa.func.count()).select_from(audit).where(_matching(who, action, since, before))
        return self._database.read(lambda connection: connection.scalar(query)) or 0

    def known(self) -> tuple[Sequence[str], Sequence[str]]:
        """Return who did something, and what was ever done."""
        queries = [sa.select(column).distinct() for column in (audit.c.who, audit.c.action)]
        who, action = self._database.read(lambda connection: [connection.scalars(query).all() for query in queries])
        return who, action


def _matching(who: str, action: str, since: datetime | None, before: datetime | None) -> sa.ColumnElement[bool]:
    """Return the condition; what is empty leaves all."""
    wanted = [column == value for column, value in ((audit.c.who, who), (audit.c.action, action)) if value]
    if since:
        wanted.append(audit.c.at >= since)
    if before:
        wanted.append(audit.c.at < before)
    return sa.and_(sa.true(), *wanted)
