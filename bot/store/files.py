"""Folders and files that only the bot's user may read."""

import os
from contextlib import suppress
from pathlib import Path

FOLDER, FILE = 0o700, 0o600
"""Rights, whatever the umask says."""
COPY_MARK = ".vor-"
"""In the name of a copy of the database, followed by the number of the form that it has, such as 0012."""


def make_folder(path: Path) -> None:
    """Create a folder of our own; one that exists already keeps its rights, for it may be somebody else's."""
    if not path.is_dir():
        path.mkdir(mode=FOLDER, parents=True, exist_ok=True)
        path.chmod(FOLDER)


def make_file(path: Path) -> None:
    """Create a file of our own, or take others' rights from one that exists."""
    if not path.exists():
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, FILE))
    shut(path)


def shut(path: Path) -> None:
    """Take others' rights from a file that exists; one that belongs to somebody else stays as it is."""
    if path.exists() and path.stat().st_mode & 0o777 != FILE:
        with suppress(PermissionError):
            path.chmod(FILE)


def lock_of(database: Path) -> Path:
    """Return the lock file of a database, the same one by whatever links it is reached."""
    place = Path(os.path.realpath(database))  # resolve() raises where links lead in a circle
    return place.with_name(f"{place.name}.lock")
