"""Brings the database to the current form; a copy is kept before a change."""

import sqlite3
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa
import structlog
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.engine import Connection

from bot.errors import StoreError
from bot.reasons import reason
from bot.store.database import Database
from bot.store.failures import told_plainly
from bot.store.files import COPY_MARK, make_file, make_folder, shut

SCRIPTS = Path(__file__).with_name("migrations")

MIGRATION_LOCK = 0x4641_5142_4F54_0001
"""Number of the advisory lock under which a server is migrated: «FAQBOT», 1."""

log = structlog.get_logger(__name__)


def upgrade(database: Database, *, scripts: Path = SCRIPTS) -> bool:
    """Create or migrate the tables; return whether anything had to be done."""
    changed = _upgrade_server(database, scripts) if database.is_server else _upgrade_file(database, scripts)
    if changed:
        log.info("database_upgraded", place=str(database.place))
    return changed


def make_ready(database: Database, *, scripts: Path = SCRIPTS) -> None:
    """Bring a file up to date; a server, which others may use right now, has to be up to date already."""
    if not database.is_server:
        upgrade(database, scripts=scripts)
    elif not status(database, scripts=scripts).is_current:
        raise StoreError(f"Datenbank {database.place} ist nicht auf dem neuesten Stand. Bitte «db upgrade» ausführen.")


@dataclass(frozen=True)
class Status:
    """In which form a database is."""

    found: str | None
    """None: there are no tables yet."""
    newest: str

    @property
    def is_current(self) -> bool:
        """Say whether nothing has to be done."""
        return self.found == self.newest


def status(database: Database, *, scripts: Path = SCRIPTS) -> Status:
    """Compare a database with this program; refuse one that is newer or not ours."""
    script = ScriptDirectory(str(scripts))
    known = {revision.revision for revision in script.walk_revisions()}
    found = _revision_before(database)
    if found and found not in known:
        raise StoreError(f"Datenbank {database.place} stammt von einer neueren Version (Stand {found}).")
    return Status(found, str(script.get_current_head()))


def _upgrade_file(database: Database, scripts: Path) -> bool:
    """Migrate a SQLite file, after a copy."""
    _make_room(database.path)
    _make_private(database.path)
    before = status(database, scripts=scripts)
    if before.is_current:
        return False
    if before.found:
        copy = backup(database.path, _free_name(database.path, before.found))
        log.info("database_backed_up", copy=str(copy))
    _make_private(database.path, create=True)
    with database.migrating() as connection:
        _migrate(connection, scripts)
    return True


def _upgrade_server(database: Database, scripts: Path) -> bool:
    """Migrate a PostgreSQL database in one transaction; a second call at the same time waits and finds it done."""
    with database.migrating() as connection:
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(MIGRATION_LOCK)))
        if _revision(connection, database.place) == status(database, scripts=scripts).newest:
            return False
        _migrate(connection, scripts)
    return True


def backup(source: Path, target: Path) -> Path:
    """Copy a running database whole; raise StoreError when the target exists or cannot be written."""
    if target.exists():
        raise StoreError(f"Sicherung {target} gibt es schon. Bitte einen anderen Namen wählen.")
    if not source.exists():
        raise StoreError(f"Datenbank {source} gibt es nicht.")
    unfinished = target.with_name(f"{target.name}.unfertig")
    try:
        make_file(unfinished)
        _copy(source, unfinished)
        unfinished.replace(target)
    except (OSError, sqlite3.Error) as error:
        with suppress(OSError):
            unfinished.unlink(missing_ok=True)
        why = reason(error) if isinstance(error, OSError) else error
        raise StoreError(f"Sicherung {target} lässt sich nicht schreiben: {why}.") from error
    return target


def _copy(source: Path, target: Path) -> None:
    reading, writing = sqlite3.connect(source, timeout=10), sqlite3.connect(target)
    try:
        reading.backup(writing)
    finally:
        reading.close()
        writing.close()


def _make_room(path: Path) -> None:
    """Create the directory of the database."""
    try:
        make_folder(path.parent)
    except OSError as error:
        raise StoreError(f"Verzeichnis {path.parent} lässt sich nicht anlegen: {reason(error)}.") from error


def _make_private(path: Path, *, create: bool = False) -> None:
    """Keep others from reading the database; SQLite gives its further files the same rights."""
    with told_plainly(path):
        if create:
            make_file(path)
        for suffix in ("", "-wal", "-shm"):
            shut(path.with_name(path.name + suffix))


def _revision_before(database: Database) -> str | None:
    """Return the form of an existing database, None for an empty one; refuse somebody else's."""
    if not database.is_server and not database.path.exists():
        return None
    return database.read(lambda connection: _revision(connection, database.place))


def _revision(connection: Connection, place: Path | str) -> str | None:
    tables = sa.inspect(connection).get_table_names()
    if tables and "alembic_version" not in tables:
        raise StoreError(f"Datenbank {place} gehört nicht zu diesem Programm. Bitte DATABASE_URL prüfen.")
    return MigrationContext.configure(connection).get_current_revision()


def _migrate(connection: Connection, scripts: Path) -> None:
    """Run all pending migrations in the one transaction of this connection."""
    config = Config()
    config.set_main_option("script_location", str(scripts).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _free_name(path: Path, revision: str) -> Path:
    """Return a name for a copy that is not taken yet."""
    first = path.with_name(f"{path.name}{COPY_MARK}{revision}")
    names = [first, *(first.with_name(f"{first.name}-{count}") for count in range(2, 1000))]
    return next(name for name in names if not name.exists())
