"""One way to ask everything that is measured: a system takes a FAQ and questions, and ranks entries."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.memo import Memo
from benchmarks.peers import Peer
from intents.datasets import Fold
from intents.decision import Decision
from intents.evaluate import ranks_of
from intents.faq import FaqBase
from intents.query import Query

LOST = 1_000_000
"""Rank of an expected entry that is not among the candidates."""

DAY = date(2026, 1, 1)


@dataclass(frozen=True)
class Ranked:
    """What a system said to the questions of a fold."""

    ranks: NDArray[np.int64]
    """Rank of the expected entry, 0 = first; -1 where the question has none."""
    confidence: NDArray[np.float64]


Ask = Callable[[Fold, Sequence[str], Sequence[str | None]], Ranked]


@dataclass(frozen=True)
class System:
    """A named system under measurement."""

    name: str
    ask: Ask
    is_peer: bool = True


def peer_system(peer: Peer) -> System:
    """Put a peer on the common form: it learns all phrasings of the fold's FAQ."""

    def ask(fold: Fold, queries: Sequence[str], expected: Sequence[str | None]) -> Ranked:
        texts, labels = known_phrasings(fold.faq)
        scorer = peer.fit(texts, labels, len(fold.faq.entries))
        scores = scorer.score(queries)
        return Ranked(ranks_of(scores, columns(fold.faq, expected)), scorer.confidence(scores))

    return System(peer.name, ask)


def known_phrasings(faq: FaqBase) -> tuple[list[str], list[int]]:
    """Return all phrasings and the number of the entry each belongs to."""
    pairs = [(text, number) for number, entry in enumerate(faq.entries) for text in entry.phrasings]
    return [text for text, _ in pairs], [number for _, number in pairs]


def columns(faq: FaqBase, expected: Sequence[str | None]) -> list[int]:
    """Return the entry number of each expected id, -1 for None."""
    numbers = {entry.id: number for number, entry in enumerate(faq.entries)}
    return [-1 if name is None else numbers[name] for name in expected]


def project_system(models: str, memo: Memo, *, encoders: str = "auto") -> System:
    """Put this project on the common form; «{set}» or «{origin}» in `models` stands for what is being measured."""

    def ask(fold: Fold, queries: Sequence[str], expected: Sequence[str | None]) -> Ranked:
        from intents.matcher import build_matcher

        name = fold.name.split("/")[0]
        folder = Path(models.format(set=name, origin=name.split("-")[0]))
        matcher = build_matcher(fold.faq, models=folder, cache=memo, today=DAY, encoders=encoders)
        decisions = matcher.match_many([Query(text) for text in queries])
        ranks = [_rank(decision, name) for decision, name in zip(decisions, expected, strict=True)]
        return Ranked(np.array(ranks, np.int64), np.array([decision.confidence for decision in decisions]))

    return System(f"this project ({encoders})", ask, is_peer=False)


def _rank(decision: Decision, expected: str | None) -> int:
    if expected is None:
        return -1
    names = [candidate.id for candidate in decision.candidates]
    return names.index(expected) if expected in names else LOST
