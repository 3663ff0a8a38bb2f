"""The FAQ's file: the seed of what is live, and its mirror.

The program remembers what it left in the file or took from it. Anything else was written by somebody, and is never
written over before it is taken in.
"""

import errno
import hashlib
import os
import stat
from contextlib import suppress
from pathlib import Path

import structlog

from bot.ports import FaqVersion, FaqVersions
from bot.reasons import reason
from intents.errors import FaqError
from intents.faq import DEFAULT_NAME, FaqBase, parse_faq, read_faq

AUTHOR = DEFAULT_NAME
"""Who wrote a form that came from the file."""

_UNFINISHED = ".neu"

log = structlog.get_logger(__name__)


class FaqFile:
    """One file; `place` names it among those of other machines that share the database."""

    def __init__(self, path: Path, versions: FaqVersions, place: str = "") -> None:
        self.path = path
        self._versions = versions
        self._place = place or str(path)
        self._told = ""

    def read(self) -> tuple[FaqBase, str]:
        """Return the file's FAQ and text; raises FaqError."""
        content = read_faq(self.path)
        return parse_faq(content, str(self.path)), content.decode()

    def is_new(self, hash_: str) -> bool:
        """Say whether somebody wrote this content since the program left or took what was there."""
        known = self._versions.left_in(self._place)
        if known is not None:
            return hash_ not in known
        return self._versions.author_of(hash_) in (None, AUTHOR) and hash_ != self._versions.last_hash(AUTHOR)

    def before(self) -> frozenset[str]:
        """Return what the file held before somebody wrote into it, as far as it is known."""
        last = self._versions.last_hash(AUTHOR)
        return self._versions.left_in(self._place) or frozenset({last} if last else ())

    def taken(self, hash_: str) -> None:
        """Note that the content was taken over."""
        if self._versions.left_in(self._place) != frozenset((hash_,)):
            self._versions.note_file(self._place, {hash_})

    def mirror(self, version: FaqVersion) -> bool:
        """Write what is live into the file, whole or not at all; return False when it is to be tried again.

        What somebody wrote meanwhile stays. A file that cannot be written is told once, and left alone.
        """
        try:
            return self._mirrored(version)
        except FaqError as error:
            self._tell(str(error))
        except OSError as error:
            self._tell(reason(error))
        return True

    def _mirrored(self, version: FaqVersion) -> bool:
        path = self.path.resolve()  # what a link leads to is replaced, not the link
        seen = path.stat()
        found = hashlib.sha256(read_faq(path)).hexdigest()[:16]
        if found == version.hash:
            self.taken(found)
            return True
        if self.is_new(found):
            return False
        self._versions.note_file(self._place, {found, version.hash})
        is_done = _replaced(path, version.yaml.encode(), seen)
        if is_done:
            self._versions.note_file(self._place, {version.hash})
            log.info("faq_mirrored", path=str(path), faq=version.hash)
        return is_done

    def _tell(self, told: str) -> None:
        if told != self._told:
            log.warning("faq_not_mirrored", path=str(self.path), reason=told)
        self._told = told

    def sweep(self) -> None:
        """Delete what a crash in the middle of writing left beside the file."""
        with suppress(OSError):
            for left in self.path.resolve().parent.glob(f".{self.path.name}.*{_UNFINISHED}"):
                left.unlink()


def _replaced(path: Path, content: bytes, seen: os.stat_result) -> bool:
    """Put a content into the file's place, with its rights; return False when somebody wrote into it since `seen`."""
    if not os.access(path, os.W_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))
    new = path.with_name(f".{path.name}.{os.getpid()}{_UNFINISHED}")
    try:
        with new.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        new.chmod(stat.S_IMODE(seen.st_mode))
        if new.stat().st_uid != seen.st_uid or new.stat().st_gid != seen.st_gid:
            os.chown(new, seen.st_uid, seen.st_gid)
        is_same = _stamp(path.stat()) == _stamp(seen)
        if is_same:
            new.replace(path)
    finally:
        new.unlink(missing_ok=True)
    return is_same


def _stamp(found: os.stat_result) -> tuple[int, ...]:
    return found.st_mtime_ns, found.st_ctime_ns, found.st_size, found.st_ino
