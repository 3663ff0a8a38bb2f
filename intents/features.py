"""Features of (question, entry): what the ranker sees.

Every score enters three times: as it is, as its distance to the best other candidate, and standardised over all
entries. Distances and standardised values are what carries over from one FAQ to another.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from intents.candidates import Reading, Scores, fuzzy, kinds_match
from intents.encoder import Floats
from intents.index import Index

QUICK_FAMILIES = ("use",)
"""Encoder families that also read the sentences of answers."""
_LEXICAL = ("dice", "of_question", "of_text", "chars", "whole", "answer")
_SEMANTIC = ("max", "map", "centroid", "vote")
_FUZZY = ("token_set", "token_sort")
_ALIGNED = ("words_mean", "words_worst")
_ABOUT = ("kinds", "unknown", "words", "entries", "self_check", "phrasings", "reliability", "wins")


def feature_names(families: Sequence[str], quick: Sequence[str]) -> tuple[str, ...]:
    """The features' names in order, for these encoder families.

    `quick` ones read the sentences of answers; of the others, answers count as a whole, and vectors also as they come:
    what is asked of no city differs in what centring takes away.
    """
    scored = [*_LEXICAL]
    for family in families:
        kinds = (*_SEMANTIC, *(("answer",) if family in quick else ("raw", "passage")))
        scored += [f"{family}_{kind}" for kind in kinds]
    scored += ["ridge", "plain_ridge", "logistic", "joint"]
    names = [f"{name}{form}" for name in scored for form in ("", ":gap", ":z")]
    names += [f"{name}{form}" for name in (*_FUZZY, *_ALIGNED) for form in ("", ":gap")]
    return (*names, *_ABOUT, *(f"{family}_density" for family in families))


def features(index: Index, reading: Reading, scores: Scores, chosen: NDArray[np.int64]) -> Floats:
    """Return the feature matrix of the candidates, shape (candidates, features), in the order of `feature_names`."""
    scored = scores.values[:, chosen]
    distances = gaps(scored)
    columns = [*np.stack([scored, distances, scores.standardised[:, chosen]], axis=1).reshape(-1, len(chosen))]
    compared = [*fuzzy(index, reading, scores, chosen).values(), *index.alignment.cover(scores.words, chosen)]
    for values, distance in zip(compared, gaps(np.stack(compared)), strict=True):
        columns += [values, distance]
    columns += _about(index, reading, scores, chosen)
    columns.insert(-len(index.spaces), (distances >= 0).sum(axis=0, dtype=np.float32))
    return np.stack(columns, axis=1)


def _about(index: Index, reading: Reading, scores: Scores, chosen: NDArray[np.int64]) -> list[Floats]:
    """Features of the question and of the FAQ."""
    constant = [
        scores.unknown,
        len(reading.compared.content),
        np.log(len(index.entries)),
        index.ridge.self_check,
    ]
    constant += [space.density for space in index.spaces.values()]
    rows = [np.full(len(chosen), value, dtype=np.float32) for value in constant]
    sizes = np.log(index.sizes[chosen]).astype(np.float32)
    return [kinds_match(index, reading, chosen), *rows[:4], sizes, index.ridge.reliability[chosen], *rows[4:]]


def gaps(values: Floats) -> Floats:
    """Distance of each score, shape (scores, candidates), to the best other of its row; to zero if there is none."""
    if values.shape[1] < 2:
        return values
    first = np.arange(len(values)), values.argmax(axis=1)
    best = values[first]
    others = values.copy()
    others[first] = -np.inf
    result: Floats = values - best[:, None]
    result[first] = best - others.max(axis=1)
    return result
