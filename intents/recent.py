"""The vectors of the texts read last: many people ask the same, and a slow encoder need not read it again."""

import hashlib
import secrets
from collections import OrderedDict
from threading import Lock

from intents.encoder import Floats

MOST = 4_096
"""Texts; some 6 MB of vectors."""


class RecentVectors:
    """Vectors by text, the least used ones leave first; safe for several threads.

    The texts themselves are not kept, only hashes with a key that the process throws away.
    """

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._key = secrets.token_bytes(16)
        self._vectors: OrderedDict[bytes, Floats] = OrderedDict()
        self._lock = Lock()

    def get(self, family: str, text: str) -> Floats | None:
        """Return what an encoder made of a text, shape (d,)."""
        name = self._name(family, text)
        with self._lock:
            if name not in self._vectors:
                return None
            self._vectors.move_to_end(name)
            return self._vectors[name]

    def keep(self, family: str, text: str, vector: Floats) -> None:
        """Remember a vector."""
        with self._lock:
            self._vectors[self._name(family, text)] = vector
            while len(self._vectors) > self._most:
                self._vectors.popitem(last=False)

    def _name(self, family: str, text: str) -> bytes:
        return hashlib.blake2b(
            f"{family} {text}".encode("utf-8", "surrogatepass"), digest_size=16, key=self._key
        ).digest()
