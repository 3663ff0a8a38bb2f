"""From features of (question, entry) to a calibrated probability: gradient-boosted trees in NumPy, read from JSON.

The trees give a raw score. What a raw score means is kept as histograms of questions with known answers, gathered on
FAQs the trees had not seen: how often the best candidate was right, wrong, asked near the FAQ's topics, asked far from
them. Calibration and thresholds follow from the histograms for any share of out-of-scope questions and any tolerated
rate of wrong answers; no number is typed in.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from intents.encoder import Floats

Doubles = NDArray[np.float64]
Ints = NDArray[np.int64]

OUTCOMES = ("right", "wrong", "near", "far")
"""What became of the best candidate: in scope and right, in scope and wrong, out of scope near, out of scope far."""


@dataclass(frozen=True)
class Trees:
    """An ensemble of binary trees as flat arrays; node 0 of a tree stands at its root."""

    roots: Ints
    """First node of each tree."""
    feature: Ints
    """Feature a node asks for; -1 at a leaf."""
    threshold: Doubles
    """Go left where feature ≤ threshold; the value at a leaf."""
    left: Ints
    right: Ints
    depth: int

    def score(self, rows: Floats) -> Doubles:
        """Sum the leaves that each row reaches; shape (rows,)."""
        at = np.broadcast_to(self.roots, (len(rows), len(self.roots))).copy()
        lines = np.arange(len(rows))[:, None]
        for _ in range(self.depth):
            asked = self.feature[at]
            values = rows[lines, np.maximum(asked, 0)]
            step = np.where(values <= self.threshold[at], self.left[at], self.right[at])
            at = np.where(asked < 0, at, step)
        total: Doubles = self.threshold[at].sum(axis=1)
        return total


@dataclass(frozen=True)
class Histograms:
    """Questions by the raw score of their best candidate, and what became of it."""

    edges: Doubles
    """Raw scores between the bins, ascending, shape (bins - 1,)."""
    best: Doubles
    """Share of each outcome's questions in each bin; rows as `OUTCOMES`, each pair (right, wrong), near, far sums to 1."""
    others: Doubles
    """The same for the second and further candidates: rows right and not right, in scope; then out of scope."""

    def bins(self, scores: Doubles) -> Ints:
        """The bin of each raw score."""
        found: Ints = np.searchsorted(self.edges, scores)
        return found

    def wrong_and_all(self, share: float) -> tuple[Doubles, Doubles]:
        """Mass of wrong answers and of all questions in each bin, at a share of out-of-scope questions."""
        right, wrong, near, far = self.best
        missed = (1 - share) * wrong + share / 2 * (near + far)
        return missed, missed + (1 - share) * right

    def best_curve(self, share: float) -> Doubles:
        """Probability that the best candidate is right, by bin; never falling."""
        missed, everything = self.wrong_and_all(share)
        return isotonic((everything - missed), everything)

    def other_curve(self, share: float) -> Doubles:
        """Probability that a further candidate is right, by bin; never falling."""
        right, wrong, outside = self.others
        return isotonic((1 - share) * right, (1 - share) * (right + wrong) + share * outside)

    def threshold(self, rate: float, share: float) -> float:
        """The lowest raw score above which at most `rate` of all answers are wrong; infinite when there is none."""
        missed, everything = self.wrong_and_all(share)
        above = np.cumsum(missed[::-1])[::-1] / np.maximum(np.cumsum(everything[::-1])[::-1], 1e-12)
        allowed = np.flatnonzero(above <= rate)
        if not len(allowed):
            return float("inf")
        return float(self.edges[allowed[0] - 1]) if allowed[0] else float("-inf")


def isotonic(right: Doubles, everything: Doubles) -> Doubles:
    """Pool adjacent violators: the never-falling curve nearest to right ÷ everything (Ayer et al. 1955)."""
    blocks: list[list[float]] = []
    for value, weight in zip(right, everything, strict=True):
        blocks.append([float(value), float(weight), 1])
        while len(blocks) > 1 and _mean(blocks[-2]) >= _mean(blocks[-1]):
            last = blocks.pop()
            blocks[-1] = [a + b for a, b in zip(blocks[-1], last, strict=True)]
    return np.concatenate([np.full(int(block[2]), _mean(block)) for block in blocks])


