"""A classifier that a FAQ gets by solving one linear system: ridge regression onto its entries.

With X the rows' vectors (n, d), w their weights and Y their entries one-hot, the weights are
W = (Xᵀ diag(w) X + λI)⁻¹ Xᵀ diag(w) Y (Hoerl and Kennard 1970). It learns what tells the entries of this FAQ apart,
needs no iterations and grows with n·d², so 100,000 wordings are no matter.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from intents.encoder import Floats
from intents.lessons import Lessons

_LAMBDA = 1.0
_BLOCK = 8_192
"""Rows that are multiplied at once."""
_SAMPLE = 2_000
"""Wordings that are asked back when the FAQ examines itself."""
_SHARPENED_BY = 500
"""Wordings of these that say how sharp the scores are."""
_DULL, _SHARPEST, _HALVINGS = 10.0, 200.0, 10
"""Bounds and steps of the search: a FAQ whose wordings all find their entry is not to be sure of anything else."""


@dataclass(frozen=True)
class Ridge:
    """The fitted classifier."""

    weights: Floats
    """Shape (d, units)."""
    self_check: float
    """Share of the FAQ's own wordings that find their entry when they are left out; 0 where none can be asked, else 1
    for a single entry."""
    entry_check: float
    """The same, each entry weighing the same: one that is put in hundreds of ways proves nothing of the others. Entries
    of which nothing can be asked have proven nothing."""
    reliability: Floats
    """How far each unit's wordings score above every other entry when they are left out, on average, shape (units,)."""
    sharpness: float
    """What makes scores logits: with many entries one-hot scores shrink, and so do the distances between them."""


@dataclass(frozen=True)
class Solved:
    """The linear system behind a classifier, to leave single rows out of it."""

    weights: Floats
    """Shape (d, units)."""
    inverse: NDArray[np.float64]
    """(Xᵀ diag(w) X + λI)⁻¹, shape (d, d)."""
    weight: NDArray[np.float64]
    """w, shape (n,)."""

    def without(self, vectors: Floats, owner: NDArray[np.int64], chosen: NDArray[np.int64]) -> Floats:
        """Scores of chosen rows as if each had not been learned, shape (chosen, units).

        The closed form: f₋ᵢ = (fᵢ - hᵢ yᵢ) ÷ (1 - hᵢ), hᵢ its leverage (Allen 1974).
        """
        some = vectors[chosen]
        spread = np.einsum("nd,de,ne->n", some, self.inverse, some, optimize=True)
        leverage = np.clip(self.weight[chosen] * spread, 0, 0.999)
        scores: Floats = some @ self.weights
        scores[np.arange(len(chosen)), owner[chosen]] -= leverage
        scores /= (1 - leverage)[:, None]
        return scores


def fit(taught: Lessons, family: NDArray[np.int64]) -> Ridge:
    """Fit on a FAQ's lessons; `family` gives each unit's entry."""
    vectors, owner = taught.vectors, taught.owner
    solved = solve(vectors, owner, units=len(family))
    able = np.flatnonzero(taught.asked)
    chosen = able[:: max(1, len(able) // _SAMPLE)]
    scores, own = solved.without(vectors, owner, chosen), owner[chosen]
    found = family[np.argmax(scores, axis=1)] == family[own]
    asked, answered = np.bincount(family[own]), np.bincount(family[own], found)
    unproven = len(np.unique(family)) - len(np.unique(family[owner[able]]))
    return Ridge(
        solved.weights,
        _mean(found),
        _mean(np.append(answered[asked > 0] / asked[asked > 0], np.zeros(unproven))),
        _reliability(scores, own, family),
        _sharpness(scores, own, family, several=np.bincount(family[owner])[family[own]] > 1),
    )


def _mean(values: NDArray[Any]) -> float:
    """The mean; 0 of nothing."""
    return float(values.mean()) if len(values) else 0.0


def solve(vectors: Floats, owner: NDArray[np.int64], *, units: int) -> Solved:
    """Solve the system for unit vectors of shape (n, d)."""
    weight = row_weights(owner)
    inverse = np.linalg.inv(gram(vectors, weight) + _LAMBDA * np.eye(vectors.shape[1])).astype(np.float64)
    sums = _sums(vectors, weight, owner, units=units)
    return Solved((inverse @ sums.T).astype(np.float32), inverse, weight)


def row_weights(owner: NDArray[np.int64]) -> NDArray[np.float64]:
    """Weights of rows, 1 on average, shape (n,): each counts less, the more rows its owner has, 1 ÷ √(rows)."""
    weight: NDArray[np.float64] = 1 / np.sqrt(np.bincount(owner)[owner])
    weight /= weight.mean()
    return weight


def gram(vectors: Floats, weight: NDArray[np.float64]) -> NDArray[np.float64]:
    """Xᵀ diag(w) X, a block of rows at a time: all rows at once need three times their memory."""
    total = np.zeros((vectors.shape[1], vectors.shape[1]))
    for rows, weighted, _ in _blocks(vectors, weight):
        total += weighted.T.astype(np.float64) @ rows
    return total


def _sums(vectors: Floats, weight: NDArray[np.float64], owner: NDArray[np.int64], *, units: int) -> NDArray[np.float64]:
    """Yᵀ diag(w) X, shape (units, d)."""
    sums = np.zeros((units, vectors.shape[1]))
    for _, weighted, place in _blocks(vectors, weight):
        own = owner[place]
        first = np.flatnonzero(np.diff(own, prepend=-1))
        sums[own[first]] += np.add.reduceat(weighted, first, axis=0, dtype=np.float64)
    return sums


def _blocks(vectors: Floats, weight: NDArray[np.float64]) -> Iterator[tuple[Floats, Floats, slice]]:
    """Rows, the same rows weighted, and where they stand."""
    for start in range(0, len(vectors), _BLOCK):
        place = slice(start, start + _BLOCK)
        rows = vectors[place]
        yield rows, rows * weight[place, None].astype(np.float32), place


def _reliability(scores: Floats, own: NDArray[np.int64], family: NDArray[np.int64]) -> Floats:
    """Mean margin of each unit's left-out wordings over the other entries; 0 for a unit without any."""
    mine = scores[np.arange(len(own)), own]
    others = np.where(family[None, :] == family[own][:, None], -np.inf, scores).max(axis=1)
    margins = np.where(np.isfinite(others), mine - others, mine)
    counts = np.bincount(own, minlength=len(family))
    mean: Floats = (np.bincount(own, margins, len(family)) / np.maximum(counts, 1)).astype(np.float32)
    return mean


def _sharpness(
    scores: Floats, own: NDArray[np.int64], family: NDArray[np.int64], *, several: NDArray[np.bool_]
) -> float:
    """The factor under which left-out wordings most likely belong to their entries (temperature scaling, Guo 2017).

    Only those of entries with `several` wordings say anything about it.
    """
    able = np.flatnonzero(several)
    some = able[:: max(1, len(able) // _SHARPENED_BY)]
    of_entries = np.maximum.reduceat(scores[some], np.flatnonzero(np.diff(family, prepend=-1)), axis=1)
    of_entries -= of_entries.max(axis=1, keepdims=True)
    mine = of_entries[np.arange(len(some)), family[own[some]]]
    low, high = _DULL, _SHARPEST
    for _ in range(_HALVINGS if len(some) else 0):
        middle = float(np.sqrt(low * high))
        shares = np.exp(middle * of_entries)
        expected = (shares * of_entries).sum(axis=1) / shares.sum(axis=1)
        low, high = (middle, high) if mine.mean() > expected.mean() else (low, middle)
    return low
