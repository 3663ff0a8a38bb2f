"""What «doctor» asks a database; nothing is changed, and no file is made."""

import fcntl
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from bot.store.database import Database
from bot.store.files import lock_of
from bot.store.locks import Role
from bot.store.tables import chat


def check_writable(database: Database) -> None:
    """Write nothing, as one that may write; raises StoreError."""
    nobody = sa.delete(chat).where(chat.c.key == "")
    database.write(lambda connection: connection.execute(nobody))


def is_running(path: Path) -> bool:
    """Tell whether a bot runs on a SQLite file."""
    lock = lock_of(path)
    if not lock.exists():
        return False
    with lock.open("rb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def is_led(database: Database) -> bool:
    """Tell whether an instance on this PostgreSQL database receives or sends."""

    def work(connection: Connection) -> bool:
        here = "database = (SELECT oid FROM pg_database WHERE datname = current_database())"
        number = "(classid::bigint << 32 | objid::bigint)"
        query = sa.text(
            f"SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted AND {here} AND {number} IN :roles"  # noqa: S608 - constants
        ).bindparams(sa.bindparam("roles", expanding=True))
        return bool(connection.scalar(query, {"roles": [int(role) for role in Role]}))

    return database.read(work)
