"""A question log as large as wanted, made of labelled public questions."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import sqlalchemy as sa

from benchmarks.clusters import drawn
from benchmarks.memo import Memo, use_encoder
from bot.linkage import Floats
from bot.store.database import Database
from bot.store.tables import chat, question
from intents.datasets import load_sets
from intents.encoder import UseEncoder
from intents.faq import load_faq
from intents.matcher import Matcher, build_matcher
from intents.text import normalise

ROOT = Path(__file__).resolve().parents[1]
NOISE = 0.5
"""Length of the noise that makes many questions of few."""
_CHAT = "benchmark"
_STEP = 5000
_DAYS = 28


@dataclass(frozen=True)
class Source:
    """Questions to draw from."""

    texts: tuple[str, ...]
    vectors: Floats
    keys: tuple[str, ...]
    encoder: str
    entries: tuple[str, ...]
    """Ids of the FAQ's entries."""
    matcher: Matcher

    @classmethod
    def read(cls, data: Path, memo: Path) -> "Source":
        """Read, encode and analyse the labelled questions."""
        faq = load_faq(ROOT / "faq_data.yaml")
        day = max(entry.updated for entry in faq.entries if entry.updated)
        matcher = build_matcher(faq, models=ROOT / "models", cache=Memo(memo), today=day)
        texts = tuple(text for one in load_sets(data) for text in drawn(one, 3000)[0])
        vectors = use_encoder(Memo(memo))([normalise(text) for text in texts])
        keys, entries = tuple(map(matcher.lemma_key, texts)), tuple(entry.id for entry in faq.entries)
        return cls(texts, vectors, keys, UseEncoder().name, entries, matcher)


def fill(database: Database, source: Source, first: int, count: int, now: datetime) -> None:
    """Log questions, numbered from `first` on, over the last weeks; all of them found no answer."""
    chance = np.random.default_rng(first)
    if first == 1:
        row = {"key": _CHAT, "channel": "console", "state": {}, "version": 1, "updated_at": now}
        database.write(lambda connection: connection.execute(sa.insert(chat).values(**row)))
    rows = list(_rows(source, first, count, now, chance))
    for start in range(0, count, _STEP):
        step = rows[start : start + _STEP]
        database.write(lambda connection: connection.execute(sa.insert(question), step))  # noqa: B023 - called at once


def _rows(
    source: Source, first: int, count: int, now: datetime, chance: np.random.Generator
) -> Iterator[dict[str, Any]]:
    """Yield questions as column values, each a little another one."""
    chosen = chance.integers(0, len(source.texts), count)
    ages = np.sort(chance.random(count))[::-1] * _DAYS
    for number, place, age in zip(range(first, first + count), chosen.tolist(), ages.tolist(), strict=True):
        near = chance.choice(len(source.entries), 3, replace=False)
        odds = np.sort(chance.dirichlet(np.ones(4)))[:0:-1]
        candidates = [{"id": source.entries[n], "confidence": float(each)} for n, each in zip(near, odds, strict=True)]
        yield {
            "chat_key": _CHAT,
            "number": number,
            "at": now - timedelta(days=age),
            "text": f"{source.texts[place]} ({number})",
            "decision": "fallback",
            "reason": "below_threshold",
            "entry": None,
            "confidence": candidates[0]["confidence"],
            "candidates": candidates,
            "faq": "f",
            "model": "m",
            "feedback": None,
            "embedding": _noisy(source.vectors[place], chance),
            "encoder": source.encoder,
            "lemmas": f"{source.keys[place]} {number}",
        }


def _noisy(vector: Floats, chance: np.random.Generator) -> bytes:
    """Return a vector near to another, as it is stored."""
    noisy = vector + chance.standard_normal(vector.shape, dtype=np.float32) * np.float32(NOISE / np.sqrt(len(vector)))
    return bytes((noisy / np.linalg.norm(noisy)).astype("<f2").tobytes())
