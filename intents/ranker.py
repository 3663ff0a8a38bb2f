"""From features of (question, entry) to a calibrated probability: gradient-boosted trees in NumPy, read from JSON.

The trees give a raw score. What a raw score means is kept as histograms of questions with known answers, gathered on
FAQs the trees had not seen: how often the best candidate was right, wrong, asked near the FAQ's topics, asked far from
them. Calibration and thresholds follow from the histograms for any share of out-of-scope questions and any tolerated
rate of wrong answers; no threshold is typed in.

Where a FAQ's own wordings find their entry when they are left out, what the FAQ's own classifier says counts beside
the trees: a term that is added carries over to FAQs of more wordings than the trees have seen, a split does not.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from intents.domain import Domain
from intents.encoder import Doubles, Floats
from intents.evidence import Evidence, Group
from intents.features import QUICK_FAMILIES, feature_names

Ints = NDArray[np.int64]

OUTCOMES = ("right", "wrong", "near", "far")
"""What became of the best candidate: in scope and right, in scope and wrong, out of scope near, out of scope far."""


@dataclass(frozen=True)
class Trees:
    """An ensemble of binary trees as flat arrays; node 0 of a tree stands at its root."""

    roots: Ints
    """First node of each tree."""
    feature: Ints
    """Feature a node asks for; 0 at a leaf, which leads to itself."""
    threshold: Doubles
    """Go left where feature ≤ threshold; the value at a leaf."""
    left: Ints
    right: Ints
    depth: int

    def score(self, rows: Floats) -> Doubles:
        """Sum the leaves that each row reaches; shape (rows,)."""
        flat = rows.astype(np.float64).ravel()
        lines = np.arange(len(rows))[:, None] * rows.shape[1]
        at = np.repeat(self.roots[None, :], len(rows), axis=0)
        for _ in range(self.depth):
            low = flat.take(lines + self.feature.take(at)) <= self.threshold.take(at)
            at = np.where(low, self.left.take(at), self.right.take(at))
        total: Doubles = self.threshold.take(at).sum(axis=1)
        return total


@dataclass(frozen=True)
class Histograms:
    """Questions by the raw score of their best candidate, and what became of it."""

    edges: Doubles
    """Raw scores between the bins, ascending, shape (bins - 1,)."""
    best: Doubles
    """Share of each outcome's questions in each bin; rows as `OUTCOMES`; right and wrong sum to 1 together."""
    others: Doubles
    """The same for the second and further candidates: rows right and not right, in scope; then out of scope."""

    def wrong_and_all(self, share: float) -> tuple[Doubles, Doubles]:
        """Mass of wrong answers and of all questions in each bin, at a share of out-of-scope questions."""
        right, wrong, near, far = self.best
        missed = (1 - share) * wrong + share / 2 * (near + far)
        return missed, missed + (1 - share) * right

    def best_curve(self, share: float) -> "Curve":
        """Probability that the best candidate is right."""
        missed, everything = self.wrong_and_all(share)
        return Curve.from_bins(self.edges, everything - missed, everything)

    def other_curve(self, share: float) -> "Curve":
        """Probability that a further candidate is right."""
        right, wrong, outside = self.others
        everything = (1 - share) * (right + wrong) + share * outside
        return Curve.from_bins(self.edges, (1 - share) * right, everything)

    def threshold(self, rate: float, share: float) -> float:
        """The lowest raw score above which at most `rate` of all answers are wrong; infinite when there is none."""
        missed, everything = self.wrong_and_all(share)
        above = np.cumsum(missed[::-1])[::-1] / np.maximum(np.cumsum(everything[::-1])[::-1], 1e-12)
        first = np.flatnonzero(above <= rate)
        if not len(first):
            return float("inf")
        return float(self.edges[first[0] - 1]) if first[0] else float("-inf")

    def answer_at(self, rate: float, share: float) -> float:
        """The probability at that threshold; above 1 when there is none."""
        raw = self.threshold(min(rate, 1.0), share)
        return 1.1 if raw == float("inf") else float(self.best_curve(share)(np.array([raw]))[0])


_SLOPE = 1e-3
"""Share of a probability that follows the raw score alone: questions of one block keep their order."""


