"""The embedding cache: a SQLite file of its own that may be deleted at any time."""

import sqlite3
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, suppress
from pathlib import Path
from typing import TypeVar

import structlog

from bot.store.files import make_file, make_folder

T = TypeVar("T")

_BATCH = 500
_BUSY_SECONDS = 10.0
_SUM_BYTES = 4
_FOREIGN = ("no such column", "has no column")

log = structlog.get_logger(__name__)


class IndexCache:
    """Keeps vectors by key, each with a checksum; without a usable file it is simply empty."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._told = False

    def get(self, keys: Sequence[str]) -> dict[str, bytes]:
        """Return the vectors that are there and sound."""

        def work(connection: sqlite3.Connection) -> dict[str, bytes]:
            return {key: blob for batch in _batches(keys) for key, blob in _select(connection, batch)}

        nothing: dict[str, bytes] = {}
        found = self._use(work, nothing)
        return {key: blob[_SUM_BYTES:] for key, blob in found.items() if _is_sound(blob)}

    def put(self, items: Mapping[str, bytes]) -> None:
        """Keep vectors; several processes may do so at once."""
        rows = [(key, _checksum(vector) + vector) for key, vector in items.items()]

        def work(connection: sqlite3.Connection) -> None:
            with connection:
                connection.executemany("INSERT OR REPLACE INTO vector (key, vector) VALUES (?, ?)", rows)

        self._use(work, None)

    def _use(self, work: Callable[[sqlite3.Connection], T], without: T) -> T:
        """Work on the file; a damaged one is set aside and begun anew, an unusable one done without."""
        for _ in range(2):
            try:
                with closing(_opened(self._path)) as connection:
                    return work(connection)
            except sqlite3.DatabaseError as error:
                self._tell(error)
                if not _is_damaged(error) or not self._set_aside():
                    break
            except OSError as error:
                self._tell(error)
                break
        return without

    def _set_aside(self) -> bool:
        """Rename a damaged file, so that the next attempt starts with a fresh one."""
        with suppress(OSError):
            self._path.replace(self._path.with_name(f"{self._path.name}.damaged"))
            return True
        return False

    def _tell(self, error: Exception) -> None:
        """Log trouble once."""
        if not self._told:
            log.warning("index_cache_trouble", path=str(self._path), error=str(error))
        self._told = True


def _opened(path: Path) -> sqlite3.Connection:
    """Open the file, and create it where it is missing."""
    make_folder(path.parent)
    make_file(path)
    connection = sqlite3.connect(path, timeout=_BUSY_SECONDS)
    try:
        connection.execute("CREATE TABLE IF NOT EXISTS vector (key TEXT PRIMARY KEY, vector BLOB NOT NULL)")
    except BaseException:
        connection.close()
        raise
    return connection


def _select(connection: sqlite3.Connection, keys: Sequence[str]) -> list[tuple[str, bytes]]:
    marks = ",".join("?" * len(keys))
    query = f"SELECT key, vector FROM vector WHERE key IN ({marks})"  # noqa: S608 - question marks only
    return connection.execute(query, keys).fetchall()


def _batches(keys: Sequence[str]) -> Iterator[Sequence[str]]:
    """Cut the keys into what one statement may hold."""
    for start in range(0, len(keys), _BATCH):
        yield keys[start : start + _BATCH]


def _is_damaged(error: sqlite3.DatabaseError) -> bool:
    """Say whether the file itself is broken, not only locked, full or out of reach."""
    if isinstance(error, sqlite3.OperationalError):
        return any(sign in str(error) for sign in _FOREIGN)
    return True


def _checksum(vector: bytes) -> bytes:
    return zlib.crc32(vector).to_bytes(_SUM_BYTES, "big")


def _is_sound(blob: object) -> bool:
    """Say whether a stored value is a vector with its right checksum."""
    return isinstance(blob, bytes) and blob[:_SUM_BYTES] == _checksum(blob[_SUM_BYTES:])
