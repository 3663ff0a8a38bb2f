"""What systems said → the figures of the tables, with bootstrap intervals over questions."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from intents.evaluate import (
    Floats,
    Interval,
    Stream,
    area_under_risk_coverage,
    auroc,
    bootstrap,
    coverage_at,
    expected_calibration_error,
    mix_weights,
    stream,
)

IN, NEAR, FAR = 0, 1, 2
MIX = (6.0, 2.0, 1.0)
"""In scope : near : far in the stream of questions."""

ROUNDS = 200


@dataclass(frozen=True)
class Outcome:
    """A system's results on one fold or on several put together."""

    texts: tuple[str, ...]
    scope: NDArray[np.int64]
    """IN, NEAR or FAR, per question."""
    ranks: NDArray[np.int64]
    confidence: Floats

    @classmethod
    def pooled(cls, parts: Sequence["Outcome"]) -> "Outcome":
        """Put the questions of several folds into one list."""
        return cls(
            tuple(text for part in parts for text in part.texts),
            np.concatenate([part.scope for part in parts]),
            np.concatenate([part.ranks for part in parts]),
            np.concatenate([part.confidence for part in parts]),
        )

    def hits(self, k: int) -> Floats:
        """1 or 0 per in-scope question: expected entry among the first k."""
        ranks = self.ranks[self.scope == IN]
        return np.asarray((ranks >= 0) & (ranks < k), np.float64)

    def in_scope_texts(self) -> list[str]:
        """Return the in-scope questions, in the order of `hits`."""
        return [text for text, scope in zip(self.texts, self.scope, strict=True) if scope == IN]

    def mixed(self) -> Stream:
        """Weigh the questions so that in scope, near and far stand 6 : 2 : 1."""
        order = np.argsort(self.scope, kind="stable")
        scope = self.scope[order]
        sizes = [int((scope == part).sum()) for part in (IN, NEAR, FAR)]
        weight = mix_weights(sizes, MIX)
        return stream(self.confidence[order], self.ranks[order] == 0, scope == IN, weight=weight)

    def separation(self, part: int) -> float:
        """AUROC of in-scope questions against NEAR or FAR ones."""
        return auroc(self.confidence[self.scope == IN], self.confidence[self.scope == part])


@dataclass(frozen=True)
class Figures:
    """One row of a table."""

    questions: int
    """In-scope questions."""
    top1: Interval
    top3: Interval
    coverage5: Interval
    """In-scope questions answered at 5 % wrong answers, in the mixed stream."""
    coverage10: Interval
    auroc_near: float
    auroc_far: float
    ece: float
    aurc: float
    """Area under the risk-coverage curve of the mixed stream."""
    aurc_in: float
    """The same over in-scope questions alone."""


def figures(outcome: Outcome) -> Figures:
    """Compute every figure of one system."""
    mixed, texts = outcome.mixed(), outcome.in_scope_texts()
    alone = stream(outcome.confidence[outcome.scope == IN], outcome.hits(1) > 0, np.ones(len(texts), np.bool_))
    return Figures(
        questions=len(texts),
        top1=bootstrap(outcome.hits(1), groups=texts),
        top3=bootstrap(outcome.hits(3), groups=texts),
        coverage5=bootstrap_stream(mixed, lambda drawn: coverage_at(drawn, 0.05)),
        coverage10=bootstrap_stream(mixed, lambda drawn: coverage_at(drawn, 0.10)),
        auroc_near=outcome.separation(NEAR),
        auroc_far=outcome.separation(FAR),
        ece=expected_calibration_error(mixed),
        aurc=area_under_risk_coverage(mixed),
        aurc_in=area_under_risk_coverage(alone),
    )


def bootstrap_stream(questions: Stream, statistic: Callable[[Stream], float], *, seed: int = 0) -> Interval:
    """Percentile interval of a figure of a stream: each question's weight times how often it is drawn."""
    size = len(questions.weight)
    rng = np.random.default_rng(seed)
    drawn = [
        statistic(replace(questions, weight=questions.weight * np.bincount(pick, minlength=size)))
        for pick in rng.integers(0, size, (ROUNDS, size))
    ]
    low, high = np.quantile(drawn, [0.025, 0.975])
    return Interval(statistic(questions), float(low), float(high))


def paired_gain(ours: Outcome, theirs: Outcome) -> Interval:
    """Top-1 of ours minus theirs on the same questions, drawn together."""
    return bootstrap(ours.hits(1) - theirs.hits(1), groups=ours.in_scope_texts())
