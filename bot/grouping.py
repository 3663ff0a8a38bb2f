"""Groups the questions of the review list: what is new joins, little by little; another encoder begins anew."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from bot.clusters import Clusters, Weigh, rows_of
from bot.linkage import Floats, Numbers, Progress
from bot.ports import Understanding
from intents.decision import Embedding

_BLOCK = 100
"""Texts that are encoded at once."""
_AT_ONCE = 4096
"""Items that are prepared at once."""
_MOSTLY_NEW = 0.5
"""Share of new questions from which grouping all at once is quicker and no worse."""


@dataclass(frozen=True)
class Meaning:
    """What the words of an item mean."""

    item: int
    embedding: Embedding
    lemmas: str


@dataclass(frozen=True)
class Placed:
    """All items, each with its group."""

    items: Numbers
    numbers: Numbers
    """0: in no group yet."""
    vectors: NDArray[np.float16]
    lemmas: tuple[str, ...]
    next: int
    """Number of the next new group."""


@dataclass(frozen=True)
class Shape:
    """Turns vectors and words into what is compared."""

    centre: Callable[[str, Floats], Floats]
    """(encoder, vectors) → unit vectors around the middle of all questions."""
    weigh: Weigh

    def rows(self, encoder: str, placed: Placed) -> Floats:
        """Return a row for each item; made in blocks, for there may be very many."""
        made: Floats = np.zeros((0, 0), np.float32)
        for start in range(0, len(placed.items), _AT_ONCE):
            some = slice(start, start + _AT_ONCE)
            vectors = self.centre(encoder, placed.vectors[some].astype(np.float32))
            block = rows_of(vectors, placed.lemmas[some], self.weigh)
            if not made.size:
                made = np.empty((len(placed.items), block.shape[1]), np.float32)
            made[some] = block
        return made


class Items(Protocol):
    """Keeps what is to be grouped; bot.store.grouping.SqlGrouping is one."""

    def collect(self) -> int:
        """Bring the review list up to date with the question log; return how many questions are new in it."""

    def encoder(self) -> str | None:
        """Return whose vectors the latest question has."""

    def without_meaning(self, encoder: str | None) -> list[tuple[int, str]]:
        """Return the items, with their words, that this encoder has not seen or whose base forms are not known."""

    def give_meaning(self, meanings: Sequence[Meaning]) -> None:
        """Keep what words mean beside them."""

    def load(self, encoder: str) -> Placed:
        """Return all items that an encoder has seen, each with its group."""

    def is_grouped_by_others(self, encoder: str) -> bool:
        """Say whether some group was made of another encoder's vectors."""

    def place(self, items: Numbers, numbers: Numbers, after: int, encoder: str, now: datetime) -> Iterator[int]:
        """Write the groups of items; yield how many are written."""

    def tidy(self, encoder: str | None, now: datetime) -> None:
        """Sum up anew what is out of date."""


def group(
    items: Items, shape: Shape, prepare: Callable[[], Understanding], now: datetime, progress: Progress
) -> tuple[int, int]:
    """Group what is new; return how many questions are new, and how many changed their group.

    `prepare` makes what reads texts; it is called only where the question log lacks what was read when they were asked.
    """
    new = items.collect()
    encoder = _meant(items, prepare, progress)
    moved = _regroup(items, shape, encoder, now, progress) if encoder else 0
    items.tidy(encoder, now)
    return new, moved


def _meant(items: Items, prepare: Callable[[], Understanding], progress: Progress) -> str | None:
    """See to it that each item has a meaning, all by the same encoder; return which."""
    encoder = items.encoder()
    if not items.without_meaning(encoder):
        return encoder
    understanding = prepare()
    encoder = understanding.embed(["?"])[0].encoder
    missing = items.without_meaning(encoder)
    for start in range(0, len(missing), _BLOCK):
        block = missing[start : start + _BLOCK]
        vectors = understanding.embed([text for _, text in block])
        items.give_meaning(
            [
                Meaning(n, vector, understanding.lemma_key(text))
                for (n, text), vector in zip(block, vectors, strict=True)
            ]
        )
        progress(start + len(block), len(missing))
    return encoder


def _regroup(items: Items, shape: Shape, encoder: str, now: datetime, progress: Progress) -> int:
    """Find the groups, and write what changed; return how many items that were."""
    placed = items.load(encoder)
    is_new = placed.numbers == 0
    anew = items.is_grouped_by_others(encoder) or bool(is_new.mean() > _MOSTLY_NEW) if len(is_new) else False
    if not (anew or is_new.any()):
        return 0
    before = Clusters(shape.rows(encoder, placed), placed.lemmas, placed.numbers, placed.next)
    found = before.regrouped(progress=progress) if anew else before.completed(progress=progress)
    changed = np.flatnonzero(found.numbers != placed.numbers)
    chosen = changed[np.argsort(found.numbers[changed], kind="stable")]
    for done in items.place(placed.items[chosen], found.numbers[chosen], found.next, encoder, now):
        progress(done, len(chosen))
    return len(chosen)
