"""Notices that a file has changed, and waits until it is written."""

from pathlib import Path

Stamp = tuple[int, int, int, int]
"""What differs when a file was written: times of content and of rights, size, number."""


class FileWatch:
    """Looks at one file from time to time."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._last: Stamp | None = None
        self._told: Stamp | None = None

    @property
    def is_moving(self) -> bool:
        """Say whether the last look saw something new: the next one should come soon."""
        return self._last != self._told

    def mark(self) -> None:
        """Take the file as it is now for known."""
        self._last = self._told = _stamp(self._path)

    def look(self) -> bool:
        """Tell once of each change, when two looks in a row saw the same: a half-written file is still growing."""
        before, self._last = self._last, _stamp(self._path)
        if self._last != before or not self.is_moving:
            return False
        self._told = self._last
        return True


def _stamp(path: Path) -> Stamp | None:
    """Return what tells a file's state from others; None when there is no file."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_ctime_ns, found.st_size, found.st_ino
