"""A classifier that a FAQ gets by solving one linear system: ridge regression onto its entries.

With X the wordings' vectors (n, d), w their weights and Y their entries one-hot, the weights are
W = (Xᵀ diag(w) X + λI)⁻¹ Xᵀ diag(w) Y (Hoerl and Kennard 1970). It learns what tells the entries of this FAQ apart,
needs no iterations and grows with n·d², so 100,000 wordings are no matter.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from intents.encoder import Floats

_LAMBDA = 1.0
_BLOCK = 8_192
"""Rows that are multiplied at once."""
_SAMPLE = 2_000
"""Wordings that are asked back when the FAQ examines itself."""


@dataclass(frozen=True)
class Ridge:
    """The fitted classifier."""

    weights: Floats
    """Shape (d, units)."""
    self_check: float
    """Share of the FAQ's own wordings that find their entry when they are left out; 0 when all stand alone."""


def fit(vectors: Floats, owner: NDArray[np.int64], family: NDArray[np.int64]) -> Ridge:
    """Fit on unit vectors of shape (n, d); `owner` gives each row's unit and ascends, `family` each unit's entry."""
    weight = 1 / np.sqrt(np.bincount(owner)[owner])
    weight /= weight.mean()
    gram, sums = _moments(vectors, weight, owner, units=len(family))
    gram += _LAMBDA * np.eye(vectors.shape[1])
    inverse = np.linalg.inv(gram).astype(np.float64)
    weights = (inverse @ sums.T).astype(np.float32)
    return Ridge(weights, _self_check(vectors, owner, family, weights=weights, inverse=inverse, weight=weight))


def _moments(
    vectors: Floats, weight: NDArray[np.float64], owner: NDArray[np.int64], *, units: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Xᵀ diag(w) X and Yᵀ diag(w) X, a block of rows at a time: all rows at once need three times their memory."""
    size = vectors.shape[1]
    gram, sums = np.zeros((size, size)), np.zeros((units, size))
    for start in range(0, len(vectors), _BLOCK):
        rows, own = vectors[start : start + _BLOCK], owner[start : start + _BLOCK]
        weighted = rows * weight[start : start + _BLOCK, None].astype(np.float32)
        gram += weighted.T.astype(np.float64) @ rows
        first = np.flatnonzero(np.diff(own, prepend=-1))
        sums[own[first]] += np.add.reduceat(weighted, first, axis=0, dtype=np.float64)
    return gram, sums


def _self_check(
    vectors: Floats,
    owner: NDArray[np.int64],
    family: NDArray[np.int64],
    *,
    weights: Floats,
    inverse: NDArray[np.float64],
    weight: NDArray[np.float64],
) -> float:
    """Leave each wording out by the closed form: f₋ᵢ = (fᵢ - hᵢ yᵢ) ÷ (1 - hᵢ), hᵢ its leverage (Allen 1974)."""
    chosen = np.arange(0, len(vectors), max(1, len(vectors) // _SAMPLE))
    some = vectors[chosen]
    leverage = np.clip(weight[chosen] * np.einsum("nd,de,ne->n", some, inverse, some, optimize=True), 0, 0.999)
    scores = some @ weights
    rows = np.arange(len(chosen))
    scores[rows, owner[chosen]] -= leverage
    scores /= (1 - leverage)[:, None]
    found = family[np.argmax(scores, axis=1)]
    return float((found == family[owner[chosen]]).mean())
