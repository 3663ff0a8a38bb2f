"""Says in one line what is wrong with the database."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy.exc import DataError, DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as PoolTimeout

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
    ("password authentication", "weist Benutzer oder Passwort zurück. Bitte DATABASE_URL prüfen."),
    ("no password supplied", "verlangt ein Passwort. Bitte DATABASE_URL prüfen."),
    ("permission denied", "erlaubt dem Benutzer aus DATABASE_URL zu wenig. Bitte dessen Rechte prüfen."),
    ("too many clients", "nimmt keine weitere Verbindung an. Bitte max_connections prüfen."),
    ("starting up", "startet gerade. Bitte später noch einmal versuchen."),
    ("shutting down", "wird gerade beendet. Bitte später noch einmal versuchen."),
    ('relation "', "enthält nicht die Tabellen dieses Programms. Bitte «db upgrade» ausführen."),
    ('database "', "gibt es auf dem Server nicht. Bitte DATABASE_URL prüfen."),
    ("failed to resolve", "ist nicht erreichbar: Den Rechnernamen gibt es nicht. Bitte DATABASE_URL prüfen."),
    ("connection", "ist nicht erreichbar. Läuft der Server, und stimmt DATABASE_URL?"),
    ("no such table", "enthält nicht die Tabellen dieses Programms. Bitte «db upgrade» ausführen."),
)


@contextmanager
def told_plainly(place: Path | str) -> Iterator[None]:
    """Turn errors of the database driver into a StoreError of one line."""
    try:
        yield
    except IntegrityError:
        raise
    except DBAPIError as error:
        raise StoreError(f"Datenbank {place} {_reason(error)}") from error
    except PoolTimeout as error:
        raise StoreError(f"Datenbank {place}: Alle Verbindungen sind vergeben.") from error
    except OSError as error:
        raise StoreError(f"Datenbank {place} lässt sich nicht öffnen: {reason(error)}.") from error


def _reason(error: DBAPIError) -> str:
    """Return the German half sentence for a driver's message; one about a value may quote a citizen."""
    if isinstance(error, DataError):
        return f"nimmt einen Wert nicht an ({type(error.orig).__name__})."
    message = str(error.orig).splitlines()[0] if str(error.orig) else type(error.orig).__name__
    known = (reason for sign, reason in _REASONS if sign in message.lower())
    return next(known, f"meldet einen Fehler: {message}")
