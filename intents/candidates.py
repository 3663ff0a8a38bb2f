"""Lexical and semantic retrieval: every entry's scores for a question, and the few entries worth ranking."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz
from rapidfuzz.process import cdist

from intents.alignment import Covered
from intents.encoder import Floats
from intents.index import Index, Space, side_by_side
from intents.lexical import char_terms, part_terms
from intents.logistic import log_softmax
from intents.pipeline import Analysis
from intents.readings import question_kinds
from intents.text import folded

CANDIDATES = 12
"""Entries worth ranking."""
_RETRIEVING = ("map", "max", "dice", "chars", "vote", "ridge")
"""Scores that choose the candidates."""
_TEMPERATURE = 0.05
"""Of the soft vote over phrasings: how quickly a less similar phrasing loses its say."""
_ELSEWHERE = 0.35
"""Similarity that questions from elsewhere reach at most (their 95th percentile): the vote of «none of these»."""
_LEAST_LOG = np.float32(-12)
_FUZZY_PHRASINGS = 6
"""Phrasings of a candidate that rapidfuzz compares: the nearest ones."""


@dataclass(frozen=True)
class Reading:
    """A question, read: what every score starts from."""

    text: str
    analysis: Analysis
    vectors: Mapping[str, Floats]
    """Encoder family → the question's vector, shape (d,)."""
    own: Analysis | None = None
    """The same in the FAQ's own words, where a synonym was exchanged."""

    @property
    def compared(self) -> Analysis:
        """The words that are compared with those of the FAQ."""
        return self.own or self.analysis


@dataclass(frozen=True)
class Scores:
    """Scores of all entries for one question."""

    by_name: Mapping[str, Floats]
    """Score name → shape (entries,); higher is better."""
    unknown: float
    """Share of the question's weight in words that the FAQ does not hold at all, 0 to 1."""
    near: Floats
    """How close each phrasing is: the measure that not_questions are held against, shape (phrasings,)."""
    nearest: NDArray[np.int64]
    """The nearest phrasing of each entry, shape (entries,)."""
    words: Covered
    """The question's content words, to be held against those of the candidates."""
    negatives: Floats
    """How close each not_question is, by the same measure, shape (not_questions,)."""

    @cached_property
    def values(self) -> Floats:
        """The scores, shape (scores, entries), in the order of their names."""
        return np.stack(list(self.by_name.values()))

    @cached_property
    def standardised(self) -> Floats:
        """Each score as its distance from the mean of all entries in standard deviations; shape as `values`."""
        centred = self.values - self.values.mean(axis=1, keepdims=True)
        spread = np.sqrt(np.square(centred).mean(axis=1, keepdims=True))
        standardised: Floats = centred / np.maximum(spread, 1e-3)
        return standardised


def score(index: Index, reading: Reading) -> Scores:
    """Compare a question with every phrasing; the lexical scores first, then each encoder's."""
    terms = part_terms(reading.compared, index.synonyms)
    overlap = index.parts.overlap(terms)
    dice, chars = overlap.dice, index.chars.cosine(char_terms(reading.compared.repaired_text))
    answers = index.answers.overlap(terms)
    own = len(index.phrasings)
    near, far = (dice + chars)[:own], (dice + chars)[own:]
    scores = {
        "dice": index.best_of_entry(dice[:own]),
        "of_question": index.best_of_entry(overlap.of_question[:own]),
        "of_text": index.best_of_entry(overlap.of_text[:own]),
        "chars": index.best_of_entry(chars[:own]),
        "whole": index.whole.overlap(terms).of_question,
        "answer": answers.of_question,
    }
    words = index.alignment.compare(reading.compared, index.answers.weight)
    views: dict[str, tuple[Floats, Floats]] = {}
    found: dict[str, dict[str, Floats]] = {}
    joint = np.zeros(own, dtype=np.float32)
    for family, space in sorted(index.spaces.items(), key=lambda item: item[1].negatives is None):
        # the quick encoder first: the slow one's vector may still be under way
        views[family] = both_spaces(space, reading.vectors[family])
        found[family], of_phrasing = _semantic(index, space, reading.vectors[family], views[family])
        joint += of_phrasing / len(index.spaces)
        if space.negatives is not None:
            near = near + 4 * of_phrasing
            far = far + 4 * (space.negatives @ views[family][1])
    for family in index.spaces:
        scores.update({f"{family}_{name}": values for name, values in found[family].items()})
    scores.update(_classified(index, [views[family] for family in index.spaces]))
    scores["joint"] = index.best_of_entry(joint)
    missing = sum(v * index.answers.weight(t) for t, v in terms.items() if not index.answers.holds(t))
    return Scores(scores, missing / max(answers.asked, 1e-6), near, _nearest(index, near), words, far)


def _classified(index: Index, views: Sequence[tuple[Floats, Floats]]) -> dict[str, Floats]:
    """What the FAQ's own classifiers say, from the question's (centred, mapped) vectors."""
    plain, joined = (side_by_side(each) for each in zip(*views, strict=True))
    ridge = joined @ index.ridge.weights
    logits = (
        _of_entries(index, ridge) * np.float32(index.ridge.sharpness)
        if index.logistic is None
        else joined @ index.logistic
    )
    return {
        "ridge": ridge,
        "plain_ridge": plain @ index.plain_ridge.weights,
        "logistic": np.maximum(log_softmax(logits), _LEAST_LOG)[index.family],
    }


