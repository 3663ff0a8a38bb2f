"""Training data for the ranker: features of the candidates of many questions, asked of many small FAQs.

FAQs are cut from labelled sets in many sizes, with one to many known wordings per entry and with whole entries left
out. The background of a set's tables is learned from the other sets, as it will be for a FAQ nobody has seen.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from intents.background import Background, Projection
from intents.candidates import Reading, candidates, score
from intents.datasets import Fold, LabelledSet, make_fold
from intents.encoder import CachedEncoder, Floats
from intents.evidence import Evidence
from intents.features import features
from intents.index import build_index
from intents.pipeline import Analyser
from intents.text import normalise

IN_SCOPE, NEAR, FOREIGN, FAR, GENERAL = KINDS = range(5)
"""Kinds of question: has an entry; its entry was left out; from another set; general knowledge of a public set (never
trained on); general knowledge as we ask it ourselves (trained on, never calibrated on)."""

_SHRINKAGE = 1.0
"""Weight of the identity in the within-question covariance, in units of its mean variance."""
_KNOWN_WORDINGS = (1, 2, 3, 5, 0.5, 0.8)
_CUTS: tuple[tuple[int | None, float], ...] = (
    (None, 0.25),
    (None, 0.35),
    (40, 0.25),
    (12, 0.25),
    (4, 0.3),
    (3, 0.34),
    (2, 0.5),
)
"""(most entries, share left out) of each fold."""


@dataclass(frozen=True)
class Table:
    """The candidates of one fold's questions."""

    name: str
    rows: Floats
    """Shape (candidates of all questions, features)."""
    right: NDArray[np.bool_]
    """Whether the candidate is the right entry."""
    question: NDArray[np.int64]
    """Number of the question each candidate belongs to; ascending."""
    kinds: NDArray[np.int64]
    """Kind of each question."""
    evidence: Evidence
    """What the FAQ shows of itself."""

    @property
    def starts(self) -> NDArray[np.int64]:
        """First candidate of each question."""
        return np.flatnonzero(np.diff(self.question, prepend=-1))

    def best(self) -> Floats:
        """The best value of each feature, shape (questions, features)."""
        best: Floats = np.maximum.reduceat(self.rows, self.starts, axis=0)
        return best


def learn_background(sets: Sequence[LabelledSet], encoders: Mapping[str, CachedEncoder]) -> Background:
    """Count word parts and learn a projection for each encoder from labelled sets; sets weigh the same."""
    analyser = Analyser.for_texts(())
    texts = sorted({text for each in sets for entry in each.entries for text in entry.wordings})
    held = Counter(part for text in texts for part in _parts(analyser, text))
    frequency = {part: count for part, count in held.items() if count > 1}
    projections = {family: _projection(sets, encoder) for family, encoder in encoders.items()}
    return Background(len(texts), frequency, projections)


def _parts(analyser: Analyser, text: str) -> set[str]:
    return {part for word in analyser.analyse(normalise(text)).words for part in word.parts}


def _projection(sets: Sequence[LabelledSet], encoder: CachedEncoder) -> Projection:
    scatter = np.zeros((encoder.dimension, encoder.dimension))
    means = []
    for each in sets:
        vectors = [encoder.encode(_wordings(each, number)) for number in range(len(each.entries))]
        within = np.concatenate([group - group.mean(axis=0) for group in vectors])
        scatter += within.T.astype(np.float64) @ within / len(within) / len(sets)
        means.append(np.concatenate(vectors).mean(axis=0))
    mean = np.mean(means, axis=0)
    shrunk = scatter + _SHRINKAGE * np.trace(scatter) / len(scatter) * np.eye(len(scatter))
    values, vectors_of = np.linalg.eigh(shrunk)
    root = (vectors_of / np.sqrt(values)) @ vectors_of.T
    return Projection(mean.astype(np.float32), (root / np.abs(root).max()).astype(np.float32))


def _wordings(labelled: LabelledSet, number: int) -> list[str]:
    entry = labelled.entries[number]
    return [*entry.wordings, *([entry.question] if entry.question else [])]


def training_folds(labelled: LabelledSet) -> list[Fold]:
    """All folds a set is trained and calibrated on."""
    folds = []
    for k in _KNOWN_WORDINGS:
        for seed, (most, left_out) in enumerate(_CUTS):
            asked = 400 if most is None else 200
            folds.append(make_fold(labelled, k=k, seed=seed, left_out=left_out, max_queries=asked, max_entries=most))
    return [fold for fold in folds if fold.faq.entries]


def make_table(
    fold: Fold,
    background: Background,
    encoders: Mapping[str, CachedEncoder],
    outside: Mapping[int, Sequence[str]],
) -> Table:
    """Ask a fold its questions and others (kind → questions), and keep the features of every candidate."""
    index = build_index(fold.faq, background, encoders)
    texts = [*fold.queries, *(text for asked in outside.values() for text in asked)]
    kinds = [IN_SCOPE if entry else NEAR for entry in fold.expected]
    kinds += [kind for kind, asked in outside.items() for _ in asked]
    wanted = [*fold.expected, *[None] * (len(texts) - len(fold.queries))]
    analyses = [index.analyser.analyse(normalise(text)) for text in texts]
    vectors = {
        family: encoder.encode([each.repaired_text for each in analyses]) for family, encoder in encoders.items()
    }
    rows, right, question = [], [], []
    for number, analysis in enumerate(analyses):
        reading = Reading(analysis.text, analysis, {family: each[number] for family, each in vectors.items()})
        scores = score(index, reading)
        chosen = candidates(index, scores)
        rows.append(features(index, reading, scores, chosen))
        right += [index.entries[entry].id == wanted[number] for entry in chosen]
        question += [number] * len(chosen)
    return Table(fold.name, np.concatenate(rows), np.array(right), np.array(question), np.array(kinds), index.evidence)
