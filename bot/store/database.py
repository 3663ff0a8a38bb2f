"""The database and its unit of work: one function in one transaction."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import ArgumentError
from sqlalchemy.pool import ConnectionPoolEntry

from bot.errors import StoreError
from bot.store.failures import told_plainly

T = TypeVar("T")

_BUSY_SECONDS = 10
_SERVER_CONNECTIONS = 32
"""At most, in one process; they are opened when they are needed, and kept."""


class Database:
    """A SQLite file with a single connection that writes and several that read, or a PostgreSQL server."""

    def __init__(self, place: Path | str, writer: Engine, reader: Engine) -> None:
        self.place = place
        """The file, or the server's address without its password."""
        self._writer = writer
        self._reader = reader
        self._is_log_long = False
        """Deleted texts may stand in the write-ahead log."""

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

    @classmethod
    def on_server(cls, url: str) -> "Database":
        """Prepare a PostgreSQL database; connects at the first unit of work. Raises StoreError for an odd address."""
        address = server_url(url)
        try:
            writer = sa.create_engine(
                address, pool_size=_SERVER_CONNECTIONS, max_overflow=0, connect_args=server_options()
            )
        except ArgumentError as error:
            raise StoreError(f"DATABASE_URL: {error}") from error
        reader = writer.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        return cls(shown(address), writer, reader)

    @property
    def path(self) -> Path:
        """The file of a SQLite database."""
        if not isinstance(self.place, Path):
            raise TypeError("a server has no path")
        return self.place

    @property
    def is_server(self) -> bool:
        """Say whether this is a PostgreSQL server, which several processes and machines may share."""
        return not isinstance(self.place, Path)

    def write(self, work: Callable[[Connection], T]) -> T:
        """Run a function in one transaction that holds the write lock from its start."""
        with told_plainly(self.place), self._writer.begin() as connection:
            return work(connection)

    def read(self, work: Callable[[Connection], T]) -> T:
        """Run a function on one consistent view of the data; it cannot write."""
        with told_plainly(self.place), self._reader.begin() as connection:
            return work(connection)

    @contextmanager
    def migrating(self) -> Iterator[Connection]:
        """Give a transaction in which tables may be rebuilt; references are checked at its end."""
        with told_plainly(self.place), self._writer.connect() as connection:
            if self.is_server:
                with connection.begin():
                    yield connection
                return
            with _references_unchecked(connection), connection.begin():
                yield connection
                _check_references(connection)

    def hold(self) -> Connection:
        """Give a connection of its own to a server, whose locks last until it is closed."""
        with told_plainly(self.place):
            return self._writer.connect()

    def ping(self) -> None:
        """Use the database; raises StoreError when it does not work."""
        self.read(lambda connection: connection.execute(sa.select(1)))

    def shrink_log(self) -> None:
        """Empty the write-ahead log, so that deleted texts stand in no file any more; a server does so by itself.

        Where somebody reads just now it is not waited for, since nobody could write meanwhile: see `shrink_again`.
        """
        if self.is_server:
            return
        self._is_log_long = True
        with told_plainly(self.place):
            raw = self._writer.raw_connection()
        try:
            self._is_log_long = not _emptied(raw.cursor())
        finally:
            raw.close()

    def shrink_again(self) -> None:
        """Empty the write-ahead log if that was not possible when something was deleted; to be called often."""
        if self._is_log_long:
            self.shrink_log()

    def close(self) -> None:
        """Close all connections."""
        self._writer.dispose()
        self._reader.dispose()


def _emptied(cursor: Any) -> bool:
    """Empty the log without waiting for anybody; say whether that was possible."""
    patience = cursor.execute("PRAGMA busy_timeout").fetchone()[0]
    cursor.execute("PRAGMA busy_timeout=0")
    try:
        return not cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
    except sqlite3.OperationalError:
        return False
    finally:
        cursor.execute(f"PRAGMA busy_timeout={patience}")


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


@contextmanager
def _references_unchecked(connection: Connection) -> Iterator[None]:
    """Switch references off: a rebuilt table is dropped once, and would take with it whatever refers to it."""
    _outside(connection, "PRAGMA foreign_keys=OFF")
    try:
        yield
    finally:
        _outside(connection, "PRAGMA foreign_keys=ON")


def _outside(connection: Connection, pragma: str) -> None:
    """Run a pragma that has no effect inside a transaction."""
    cursor = connection.connection.cursor()
    cursor.execute(pragma)
    cursor.close()


def _check_references(connection: Connection) -> None:
    """Refuse a migration that left rows without what they refer to."""
    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
    if broken:
        tables = ", ".join(sorted({str(row[0]) for row in broken}))
        raise StoreError(f"Umstellung abgebrochen: In {tables} fehlen Zeilen, auf die andere verweisen.")


def server_url(url: str) -> sa.URL:
    """Return a server's address with the driver that this program brings."""
    return sa.make_url(url).set(drivername="postgresql+psycopg")


def server_options() -> dict[str, object]:
    """Return what lets both sides notice within half a minute that the other is gone."""
    alive = {"keepalives_idle": 10, "keepalives_interval": 5, "keepalives_count": 3, "tcp_user_timeout": 25_000}
    there = " ".join(f"-c tcp_{name}={value}" for name, value in alive.items() if name != "tcp_user_timeout")
    return {**alive, "connect_timeout": 10, "application_name": "faq-bot", "options": there}


def shown(url: sa.URL) -> str:
    """Return an address as it may be printed."""
    host = url.host or url.query.get("host") or "localhost"
    return f"postgresql://{host}{f':{url.port}' if url.port else ''}/{url.database or ''}"