@dataclass(frozen=True)
class Curve:
    """A rising curve from raw score to probability: isotonic blocks, joined by straight lines."""

    scores: Doubles
    """Centres of the blocks, ascending."""
    values: Doubles
    """Probability at each centre."""

    @classmethod
    def from_bins(cls, edges: Doubles, right: Doubles, everything: Doubles) -> "Curve":
        """Fit to the weights of the bins between the edges."""
        step = float(np.median(np.diff(edges)))
        centres = np.concatenate([[edges[0] - step], (edges[1:] + edges[:-1]) / 2, [edges[-1] + step]])
        blocks = isotonic(right, everything)
        ends = np.cumsum([size for size, _ in blocks])
        starts = ends - [size for size, _ in blocks]
        middle = [centres[start:end].mean() for start, end in zip(starts, ends, strict=True)]
        return cls(np.array(middle), np.array([value for _, value in blocks]))

    def __call__(self, scores: Doubles) -> Doubles:
        """Probabilities of raw scores; within a block, and beyond the last, a higher score still has a little more."""
        within: Doubles = np.interp(scores, self.scores, self.values)
        rising: Doubles = within + _SLOPE * (1 / (1 + np.exp(-scores)) - within)
        return rising


def isotonic(right: Doubles, everything: Doubles) -> list[tuple[int, float]]:
    """Pool adjacent violators: blocks (bins, right ÷ everything) of the nearest rising curve (Ayer et al. 1955)."""
    blocks: list[list[float]] = []
    for value, weight in zip(right, everything, strict=True):
        blocks.append([float(value), float(weight), 1])
        while len(blocks) > 1 and _mean(blocks[-2]) >= _mean(blocks[-1]):
            last = blocks.pop()
            blocks[-1] = [a + b for a, b in zip(blocks[-1], last, strict=True)]
    return [(int(block[2]), _mean(block)) for block in blocks]


def _mean(block: Sequence[float]) -> float:
    return (block[0] + 1e-9) / (block[1] + 2e-9)


@dataclass(frozen=True)
class Calibration:
    """What raw scores mean in some FAQs."""

    group: Group
    """The FAQs it was made from."""
    classified: bool
    """Whether the FAQs' own classifiers are in the scores."""
    histograms: Histograms

    def answer_at(self, rate: float, share: float) -> float:
        """The probability from which so cautiously at most `rate` of the answers are wrong; above 1 when none is."""
        return self.histograms.answer_at(rate / self.group.caution, share)


@dataclass(frozen=True)
class Ranker:
    """Trees and what their scores mean."""

    families: tuple[str, ...]
    """Encoder families whose scores are among the features."""
    features: tuple[str, ...]
    trees: Trees
    domain: Domain
    """What lies far from every city's questions."""
    calibrations: tuple[Calibration, ...]
    """Ascending by what their groups ask for, and without a classifier before with one."""
    hash: str
    """First 16 hex digits of the SHA-256 of the file."""

    def raw(self, rows: Floats, weight: float) -> Doubles:
        """Raw scores of one question's candidates, with the FAQ's own classifier at a weight; shape (rows,)."""
        scores = self.trees.score(rows)
        if weight:
            scores = with_classifier(scores, rows[:, self.features.index(CLASSIFIER)], weight)
        return scores - self.domain.penalty(rows.max(axis=0, keepdims=True))

    def calibration(self, evidence: Evidence) -> Calibration:
        """Return what counts for a FAQ: the last whose group it reaches; the first where it reaches none."""
        usable = [each for each in self.calibrations if each.classified <= evidence.classified]
        return ([each for each in usable if each.group.reached(evidence)] or usable[:1])[-1]

    def weaker(self, found: Calibration) -> list[Calibration]:
        """Calibrations of FAQs of as many entries that have proven less."""
        proven = (found.group.self_check, found.group.wordings)
        alike = (each for each in self.calibrations if each.group.entries == found.group.entries)
        return [each for each in alike if (each.group.self_check, each.group.wordings) < proven]


CLASSIFIER = "logistic"
"""The feature that says what the FAQ's own classifier gives an entry, as a logarithm."""
_SURE = 1e-4
"""No classifier is surer than this, nor that something is wrong."""


def log_odds(logarithms: Floats) -> Doubles:
    """Logarithms of probabilities as log-odds, kept within ±9.2; shape as given."""
    chance = np.clip(np.exp(logarithms.astype(np.float64)), _SURE, 1 - _SURE)
    odds: Doubles = np.log(chance / (1 - chance))
    return odds