def _of_entries(index: Index, of_unit: Floats) -> Floats:
    """What the best unit of each entry of the FAQ has, shape (entries of the FAQ,)."""
    best = np.full(int(index.family.max()) + 1, -np.inf, dtype=np.float32)
    np.maximum.at(best, index.family, of_unit)
    return best


def both_spaces(space: Space, vector: Floats) -> tuple[Floats, Floats]:
    """The question's vector, centred and mapped."""
    return space.projection.centred(vector[None, :])[0], space.projection.mapped(vector[None, :])[0]


def _semantic(
    index: Index, space: Space, vector: Floats, views: tuple[Floats, Floats]
) -> tuple[dict[str, Floats], Floats]:
    """Scores of one encoder by entry, and its mapped similarity to each phrasing."""
    centred, mapped = views
    plain = space.phrasings @ centred
    near = space.mapped @ mapped
    scores = {
        "max": index.best_of_entry(plain),
        "map": index.best_of_entry(near),
        "centroid": space.centroids @ mapped,
        "vote": _votes(index, near),
    }
    if space.sentences is not None:
        scores["answer"] = _best_sentence(index, space.sentences @ mapped)
    if space.distances is not None:
        scores["raw"] = index.best_of_entry(_uncentred(plain, space.distances, space.projection.distances(vector)))
    if space.passages is not None:
        scores["passage"] = space.passages @ vector
    return scores, near


def _uncentred(cosines: Floats, distances: Floats, distance: Floats) -> Floats:
    """Cosines of unit vectors before the mean was taken away, by the law of cosines; shape (phrasings,)."""
    apart = np.square(distances) + np.square(distance) - 2 * distances * distance * cosines
    alike: Floats = (1 - apart / 2).astype(np.float32)
    return alike


def _votes(index: Index, near: Floats) -> Floats:
    """Logarithm of each entry's share in a soft vote of all phrasings, weighted by similarity."""
    top = max(float(near.max()), _ELSEWHERE)
    weights = np.exp((near - top) / _TEMPERATURE)
    nobody = np.exp((_ELSEWHERE - top) / _TEMPERATURE)
    of_unit = np.add.reduceat(weights, index.starts) / (weights.sum() + nobody)
    share = np.bincount(index.family, of_unit)[index.family]
    votes: Floats = np.log(np.maximum(share, 1e-4)).astype(np.float32)
    return votes


def _best_sentence(index: Index, near: Floats) -> Floats:
    best = np.zeros(len(index.entries), dtype=np.float32)
    np.maximum.at(best, index.sentence_owner, near)
    return best


def _nearest(index: Index, near: Floats) -> NDArray[np.int64]:
    hits = np.flatnonzero(near == index.best_of_entry(near)[index.owner])
    nearest = np.zeros(len(index.entries), dtype=np.int64)
    nearest[index.owner[hits]] = hits
    return nearest


def candidates(index: Index, scores: Scores) -> NDArray[np.int64]:
    """The numbers of the units worth ranking, best first by the sum of standardised scores; one for each entry."""
    used = [name.endswith(_RETRIEVING) for name in scores.by_name]
    order = np.argsort(-scores.standardised[used].sum(axis=0), kind="stable")
    first = np.unique(index.family[order], return_index=True)[1]
    chosen: NDArray[np.int64] = order[np.sort(first)[:CANDIDATES]]
    return chosen


def fuzzy(index: Index, reading: Reading, scores: Scores, chosen: NDArray[np.int64]) -> dict[str, Floats]:
    """Rapidfuzz's ratios to the candidates' nearest phrasings, 0 to 1; shape (candidates,) each."""
    asked = folded(reading.compared.repaired_text)
    rows = [_phrasings_of(index, scores.near, int(number)) for number in chosen]
    texts = [index.folded[row] for entry in rows for row in entry]
    owner = np.repeat(np.arange(len(rows)), [len(entry) for entry in rows])
    found: dict[str, Floats] = {}
    for name, scorer in (("token_set", fuzz.token_set_ratio), ("token_sort", fuzz.token_sort_ratio)):
        ratios = cdist([asked], texts, scorer=scorer, dtype=np.float32)[0] / 100
        best = np.zeros(len(chosen), dtype=np.float32)
        np.maximum.at(best, owner, ratios)
        found[name] = best
    return found


def _phrasings_of(index: Index, near: Floats, number: int) -> Sequence[int]:
    start, size = int(index.starts[number]), int(index.sizes[number])
    if size <= _FUZZY_PHRASINGS:
        return range(start, start + size)
    nearest = np.argpartition(-near[start : start + size], _FUZZY_PHRASINGS)[:_FUZZY_PHRASINGS]
    chosen: list[int] = (start + nearest).tolist()
    return chosen


def kinds_match(index: Index, reading: Reading, chosen: NDArray[np.int64]) -> Floats:
    """How the question's kind (who, when, how much …) fits each candidate: 1 asked there, -1 never, 0 no kind."""
    asked = question_kinds(reading.text)
    if not asked.any():
        return np.zeros(len(chosen), dtype=np.float32)
    held = index.question_types[chosen][:, asked]
    match: Floats = (2 * held.mean(axis=1) - 1).astype(np.float32)
    return match
