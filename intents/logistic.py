"""A second classifier of a FAQ: multinomial logistic regression, fitted by accelerated gradient steps (Nesterov 1983).

Where entries have several wordings it tells them apart better than the nearest wording; ridge regression and it err in
different places, so the ranker sees both. Its probability also counts beside the ranker's own: see `Ranker.raw`.
"""

import numpy as np
from numpy.typing import NDArray

from intents.encoder import Floats
from intents.ridge import gram, row_weights

_SCALE = np.float32(10)
"""Length given to the unit vectors: how sharply entries are told apart under a penalty of 1."""
_ROUNDS = 60
_MOST = 2e11
"""Multiplications a fit may take (about five seconds of one core, fifteen where a dozen entries have 100,000 wordings);
larger FAQs do without: see docs/why.md."""
_FEWEST = 2
"""Entries from which there is a classifier: it would be sure of a single one, whatever is asked."""


def fit_logistic(vectors: Floats, owner: NDArray[np.int64], entries: int) -> Floats | None:
    """Fit on unit vectors of shape (n, d) with the entry of each row; weights of shape (d, entries).

    Each step is divided by an upper bound of the curvature, ½ Xᵀ diag(w) X + I, the same for all steps (Böhning 1992):
    without it large FAQs stay far from the solution. It stays in double precision: with 20,000 wordings that are much
    alike single precision no longer holds its inverse, and the steps run away. Rows count as in ridge regression
    (`row_weights`). None for a FAQ that is too large, and for one entry, which there is nothing to tell from.
    """
    rows, size = vectors.shape
    if entries < _FEWEST or 2.0 * rows * size * entries * _ROUNDS > _MOST:
        return None
    scaled, weight = vectors * _SCALE, row_weights(owner)
    share: Floats = weight.astype(np.float32)[:, None]
    step = np.linalg.inv(0.5 * float(_SCALE) ** 2 * gram(vectors, weight) + np.eye(size))
    weights: Floats = np.zeros((size, entries), dtype=np.float32)
    ahead: Floats = weights
    momentum = 1.0
    for _ in range(_ROUNDS):
        moved = (ahead - step @ _gradient(scaled, owner, share, ahead)).astype(np.float32)
        following = (1 + np.sqrt(1 + 4 * momentum**2)) / 2
        ahead = (moved + np.float32((momentum - 1) / following) * (moved - weights)).astype(np.float32, copy=False)
        weights, momentum = moved, following
    return weights * _SCALE


def _gradient(rows: Floats, owner: NDArray[np.int64], share: Floats, weights: Floats) -> Floats:
    """Of the weighted loss with its penalty, shape (d, entries)."""
    error: Floats = np.exp(log_softmax((rows @ weights).astype(np.float32, copy=False)))
    error[np.arange(len(rows)), owner] -= 1
    return (rows.T @ (error * share) + weights).astype(np.float32, copy=False)


def log_softmax(scores: Floats) -> Floats:
    """Logarithms of the shares that exp(scores) have along the last axis."""
    calm = scores - scores.max(axis=-1, keepdims=True)
    logs: Floats = calm - np.log(np.exp(calm).sum(axis=-1, keepdims=True))
    return logs
