"""Says in one line what is wrong with the database."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy.exc import DBAPIError, IntegrityError

from bot.errors import StoreError
from bot.reasons import reason

_REASONS = (
    ("locked", "ist durch einen anderen Prozess gesperrt. Bitte später noch einmal versuchen."),
    (
        "unable to open",
        "lässt sich nicht öffnen. Gibt es das Verzeichnis, und darf das Programm dort schreiben?",
    ),
    ("readonly", "ist schreibgeschützt. Bitte die Rechte der Datei und des Verzeichnisses prüfen."),
    ("attempt to write", "ist schreibgeschützt. Bitte die Rechte der Datei und des Verzeichnisses prüfen."),
    ("not a database", "ist keine SQLite-Datenbank. Bitte DATABASE_URL prüfen."),
    ("malformed", "ist beschädigt. Bitte eine Sicherung zurückspielen."),
    ("full", "kann nicht wachsen: Der Datenträger ist voll."),
    ("no such table", "enthält nicht die Tabellen dieses Programms. Bitte «db upgrade» ausführen."),
)


@contextmanager
def told_plainly(path: Path) -> Iterator[None]:
    """Turn errors of the database driver into a StoreError of one line."""
    try:
        yield
    except IntegrityError:
        raise
    except DBAPIError as error:
        raise StoreError(f"Datenbank {path} {_reason(error)}") from error
    except OSError as error:
        raise StoreError(f"Datenbank {path} lässt sich nicht öffnen: {reason(error)}.") from error


def _reason(error: DBAPIError) -> str:
    """Return the German half sentence for a driver's message."""
    message = str(error.orig).splitlines()[0] if str(error.orig) else type(error.orig).__name__
    known = (reason for sign, reason in _REASONS if sign in message.lower())
    return next(known, f"meldet einen Fehler: {message}")
