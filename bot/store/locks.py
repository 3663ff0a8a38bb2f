"""Who runs: a lock file beside SQLite, leader locks on PostgreSQL."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from enum import IntEnum
from pathlib import Path
from typing import BinaryIO

import sqlalchemy as sa
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError

from bot.errors import StoreError
from bot.reasons import reason
from bot.store.database import server_options, server_url, shown
from bot.store.failures import told_plainly
from bot.store.files import lock_of, make_file, make_folder


@contextmanager
def running(database: Path) -> Iterator[None]:
    """Be the one process that runs the bot on a SQLite file; the lock ends with the process, however it ends."""
    with _lock_file(lock_of(database)) as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise StoreError(f"Der Bot läuft schon mit der Datenbank {database}.") from error
        yield


@contextmanager
def _lock_file(path: Path) -> Iterator[BinaryIO]:
    """Open the lock file; it stays when the bot ends, for a deleted one would lock nothing."""
    try:
        make_folder(path.parent)
        make_file(path)
        file = path.open("r+b")
    except OSError as error:
        raise StoreError(f"Sperrdatei {path} lässt sich nicht öffnen: {reason(error)}.") from error
    with file:
        yield file


class Role(IntEnum):
    """What only one process of all may do; the value is the number of its advisory lock."""

    POLL = 0x4641_5142_4F54_0002
    SEND = 0x4641_5142_4F54_0003


class LeaderLock:
    """An advisory lock on a connection of its own; once lost it is lost until it is taken anew."""

    def __init__(self, url: str, role: Role) -> None:
        self._engine = sa.create_engine(
            server_url(url),
            poolclass=sa.pool.NullPool,
            isolation_level="AUTOCOMMIT",
            connect_args={**server_options(), "application_name": f"faq-bot {role.name.lower()}"},
        )
        self._place = shown(server_url(url))
        self._role = role
        self._connection: Connection | None = None

    def take(self) -> bool:
        """Try to become the leader; return whether this process is it."""
        if self.is_held():
            return True
        with told_plainly(self._place):
            connection = self._engine.connect()
            try:
                if connection.scalar(sa.select(sa.func.pg_try_advisory_lock(int(self._role)))):
                    self._connection = connection
            finally:
                if self._connection is None:
                    connection.close()
        return self._connection is not None

    def is_held(self) -> bool:
        """Ask the server, before each call that only a leader may do; a lost connection is a lost lock."""
        if self._connection is None:
            return False
        try:
            self._connection.exec_driver_sql("SELECT 1")
        except DBAPIError:
            self.release()
        return self._connection is not None

    def release(self) -> None:
        """Stop being the leader."""
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(DBAPIError, os.error):
                connection.close()


class SoleLeader:
    """Leads because nobody else may run, as on SQLite."""

    def take(self) -> bool:
        """Lead."""
        return True

    def is_held(self) -> bool:
        """Lead still."""
        return True

    def release(self) -> None:
        """There is nobody to lead instead."""
