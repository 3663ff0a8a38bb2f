"""The forms of the FAQ; at most one is active, and it changes by compare-and-set."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection
from sqlalchemy.exc import IntegrityError

from bot.errors import ConflictError
from bot.ports import FaqVersion
from bot.store.database import Database
from bot.store.inserting import insert_new
from bot.store.tables import faq_version

DRAFT, ACTIVE, RETIRED = "draft", "active", "retired"
"""States of a form."""


class SqlFaqVersions:
    """The forms of the FAQ in the database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def active(self) -> FaqVersion | None:
        """Return what is live."""
        query = sa.select(faq_version).where(faq_version.c.state == ACTIVE)
        row = self._database.read(lambda connection: connection.execute(query).one_or_none())
        return FaqVersion(row.hash, row.yaml, row.author, row.at) if row else None

    def active_hash(self) -> str | None:
        """Return the hash of what is live; cheap, to be asked often."""
        query = sa.select(faq_version.c.hash).where(faq_version.c.state == ACTIVE)
        return self._database.read(lambda connection: connection.scalar(query))

    def last_hash(self, author: str) -> str | None:
        """Return the hash of what an author wrote or made live last."""
        own = sa.select(faq_version.c.hash).where(faq_version.c.author == author)
        query = own.order_by(faq_version.c.at.desc()).limit(1)
        return self._database.read(lambda connection: connection.scalar(query))

    def draft(self, version: FaqVersion) -> bool:
        """Keep a form that is not live; return False when it is known."""
        values = _row(version, DRAFT)
        return self._database.write(lambda connection: insert_new(connection, faq_version, values, "hash"))

    def publish(self, version: FaqVersion, *, instead_of: str | None) -> None:
        """Make a form live; raise ConflictError when not this hash is live any more."""

        def work(connection: Connection) -> None:
            if instead_of is not None:
                _retire(connection, instead_of)
            insert_new(connection, faq_version, _row(version, DRAFT), "hash")
            same = faq_version.c.hash == version.hash
            connection.execute(sa.update(faq_version).where(same).values(**_row(version, ACTIVE)))

        try:
            self._database.write(work)
        except IntegrityError as error:
            raise ConflictError from error


def _retire(connection: Connection, hash_: str) -> None:
    """Take the live form out of use, if it is still this one."""
    live = (faq_version.c.hash == hash_) & (faq_version.c.state == ACTIVE)
    if connection.execute(sa.update(faq_version).where(live).values(state=RETIRED)).rowcount != 1:
        raise ConflictError


def _row(version: FaqVersion, state: str) -> dict[str, Any]:
    """Return a form as column values."""
    row = {"hash": version.hash, "yaml": version.yaml, "author": version.author, "at": version.at}
    return {**row, "state": state}
