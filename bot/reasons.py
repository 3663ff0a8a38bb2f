"""Says in German why the operating system refused something."""

import errno

_REASONS = {
    errno.ENOENT: "Datei oder Verzeichnis nicht gefunden",
    errno.EACCES: "keine Berechtigung",
    errno.EPERM: "keine Berechtigung",
    errno.EISDIR: "ist ein Verzeichnis",
    errno.ENOTDIR: "ein Teil des Pfades ist kein Verzeichnis",
    errno.EEXIST: "gibt es schon",
    errno.ENOSPC: "der Datenträger ist voll",
    errno.EDQUOT: "der Speicherplatz ist aufgebraucht",
    errno.EROFS: "der Datenträger ist schreibgeschützt",
    errno.ENAMETOOLONG: "der Name ist zu lang",
    errno.EMFILE: "zu viele Dateien sind offen",
    errno.EIO: "der Datenträger meldet einen Fehler",
    errno.EADDRINUSE: "ist durch ein anderes Programm belegt",
    errno.EADDRNOTAVAIL: "ist keine Adresse dieses Rechners",
    errno.ELOOP: "die Verknüpfungen führen im Kreis",
}


def reason(error: OSError) -> str:
    """Return the reason of an error by its number; an unknown one is named by the number."""
    return _REASONS.get(error.errno or 0, f"Fehler {error.errno} des Betriebssystems")
