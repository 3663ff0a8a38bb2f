"""Stand-ins for encoders and their cache: quick, deterministic, without weights."""

import zlib
from collections.abc import Mapping, Sequence

import numpy as np

from intents.background import Background, Projection, unit
from intents.encoder import Encoder, Floats

DIMENSION = 64


class LetterEncoder:
    """Hashes the character trigrams of a text into a unit vector: like spellings lie near each other."""

    dimension = DIMENSION

    def __init__(self, name: str = "letters", *, quick: bool = True) -> None:
        self.name = name
        self.quick = quick
        self.passages: Encoder | None = None
        self.seen: list[str] = []

    def encode(self, texts: Sequence[str]) -> Floats:
        """Return one unit vector for each text."""
        self.seen += texts
        rows = np.zeros((len(texts), DIMENSION), dtype=np.float32)
        for row, text in zip(rows, texts, strict=True):
            padded = f" {text.lower()} "
            for start in range(len(padded) - 2):
                row[zlib.crc32(padded[start : start + 3].encode()) % DIMENSION] += 1
        return unit(rows)


class MemoryCache:
    """Keeps embeddings for as long as the tests run."""

    def __init__(self) -> None:
        self.items: dict[str, bytes] = {}

    def get(self, keys: Sequence[str]) -> dict[str, bytes]:
        """Return what is known of these keys."""
        return {key: self.items[key] for key in keys if key in self.items}

    def put(self, items: Mapping[str, bytes]) -> None:
        """Remember these values."""
        self.items.update(items)


def plain_background(*families: str) -> Background:
    """Return a background that knows a few frequent words and leaves vectors as they are."""
    identity = Projection(np.zeros(DIMENSION, dtype=np.float32), np.eye(DIMENSION, dtype=np.float32))
    frequency = {"wie": 400, "was": 400, "der": 700, "wo": 200, "stadt": 90}
    return Background(1_000, frequency, dict.fromkeys(families, identity))
