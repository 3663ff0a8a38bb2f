"""The forms of the FAQ; at most one is active, and it changes by compare-and-set."""

from collections.abc import Collection, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection
from sqlalchemy.exc import IntegrityError

from bot.errors import ConflictError
from bot.ports import FaqVersion
from bot.store.audit import note
from bot.store.database import Database
from bot.store.inserting import insert_new
from bot.store.publishing_tables import blocked_entry, faq_file, faq_publication
from bot.store.tables import faq_version

DRAFT, ACTIVE, RETIRED = "draft", "active", "retired"
"""States of a form."""


class SqlFaqVersions:
    """The forms of the FAQ in the database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def active(self) -> FaqVersion | None:
        """Return what is live."""
        return self._database.read(active_form)

    def active_hash(self) -> str | None:
        """Return the hash of what is live; cheap, to be asked often."""
        query = sa.select(faq_version.c.hash).where(faq_version.c.state == ACTIVE)
        return self._database.read(lambda connection: connection.scalar(query))

    def last_hash(self, author: str) -> str | None:
        """Return the hash of what an author wrote or made live last."""
        own = sa.select(faq_version.c.hash).where(faq_version.c.author == author)
        query = own.order_by(faq_version.c.at.desc()).limit(1)
        return self._database.read(lambda connection: connection.scalar(query))

    def author_of(self, hash_: str) -> str | None:
        """Return who made a form live last; None for one that is not kept here."""
        query = sa.select(faq_version.c.author).where(faq_version.c.hash == hash_)
        return self._database.read(lambda connection: connection.scalar(query))

    def draft(self, version: FaqVersion) -> bool:
        """Keep a form that is not live; return False when it is known."""
        return self._database.write(lambda connection: keep_form(connection, version))

    def publish(self, version: FaqVersion, *, instead_of: str | None) -> None:
        """Make a form live, with its line in the audit; raise ConflictError when not this hash is live any more."""

        def work(connection: Connection) -> None:
            number = make_live(connection, version, instead_of=instead_of)
            note(connection, version.author, "FAQ-Datei übernommen", f"Fassung {number}", version.at)

        try:
            self._database.write(work)
        except IntegrityError as error:
            raise ConflictError from error

    def blocked(self) -> frozenset[str]:
        """Return the entries that must not be answered; cheap, to be asked often."""
        query = sa.select(blocked_entry.c.entry)
        return frozenset(self._database.read(lambda connection: connection.scalars(query).all()))

    def left_in(self, place: str) -> frozenset[str] | None:
        """Return the hashes of what the program left in a file or took from it; None for a file it does not know."""
        query = sa.select(faq_file.c.hashes).where(faq_file.c.place == place)
        found = self._database.read(lambda connection: connection.scalar(query))
        return None if found is None else frozenset(found)

    def note_file(self, place: str, hashes: Collection[str]) -> None:
        """Note what the program leaves in a file, or took from it."""
        values = {"place": place, "hashes": sorted(hashes)}

        def work(connection: Connection) -> None:
            if not insert_new(connection, faq_file, values, "place"):
                connection.execute(sa.update(faq_file).where(faq_file.c.place == place).values(**values))

        self._database.write(work)


def active_form(connection: Connection) -> FaqVersion | None:
    """Return what is live within a unit of work."""
    return form_where(connection, faq_version.c.state == ACTIVE)


def form_where(connection: Connection, condition: sa.ColumnElement[bool]) -> FaqVersion | None:
    """Return the one form that fulfils a condition."""
    row = connection.execute(sa.select(faq_version).where(condition)).one_or_none()
    return FaqVersion(row.hash, row.yaml, row.author, row.at) if row else None


def keep_form(connection: Connection, version: FaqVersion) -> bool:
    """Keep a form that is not live within a unit of work; return False when it is known."""
    return insert_new(connection, faq_version, _row(version, DRAFT), "hash")


def make_live(
    connection: Connection,
    version: FaqVersion,
    *,
    instead_of: str | None,
    editors: Sequence[str] = (),
    releases: Sequence[str] = (),
) -> int:
    """Make a form live within a unit of work; return the number of this publication.

    Raises ConflictError, or IntegrityError, when not `instead_of` is live any more.
    """
    if instead_of is not None:
        _retire(connection, instead_of)
    keep_form(connection, version)
    same = faq_version.c.hash == version.hash
    connection.execute(sa.update(faq_version).where(same).values(**_row(version, ACTIVE)))
    told = {"hash": version.hash, "replaced": instead_of, "author": version.author, "at": version.at}
    written = {**told, "editors": list(editors), "releases": list(releases)}
    statement = sa.insert(faq_publication).values(**written).returning(faq_publication.c.number)
    return int(connection.execute(statement).scalar_one())


def _retire(connection: Connection, hash_: str) -> None:
    """Take the live form out of use, if it is still this one."""
    live = (faq_version.c.hash == hash_) & (faq_version.c.state == ACTIVE)
    if connection.execute(sa.update(faq_version).where(live).values(state=RETIRED)).rowcount != 1:
        raise ConflictError


def _row(version: FaqVersion, state: str) -> dict[str, Any]:
    """Return a form as column values."""
    row = {"hash": version.hash, "yaml": version.yaml, "author": version.author, "at": version.at}
    return {**row, "state": state}
