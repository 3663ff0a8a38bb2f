"""A second classifier of a FAQ: multinomial logistic regression, fitted by accelerated gradient steps (Nesterov 1983).

Where entries have several wordings it tells them apart better than the nearest wording; ridge regression and it err in
different places, so the ranker sees both. Its probability also counts beside the ranker's own: see `Ranker.raw`.
"""

import numpy as np
from numpy.typing import NDArray

from intents.encoder import Floats
from intents.ridge import row_weights

_SCALE = np.float32(10)
"""Length given to the unit vectors: how sharply entries are told apart under a penalty of 1."""
_ROUNDS = 60
_MOST = 2e11
"""Multiplications a fit may take (about five seconds of one core); larger FAQs do without: see docs/why.md."""


def fit_logistic(vectors: Floats, owner: NDArray[np.int64], entries: int) -> Floats | None:
    """Fit on unit vectors of shape (n, d) with the entry of each row; weights of shape (d, entries).

    Each step is divided by an upper bound of the curvature, ½ Xᵀ diag(w) X + I, the same for all steps (Böhning 1992):
    without it large FAQs stay far from the solution. Rows count as in ridge regression (`row_weights`).
    None for a FAQ that is too large.
    """
    rows, size = vectors.shape
    if 2.0 * rows * size * entries * _ROUNDS > _MOST:
        return None
    scaled = vectors * _SCALE
    share: Floats = row_weights(owner).astype(np.float32)[:, None]
    curvature = 0.5 * (scaled * share).T @ scaled + np.eye(size, dtype=np.float32)
    step = np.linalg.inv(curvature.astype(np.float64)).astype(np.float32)
    places = np.arange(rows)
    weights: Floats = np.zeros((size, entries), dtype=np.float32)
    ahead: Floats = weights
    momentum = 1.0
    for _ in range(_ROUNDS):
        logits = (scaled @ ahead).astype(np.float32, copy=False)
        error = np.exp(log_softmax(logits))
        error[places, owner] -= 1
        gradient = scaled.T @ (error * share) + ahead
        moved = (ahead - step @ gradient).astype(np.float32, copy=False)
        following = (1 + np.sqrt(1 + 4 * momentum**2)) / 2
        ahead = (moved + np.float32((momentum - 1) / following) * (moved - weights)).astype(np.float32, copy=False)
        weights, momentum = moved, following
    return weights * _SCALE


def log_softmax(scores: Floats) -> Floats:
    """Logarithms of the shares that exp(scores) have along the last axis."""
    calm = scores - scores.max(axis=-1, keepdims=True)
    logs: Floats = calm - np.log(np.exp(calm).sum(axis=-1, keepdims=True))
    return logs