def with_classifier(scores: Doubles, logarithms: Floats, weight: float) -> Doubles:
    """Add a classifier's log-odds to the trees' scores, so that FAQs of different weights stay alike; shape (rows,)."""
    return (scores + weight * log_odds(logarithms)) / (1 + weight / 2)


@dataclass(frozen=True)
class Policy:
    """The ranker, calibrated for one share of out-of-scope questions and one tolerated rate of wrong answers."""

    ranker: Ranker
    weight: float
    """Of the FAQ's own classifier beside the trees."""
    best_curve: Curve
    other_curve: Curve
    answer_at: float
    """Probability from which the best candidate is answered; above 1 when nothing may be answered."""
    redirect_at: float
    """The same for entries of kind redirect: a wrong redirect does less harm."""

    def probabilities(self, rows: Floats) -> Doubles:
        """Calibrated probability of each candidate being the right answer; shape (candidates,), sum at most 1."""
        raw = self.ranker.raw(rows, self.weight)
        top = int(np.argmax(raw))
        best = float(self.best_curve(raw[top : top + 1])[0])
        rest = np.minimum(self.other_curve(raw), best)
        rest[top] = 0.0
        rest *= min(1.0, (1 - best) / max(rest.sum(), 1e-12))
        rest[top] = best
        # candidates of one probability keep the order of their raw scores
        ordered: Doubles = np.clip(rest + 1e-6 * np.tanh(raw - raw[top]), 0.0, 1.0)
        return ordered


REDIRECT_RATE_FACTOR = 2.0
"""How many times more often a redirect may be wrong than an answer: it sends on, it states nothing."""


def make_policy(
    ranker: Ranker, evidence: Evidence, *, max_wrong_answer_rate: float, out_of_scope_share: float
) -> Policy:
    """Derive calibration and thresholds for a FAQ."""
    found = ranker.calibration(evidence)
    histograms = found.histograms
    cautious = [each.answer_at(max_wrong_answer_rate, out_of_scope_share) for each in (found, *ranker.weaker(found))]
    # who has proven more is not asked for a higher probability, as long as its own histogram keeps the undivided rate
    answer_at = max(min(cautious), histograms.answer_at(max_wrong_answer_rate, out_of_scope_share))
    return Policy(
        ranker=ranker,
        weight=evidence.weight if found.classified else 0.0,
        best_curve=histograms.best_curve(out_of_scope_share),
        other_curve=histograms.other_curve(out_of_scope_share),
        answer_at=answer_at,
        redirect_at=histograms.answer_at(max_wrong_answer_rate * REDIRECT_RATE_FACTOR, out_of_scope_share),
    )


# ------------------------------------------------------------------ artefacts


class ModelError(Exception):
    """A model file does not fit the program; the message names it."""


def load_ranker(path: Path) -> Ranker:
    """Read `ranker-….json`; raises ModelError when its features are not those the program computes."""
    content = path.read_bytes()
    value: dict[str, Any] = json.loads(content)
    if tuple(value["features"]) != feature_names(value["families"], QUICK_FAMILIES):
        raise ModelError(f"{path}: made for other features than this version computes; train again")
    return Ranker(
        families=tuple(value["families"]),
        features=tuple(value["features"]),
        trees=_trees(value["trees"]),
        domain=Domain.from_json(value["domain"], value["features"]),
        calibrations=tuple(_calibration(each) for each in value["calibrations"]),
        hash=hashlib.sha256(content).hexdigest()[:16],
    )


def _calibration(value: Mapping[str, Any]) -> Calibration:
    histograms = Histograms(*(np.array(value[key]) for key in ("edges", "best", "others")))
    return Calibration(Group(**value["group"]), value["classified"], histograms)


def _trees(value: Mapping[str, Any]) -> Trees:
    return Trees(
        roots=np.array(value["roots"], dtype=np.int64),
        feature=np.maximum(np.array(value["feature"], dtype=np.int64), 0),
        threshold=np.array(value["threshold"], dtype=np.float64),
        left=np.array(value["left"], dtype=np.int64),
        right=np.array(value["right"], dtype=np.int64),
        depth=int(value["depth"]),
    )
