"""The database and its unit of work: one function in one transaction."""

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import ConnectionPoolEntry

from bot.store.failures import told_plainly

T = TypeVar("T")

_BUSY_SECONDS = 10


class Database:
    """One SQLite file: a single connection that writes, several that read."""

    def __init__(self, path: Path, writer: Engine, reader: Engine) -> None:
        self.path = path
        self._writer = writer
        self._reader = reader

    @classmethod
    def at(cls, path: Path, *, busy_seconds: float = _BUSY_SECONDS) -> "Database":
        """Prepare the database in a file; connects at the first unit of work."""
        url = sa.URL.create("sqlite", database=str(path))
        wait = {"timeout": busy_seconds}
        writer = sa.create_engine(url, pool_size=1, max_overflow=0, connect_args=wait)
        reader = sa.create_engine(url, connect_args=wait)
        _begin_with(writer, "BEGIN IMMEDIATE", _WRITER_PRAGMAS)
        _begin_with(reader, "BEGIN", _READER_PRAGMAS)
        return cls(path, writer, reader)

    def write(self, work: Callable[[Connection], T]) -> T:
        """Run a function in one transaction that holds the write lock from its start."""
        with told_plainly(self.path), self._writer.begin() as connection:
            return work(connection)

    def read(self, work: Callable[[Connection], T]) -> T:
        """Run a function on one consistent view of the data; it cannot write."""
        with told_plainly(self.path), self._reader.begin() as connection:
            return work(connection)

    def shrink_log(self) -> None:
        """Empty the write-ahead log, so that deleted texts stand in no file any more."""
        with told_plainly(self.path):
            raw = self._writer.raw_connection()
            try:
                raw.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
            finally:
                raw.close()

    def close(self) -> None:
        """Close all connections."""
        self._writer.dispose()
        self._reader.dispose()


_WRITER_PRAGMAS = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON")
_READER_PRAGMAS = ("query_only=ON",)


def _begin_with(engine: Engine, statement: str, pragmas: tuple[str, ...]) -> None:
    """Let a connection begin its transactions with a statement of ours instead of the driver's."""

    @sa.event.listens_for(engine, "connect")
    def set_up(connection: DBAPIConnection, _record: ConnectionPoolEntry) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in pragmas:
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @sa.event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql(statement)