def _mean(block: Sequence[float]) -> float:
    return (block[0] + 1e-9) / (block[1] + 2e-9)


@dataclass(frozen=True)
class Ranker:
    """Trees and what their scores mean."""

    families: tuple[str, ...]
    """Encoder families whose scores are among the features."""
    features: tuple[str, ...]
    trees: Trees
    histograms: tuple[tuple[float, Histograms], ...]
    """(wordings per entry from which it counts, histograms), ascending: FAQs with many wordings earn more trust."""
    hash: str
    """First 16 hex digits of the SHA-256 of the file."""


@dataclass(frozen=True)
class Policy:
    """The ranker, calibrated for one share of out-of-scope questions and one tolerated rate of wrong answers."""

    ranker: Ranker
    histograms: Histograms
    best_curve: Doubles
    other_curve: Doubles
    answer_at: float
    """Probability from which the best candidate is answered."""
    redirect_at: float
    """The same for entries of kind redirect: a wrong redirect does less harm."""

    def probabilities(self, rows: Floats) -> Doubles:
        """Calibrated probability of each candidate being the right answer; shape (candidates,)."""
        raw = self.ranker.trees.score(rows)
        bins = self.histograms.bins(raw)
        result = np.minimum(self.other_curve[bins], 1.0)
        top = int(np.argmax(raw))
        result = np.minimum(result, self.best_curve[bins[top]])
        result[top] = self.best_curve[bins[top]]
        rest = result.sum() - result[top]
        if rest > 1 - result[top]:
            factor = (1 - result[top]) / rest
            result = np.where(np.arange(len(result)) == top, result, result * factor)
        # a smooth, tiny share of the raw score keeps the order of candidates in one bin
        return np.clip(result + 1e-6 * (raw - raw.max()) / (1 + np.abs(raw - raw.max())), 0.0, 1.0)


REDIRECT_RATE_FACTOR = 4.0
"""How many times more often a redirect may be wrong than an answer: it sends on, it states nothing."""


def make_policy(
    ranker: Ranker, *, wordings: float, max_wrong_answer_rate: float, out_of_scope_share: float
) -> Policy:
    """Derive calibration and thresholds from the ranker's histograms for FAQs with so many wordings per entry."""
    histograms = next(each for least, each in reversed(ranker.histograms) if wordings >= least)
    curve = histograms.best_curve(out_of_scope_share)

    def probability_at(rate: float) -> float:
        raw = histograms.threshold(min(rate, 1.0), out_of_scope_share)
        return 1.1 if raw == float("inf") else float(curve[histograms.bins(np.array([raw + 1e-9]))[0]])

    return Policy(
        ranker=ranker,
        histograms=histograms,
        best_curve=curve,
        other_curve=histograms.other_curve(out_of_scope_share),
        answer_at=probability_at(max_wrong_answer_rate),
        redirect_at=probability_at(max_wrong_answer_rate * REDIRECT_RATE_FACTOR),
    )


# ------------------------------------------------------------------ artefacts


def load_ranker(path: Path) -> Ranker:
    """Read `ranker-….json`."""
    content = path.read_bytes()
    value: dict[str, Any] = json.loads(content)
    return Ranker(
        families=tuple(value["families"]),
        features=tuple(value["features"]),
        trees=_trees(value["trees"]),
        histograms=tuple(
            (each["wordings"], Histograms(*(np.array(each[key]) for key in ("edges", "best", "others"))))
            for each in value["histograms"]
        ),
        hash=hashlib.sha256(content).hexdigest()[:16],
    )


def _trees(value: Mapping[str, Any]) -> Trees:
    return Trees(
        roots=np.array(value["roots"], dtype=np.int64),
        feature=np.array(value["feature"], dtype=np.int64),
        threshold=np.array(value["threshold"], dtype=np.float64),
        left=np.array(value["left"], dtype=np.int64),
        right=np.array(value["right"], dtype=np.int64),
        depth=int(value["depth"]),
    )
